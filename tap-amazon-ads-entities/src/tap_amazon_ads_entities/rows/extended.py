"""The `extendedData` block of Sponsored Products v3, Sponsored Brands v4 and portfolios."""

from __future__ import annotations

from typing import Any, NamedTuple

from tap_amazon_ads_entities.rows.values import timestamp


class Extended(NamedTuple):
    """Serving status and timestamps of an entity."""

    serving_status: str | None
    creation_time: str | None
    last_updated_time: str | None


_NOTHING = Extended(None, None, None)


def extended(item: dict[str, Any]) -> Extended:
    """Read the block; recorded responses carry ISO text, epoch milliseconds, or both (0 means unknown)."""
    data = item.get("extendedData")
    if not isinstance(data, dict):
        return _NOTHING
    get = data.get
    return Extended(
        get("servingStatus"),
        timestamp(get("creationDateTime")) or timestamp(get("creationDate")),
        timestamp(get("lastUpdateDateTime")) or timestamp(get("lastUpdateDate")),
    )


def flat_extended(item: dict[str, Any]) -> Extended:
    """Sponsored Display keeps status and timestamps (epoch milliseconds) beside the other fields."""
    return Extended(
        item.get("servingStatus"),
        timestamp(item.get("creationDate")),
        timestamp(item.get("lastUpdatedDate")),
    )
