"""Rows of `entity_profiles` and `entity_portfolios`."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows import columns
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import SOURCES, extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.unreadable import Notes
from tap_amazon_ads_entities.rows.values import calendar_date, identifier, micros, part, without

_checked_profile = check(columns.PROFILES, keeps="other_fields")
_checked_portfolio = check(columns.PORTFOLIOS, keeps="other_fields")

_PROFILE = {
    "profile_id": "profileId",
    "country_code": "countryCode",
    "currency_code": "currencyCode",
    "timezone": "timezone",
    "daily_budget_micros": "dailyBudget",
}
_ACCOUNT = {
    "account_id": "id",
    "account_name": "name",
    "account_type": "type",
    "account_sub_type": "subType",
    "marketplace_id": "marketplaceStringId",
    "valid_payment_method": "validPaymentMethod",
}
_PROFILE_COLUMNS = frozenset({*_PROFILE.values(), "accountInfo"})
_ACCOUNT_COLUMNS = frozenset(_ACCOUNT.values())
_PROFILE_SOURCES = {**_PROFILE, **{column: f"accountInfo.{name}" for column, name in _ACCOUNT.items()}}

_PORTFOLIO_COLUMNS = frozenset(
    {"portfolioId", "name", "state", "inBudget", "budget", "budgetControls", "extendedData"},
)
_BUDGET_COLUMNS = frozenset({"amount", "currencyCode", "policy", "startDate", "endDate"})
_SHARING = "campaignUnspentBudgetSharing"
_PORTFOLIO_SOURCES = {
    "portfolio_id": "portfolioId",
    "name": "name",
    "state": "state",
    "in_budget": "inBudget",
    "budget_micros": "budget.amount",
    "currency_code": "budget.currencyCode",
    "budget_policy": "budget.policy",
    "budget_start_date": "budget.startDate",
    "budget_end_date": "budget.endDate",
    "unspent_budget_sharing": f"budgetControls.{_SHARING}.featureState",
    **SOURCES,
}


def profile(item: Item, region: str, synced_at: str, notes: Notes | None = None) -> Row:
    """`GET /v2/profiles`: primary key profile_id; the region is where we found it."""
    account = part(item, "accountInfo")
    row = {
        "profile_id": identifier(item.get("profileId")),
        "region": region,
        "country_code": item.get("countryCode"),
        "currency_code": item.get("currencyCode"),
        "timezone": item.get("timezone"),
        "daily_budget_micros": micros(item.get("dailyBudget")),
        "account_id": account.get("id"),
        "account_name": account.get("name"),
        "account_type": account.get("type"),
        "account_sub_type": account.get("subType"),
        "marketplace_id": account.get("marketplaceStringId"),
        "valid_payment_method": account.get("validPaymentMethod"),
        "other_fields": _with_parts(
            without(item, _PROFILE_COLUMNS),
            accountInfo=without(account, _ACCOUNT_COLUMNS),
        ),
        "synced_at": synced_at,
    }
    return _checked_profile(row, _PROFILE_SOURCES, notes or Notes())


def portfolio(item: Item, context: RowContext) -> Row:
    """`POST /portfolios/list`: primary key (profile_id, portfolio_id)."""
    serving_status, created, updated, rest = extended(item)
    budget = part(item, "budget")
    controls = part(item, "budgetControls")
    sharing = part(controls, _SHARING, "budgetControls.")
    other_controls = _with_parts(
        without(controls, frozenset({_SHARING})),
        **{_SHARING: without(sharing, frozenset({"featureState"}))},
    )
    row = {
        "profile_id": context.profile_id,
        "portfolio_id": identifier(item.get("portfolioId")),
        "name": item.get("name"),
        "state": item.get("state"),
        "in_budget": item.get("inBudget"),
        "budget_micros": micros(budget.get("amount")),
        "currency_code": context.currency_code if (own := budget.get("currencyCode")) in (None, "") else own,
        "budget_policy": budget.get("policy"),
        "budget_start_date": calendar_date(budget.get("startDate")),
        "budget_end_date": calendar_date(budget.get("endDate")),
        "unspent_budget_sharing": sharing.get("featureState"),
        "serving_status": serving_status,
        "computed_status": computed_status(item.get("state"), serving_status),
        "other_fields": _with_parts(
            without(item, _PORTFOLIO_COLUMNS),
            budget=without(budget, _BUDGET_COLUMNS),
            budgetControls=other_controls,
            extendedData=rest,
        ),
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked_portfolio(row, _PORTFOLIO_SOURCES, context.notes)


def _with_parts(fields: dict[str, Any], **parts: dict[str, Any] | None) -> dict[str, Any] | None:
    """Fields, and what is left of the objects among them; None where that is nothing."""
    return {**fields, **{name: rest for name, rest in parts.items() if rest}} or None
