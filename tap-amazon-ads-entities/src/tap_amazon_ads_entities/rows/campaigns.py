"""Rows of `entity_campaigns`: primary key (profile_id, campaign_id)."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import Extended, extended, flat_extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import calendar_date, identifier, lower, micros, without

_COMMON = frozenset(
    {"campaignId", "name", "portfolioId", "state", "startDate", "endDate", "extendedData", "budget", "budgetType"},
)
_SP_COLUMNS = _COMMON | {"targetingType", "dynamicBidding"}
_SB_COLUMNS = _COMMON | {"costType", "bidding"}
_SD_COLUMNS = _COMMON | {"costType", "servingStatus", "creationDate", "lastUpdatedDate"}


def _row(  # noqa: PLR0913 - what differs between the products, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    campaign_type: str,
    budget: Any,
    budget_type: Any,
    bidding: dict[str, Any],
    targeting_type: str | None = None,
) -> Row:
    get = item.get
    state = get("state")
    amount = micros(budget)
    kind = lower(budget_type)
    return {
        "profile_id": context.profile_id,
        "campaign_id": identifier(get("campaignId")),
        "name": get("name"),
        "campaign_type": campaign_type,
        "portfolio_id": identifier(get("portfolioId")),
        "targeting_type": targeting_type,
        "cost_type": lower(get("costType")),
        "state": state,
        "serving_status": known.serving_status,
        "computed_status": computed_status(state, known.serving_status),
        "budget_type": kind,
        "budget_micros": amount,
        "daily_budget_micros": amount if kind == "daily" else None,
        "currency_code": context.currency_code,
        "bidding": bidding,
        "start_date": calendar_date(get("startDate")),
        "end_date": calendar_date(get("endDate")),
        "creation_time": known.creation_time,
        "last_updated_time": known.last_updated_time,
        "synced_at": context.synced_at,
    }


def sp_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3: the budget is an object, the bidding rules are `dynamicBidding`."""
    budget = item.get("budget") or {}
    bidding = {**(item.get("dynamicBidding") or {}), **without(budget, _COMMON), **without(item, _SP_COLUMNS)}
    return _row(
        item,
        context,
        extended(item),
        campaign_type="sp",
        budget=budget.get("budget"),
        budget_type=budget.get("budgetType"),
        bidding=bidding,
        targeting_type=lower(item.get("targetingType")),
    )


def sb_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: budgets are daily or for the campaign's lifetime."""
    return _row(
        item,
        context,
        extended(item),
        campaign_type="sb",
        budget=item.get("budget"),
        budget_type=item.get("budgetType"),
        bidding={**(item.get("bidding") or {}), **without(item, _SB_COLUMNS)},
    )


def sd_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Display, extended list: numbers for ids, epoch milliseconds, `YYYYMMDD` dates."""
    return _row(
        item,
        context,
        flat_extended(item),
        campaign_type="sd",
        budget=item.get("budget"),
        budget_type=item.get("budgetType"),
        bidding=without(item, _SD_COLUMNS),
    )
