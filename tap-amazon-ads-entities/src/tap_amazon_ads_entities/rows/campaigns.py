"""Rows of `entity_campaigns`: primary key (profile_id, campaign_id)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap_amazon_ads_entities.rows import columns
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import (
    FLAT_COLUMNS,
    FLAT_SOURCES,
    SOURCES,
    Extended,
    extended,
    flat_extended,
)
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import (
    calendar_date,
    identifier,
    lower,
    micros,
    part,
    without,
)

_checked = check(columns.CAMPAIGNS, keeps="bidding")

_NO_PORTFOLIO = "0"

_COMMON = frozenset({"campaignId", "name", "portfolioId", "state", "startDate", "endDate", "budget"})
_SP_COLUMNS = _COMMON | {"targetingType", "costType", "dynamicBidding", "extendedData"}
_SP_BUDGET = frozenset({"budget", "budgetType"})
_SB_COLUMNS = _COMMON | {"budgetType", "costType", "bidding", "extendedData"}
_SD_COLUMNS = _COMMON | FLAT_COLUMNS | {"budgetType", "costType"}

_SOURCES = {
    "campaign_id": "campaignId",
    "name": "name",
    "portfolio_id": "portfolioId",
    "targeting_type": "targetingType",
    "cost_type": "costType",
    "state": "state",
    "budget_type": "budgetType",
    "budget_micros": "budget",
    "daily_budget_micros": "budget",
    "start_date": "startDate",
    "end_date": "endDate",
    **SOURCES,
}
_SP_SOURCES = {
    **_SOURCES,
    "budget_type": "budget.budgetType",
    "budget_micros": "budget.budget",
    "daily_budget_micros": "budget.budget",
}
_SD_SOURCES = {**_SOURCES, **FLAT_SOURCES}


def campaign_row(  # noqa: PLR0913 - what differs between the products, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    campaign_type: str,
    budget: Any,
    budget_type: Any,
    bidding: dict[str, Any],
    sources: Mapping[str, str],
    targeting_type: Any = None,
) -> Row:
    """What the campaigns of all products share."""
    get = item.get
    state = get("state")
    serving_status, created, updated, rest = known
    amount = micros(budget)
    kind = lower(budget_type)
    portfolio_id = identifier(get("portfolioId"))
    if rest:
        bidding = {**bidding, "extendedData": rest}
    row = {
        "profile_id": context.profile_id,
        "campaign_id": identifier(get("campaignId")),
        "name": get("name"),
        "campaign_type": campaign_type,
        "portfolio_id": None if portfolio_id == _NO_PORTFOLIO else portfolio_id,
        "targeting_type": targeting_type,
        "cost_type": lower(get("costType")),
        "state": state,
        "serving_status": serving_status,
        "computed_status": computed_status(state, serving_status),
        "budget_type": kind,
        "budget_micros": amount,
        "daily_budget_micros": amount if kind == "daily" else None,
        "currency_code": context.currency_code,
        "bidding": bidding,
        "start_date": calendar_date(get("startDate")),
        "end_date": calendar_date(get("endDate")),
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked(row, sources, context.notes)


def _together(bidding: dict[str, Any], budget: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """One object of three; where they say something under the same name, all but the first stay apart."""
    if not budget and not rest:
        return bidding
    together = {**bidding, **budget, **rest}
    if len(together) == len(bidding) + len(budget) + len(rest):
        return together
    return {**bidding, "budget": budget, "other_fields": rest}


def sp_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3: the budget is an object, the bidding rules are `dynamicBidding`."""
    budget = part(item, "budget")
    bidding = _together(part(item, "dynamicBidding"), without(budget, _SP_BUDGET), without(item, _SP_COLUMNS))
    return campaign_row(
        item,
        context,
        extended(item),
        campaign_type="sp",
        budget=budget.get("budget"),
        budget_type=budget.get("budgetType"),
        bidding=bidding,
        sources=_SP_SOURCES,
        targeting_type=lower(item.get("targetingType")),
    )


def sb_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: budgets are daily or for the campaign's lifetime."""
    return campaign_row(
        item,
        context,
        extended(item),
        campaign_type="sb",
        budget=item.get("budget"),
        budget_type=item.get("budgetType"),
        bidding=_together(part(item, "bidding"), {}, without(item, _SB_COLUMNS)),
        sources=_SOURCES,
    )


def sd_campaign(item: Item, context: RowContext) -> Row:
    """Sponsored Display, extended list: numbers for ids, epoch milliseconds, `YYYYMMDD` dates."""
    return campaign_row(
        item,
        context,
        flat_extended(item),
        campaign_type="sd",
        budget=item.get("budget"),
        budget_type=item.get("budgetType"),
        bidding=without(item, _SD_COLUMNS),
        sources=_SD_SOURCES,
    )
