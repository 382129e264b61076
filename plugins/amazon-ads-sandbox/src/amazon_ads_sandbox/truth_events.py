"""The rows of `change_events` that a correct pipeline ends up with, but for the id that it makes of each."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.happened import Event
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common import iso

_TABLES = {"CAMPAIGN": "campaigns", "AD_GROUP": "ad_groups", "AD": "ads"}
_PLACES = {
    "STATUS": ("state", "state"),
    "NAME": ("name", "name"),
    "BUDGET_AMOUNT": ("budget_micros", "budget_micros"),
    "BID_AMOUNT": ("bid_micros", "bid_micros"),
    "DEFAULT_BID_AMOUNT": ("default_bid_micros", "default_bid_micros"),
    "SMART_BIDDING_STRATEGY": ("bidding", "bidding.strategy"),
    "PLACEMENT_GROUP": ("bidding", "bidding.placementBidding[PLACEMENT_TOP].percentage"),
}


def event_row(event: Event, profile: Profile) -> dict[str, Any]:
    """change_events."""
    entity = event.entity
    column, path = _PLACES[event.change]
    own = str(entity.entity_id)
    return {
        "profile_id": str(profile.profile_id),
        "occurred_at": iso(event.at_ms),
        "entity_type": _TABLES.get(event.type, "targets"),
        "entity_id": own,
        "campaign_id": own if entity.kind == "campaign" else str(entity.campaign_id),
        "ad_group_id": own if entity.kind == "ad_group" else _text(entity.ad_group_id),
        "ad_product": entity.product,
        "amazon_entity_type": event.type,
        "change_type": event.change,
        "column_name": column,
        "path": path,
        "old_value": event.old,
        "new_value": event.new,
        "old_micros": _micros(event.change, event.old),
        "new_micros": _micros(event.change, event.new),
        "other_fields": event.metadata or None,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _micros(change: str, amount: str) -> int | None:
    return round(float(amount) * 1_000_000) if amount and change.endswith("_AMOUNT") else None
