"""Rows of `entity_profiles` and `entity_portfolios`."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import calendar_date, identifier, micros


def profile(item: Item, region: str, synced_at: str) -> Row:
    """`GET /v2/profiles`: primary key profile_id; the region is where we found it."""
    account: dict[str, Any] = item.get("accountInfo") or {}
    return {
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
        "synced_at": synced_at,
    }


def portfolio(item: Item, context: RowContext) -> Row:
    """`POST /portfolios/list`: primary key (profile_id, portfolio_id)."""
    known = extended(item)
    budget: dict[str, Any] = item.get("budget") or {}
    controls: dict[str, Any] = item.get("budgetControls") or {}
    sharing: dict[str, Any] = controls.get("campaignUnspentBudgetSharing") or {}
    return {
        "profile_id": context.profile_id,
        "portfolio_id": identifier(item.get("portfolioId")),
        "name": item.get("name"),
        "state": item.get("state"),
        "in_budget": item.get("inBudget"),
        "budget_micros": micros(budget.get("amount")),
        "currency_code": budget.get("currencyCode") or context.currency_code,
        "budget_policy": budget.get("policy"),
        "budget_start_date": calendar_date(budget.get("startDate")),
        "budget_end_date": calendar_date(budget.get("endDate")),
        "unspent_budget_sharing": sharing.get("featureState"),
        "serving_status": known.serving_status,
        "computed_status": computed_status(item.get("state"), known.serving_status),
        "creation_time": known.creation_time,
        "last_updated_time": known.last_updated_time,
        "synced_at": context.synced_at,
    }
