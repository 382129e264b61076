"""Rows of the unified API: the common model with its parts nested deeper than exports have them.

Docs: ads-api/v1, reference/common-models. Each item is laid out as in exports, and mapped by the same functions.
"""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tap_amazon_ads_entities.rows import common_model
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.unified_targets import aim
from tap_amazon_ads_entities.rows.unreadable import Altered, Unreadable
from tap_amazon_ads_entities.rows.values import part, timestamp, without

_LAID_OUT = frozenset({"status"})
_STATUS = frozenset({"deliveryStatus", "deliveryReasons"})
_CAMPAIGN = _LAID_OUT | {"startDateTime", "endDateTime", "budgets"}
_BUDGET = frozenset({"recurrenceTimePeriod", "budgetType", "budgetValue"})
_MONEY = frozenset({"value", "currencyCode"})
_MONETARY = "monetaryBudgetValue"
_CREATIVE = "creative"
_ENDS_OF_DAYS = frozenset({"00:00:00", "23:59:59"})
_CAMPAIGN_SOURCES = {
    **common_model.CAMPAIGN_SOURCES,
    "serving_status": "status.deliveryReasons",
    "targeting_type": "autoCreationSettings.autoCreateTargets",
    "budget_type": "budgets.recurrenceTimePeriod",
    "budget_micros": "budgets.budgetValue.monetaryBudgetValue.monetaryBudget.value",
    "daily_budget_micros": "budgets.budgetValue.monetaryBudgetValue.monetaryBudget.value",
    "start_date": "startDateTime",
    "end_date": "endDateTime",
}
STATUS_SOURCE = {"serving_status": "status.deliveryReasons"}
_AD_GROUP_SOURCES = {**common_model.AD_GROUP_SOURCES, **STATUS_SOURCE}
_AD_SOURCES = {**common_model.AD_SOURCES, **STATUS_SOURCE}
_TARGET_SOURCES = {**common_model.TARGET_SOURCES, **STATUS_SOURCE}


def laid_out(item: Item, taken: frozenset[str] = _LAID_OUT) -> Item:
    """All but what is taken, and the delivery status beside it."""
    status = part(item, "status")
    found = {**without(item, taken), **{name: status[name] for name in _STATUS & status.keys()}}
    if rest := without(status, _STATUS):
        found["status"] = rest
    return found


def campaign(item: Item, context: RowContext) -> Row:
    """A campaign: its dates are moments, often midnights of the profile's time zone, and often the moment it was made.

    (Amazon's own examples: 08:00 UTC, and 14:34:13.331.) A column holds the day; any other time stays beside it.
    """
    found = laid_out(item, _CAMPAIGN)
    budgets = item.get("budgets")
    first: Any = {} if budgets in (None, []) else budgets[0] if isinstance(budgets, list) else budgets
    if not isinstance(budgets, list) or not isinstance(first, dict):
        found["budgetCaps"] = {} if budgets is None else _strange_budget(budgets)
    else:
        if len(budgets) > 1 or _says_more(first):
            # Other kinds of budget, and those of single marketplaces.
            found["budgets"] = budgets
        found["budgetCaps"] = _budget(first)
        if len(budgets) > 1:
            context.notes.say("budgets", f"{len(budgets)} of them: the columns hold the first")
    settings = item.get("autoCreationSettings")
    auto = settings.get("autoCreateTargets") if isinstance(settings, dict) else None
    if item.get("adProduct") == "SPONSORED_PRODUCTS" and isinstance(auto, bool):
        found["targetingSettings"] = "AUTO" if auto else "MANUAL"
    for name in ("startDate", "endDate"):
        moment = item.get(f"{name}Time")
        found[name], whole = _day(moment, context)
        if not whole:
            found[f"{name}Time"] = moment
    return common_model.campaign(found, context, _CAMPAIGN_SOURCES)


def _says_more(budget: dict[str, Any]) -> bool:
    value = part(budget, "budgetValue", "budgets.")
    money = value.get(_MONETARY)
    return (
        budget.get("budgetType") not in (None, "MONETARY")
        or not budget.keys() <= _BUDGET
        or not value.keys() <= {_MONETARY}
        or (isinstance(money, dict) and not money.keys() <= {"monetaryBudget"})
    )


def _budget(budget: dict[str, Any]) -> dict[str, Any]:
    path = "budgets.budgetValue."
    monetary = part(part(budget, "budgetValue", "budgets."), _MONETARY, path)
    money = part(monetary, "monetaryBudget", f"{path}monetaryBudgetValue.")
    amount = {"amount": money.get("value"), "currencyCode": money.get("currencyCode"), **without(money, _MONEY)}
    return {
        "recurrenceTimePeriod": budget.get("recurrenceTimePeriod"),
        "budgetType": budget.get("budgetType"),
        "budgetValue": {"monetaryBudget": amount},
    }


def _strange_budget(budgets: Any) -> dict[str, Any]:
    """Whatever it is, it is no list of budgets."""
    return {"budgetValue": {"monetaryBudget": {"amount": Unreadable(budgets, "budgets")}}}


def _day(value: Any, context: RowContext) -> tuple[Any, bool]:
    """The day that a moment is in, and whether the moment is that day's beginning or end.

    What is no moment is left to be seen as such.
    """
    at = timestamp(value)
    if isinstance(at, Altered):
        at = at.stored
    # A day alone is that day, wherever it is.
    if not isinstance(at, str) or (isinstance(value, str) and len(value) <= len("2026-01-31")):
        return value, True
    utc = datetime.fromisoformat(at[:-1]).replace(tzinfo=timezone.utc)
    zone = _zone(context.timezone)
    if zone is None:
        context.notes.say("timezone", f"{context.timezone or 'none'}, so that days are those of UTC")
    try:
        there = utc.astimezone(zone or timezone.utc)
    except OverflowError:
        # The first or the last day of the calendar, which are others there.
        return Unreadable(value), True
    return there.date().isoformat(), there.strftime("%H:%M:%S") in _ENDS_OF_DAYS


@lru_cache(maxsize=64)
def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def ad_group(item: Item, context: RowContext) -> Row:
    """An ad group."""
    return common_model.ad_group(laid_out(item), context, _AD_GROUP_SOURCES)


def ad(item: Item, context: RowContext) -> Row:
    """An ad: which product it advertises is in the settings of its creative."""
    return common_model.ad(laid_out(item), context, _AD_SOURCES, _products(item.get(_CREATIVE)))


def _products(creative: Any) -> list[Any]:
    """The products of the creative's settings, whichever kind it is."""
    found: list[Any] = []
    for kind in _objects(creative):
        for settings in _objects(kind):
            one, several = settings.get("advertisedProduct"), settings.get("products")
            if isinstance(one, dict):
                found.append(one)
                if "resolvedProductId" in one:
                    kind_of = one.get("resolvedProductIdType")
                    found.append({"productId": one["resolvedProductId"], "productIdType": kind_of})
            if isinstance(several, list):
                found += several
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value.values() if isinstance(each, dict)] if isinstance(value, dict) else []


def target(item: Item, context: RowContext) -> Row:
    """A target of any kind."""
    found = laid_out(item)
    # It has a column of its own, which follows from the ids.
    if found.get("targetLevel") == ("CAMPAIGN" if found.get("adGroupId") is None else "AD_GROUP"):
        del found["targetLevel"]
    found["targetType"], found["targetDetails"] = aim(item.get("targetType"), part(item, "targetDetails"))
    return common_model.target(found, context, _TARGET_SOURCES)
