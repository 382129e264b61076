"""What entities of all ad products have alike in the unified API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common import day, iso, money

_DAY_AND_MORE = 10**10
_COUNTRIES = {"UK": "GB"}


def place(profile: Profile) -> dict[str, Any]:
    """Where it is shown."""
    return {
        "marketplaceScope": "SINGLE_MARKETPLACE",
        "marketplaces": [_COUNTRIES.get(profile.country, profile.country)],
    }


def start(entity: Entity, profile: Profile) -> str:
    """The first moment of a campaign's first day, where the profile is."""
    return _moment(day(entity.created or 0), profile)


def end(entity: Entity, profile: Profile) -> str | None:
    """The last second of its last day; None where it has none."""
    return _moment(day((entity.created or 0) + _DAY_AND_MORE), profile, last=True) if entity.more["ends"] else None


def _moment(text: str, profile: Profile, *, last: bool = False) -> str:
    first = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(profile.timezone))
    at = first.replace(hour=23, minute=59, second=59) if last else first
    return iso((at.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1))


def budgets(entity: Entity, profile: Profile) -> list[dict[str, Any]]:
    """The one budget of a campaign."""
    amount = {"currencyCode": profile.currency, "value": money(entity.amount)}
    return [
        {
            "budgetType": "MONETARY",
            "recurrenceTimePeriod": "LIFETIME" if entity.more["lifetime"] else "DAILY",
            "budgetValue": {"monetaryBudgetValue": {"monetaryBudget": amount}},
        }
    ]
