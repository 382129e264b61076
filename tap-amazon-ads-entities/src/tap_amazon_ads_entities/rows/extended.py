"""The `extendedData` block of Sponsored Products v3, Sponsored Brands v4 and portfolios."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.unreadable import Altered, Unreadable
from tap_amazon_ads_entities.rows.values import timestamp, without

Moment = str | Altered | Unreadable | None


Extended = tuple[Any, Moment, Moment, "dict[str, Any] | None"]
"""Serving status, times of creation and last change, and what else the block says, never empty."""

_NOTHING: Extended = (None, None, None, None)
_COLUMNS = frozenset({"servingStatus", "creationDateTime", "creationDate", "lastUpdateDateTime", "lastUpdateDate"})
# Sponsored Products sends an empty list of details with almost every row.
_ORDINARY = _COLUMNS | {"servingStatusDetails"}

SOURCES = {
    "serving_status": "extendedData.servingStatus",
    "creation_time": "extendedData.creationDateTime",
    "last_updated_time": "extendedData.lastUpdateDateTime",
}
FLAT_SOURCES = {
    "serving_status": "servingStatus",
    "creation_time": "creationDate",
    "last_updated_time": "lastUpdatedDate",
}
FLAT_COLUMNS = frozenset(FLAT_SOURCES.values())


def extended(item: dict[str, Any]) -> Extended:
    """Read the block; recorded responses carry ISO text, epoch milliseconds, or both (0 means unknown).

    Raises:
        RefusedItemError: it is no object.
    """
    data = item.get("extendedData")
    if type(data) is not dict:
        if data is None:
            return _NOTHING
        raise RefusedItemError(field="extendedData", reason="is not an object")
    get = data.get
    created, updated = timestamp(get("creationDateTime")), timestamp(get("lastUpdateDateTime"))
    if type(created) is not str and type(created) is not Altered:
        created = _either(created, get("creationDate"), "extendedData.creationDate")
    if type(updated) is not str and type(updated) is not Altered:
        updated = _either(updated, get("lastUpdateDate"), "extendedData.lastUpdateDate")
    ordinary = _ORDINARY.issuperset(data) and not get("servingStatusDetails")
    return get("servingStatus"), created, updated, None if ordinary else _rest(data)


def _either(first: Moment, value: Any, source: str) -> Moment:
    """The moment that the second field names, where the first does not name one."""
    second = timestamp(value)
    if type(second) is Unreadable:
        second.source = source
    return second if type(second) in (str, Altered) or first is None else first


def _rest(data: dict[str, Any]) -> dict[str, Any] | None:
    return {name: value for name, value in without(data, _COLUMNS).items() if value not in ([], {})} or None


def flat_extended(item: dict[str, Any]) -> Extended:
    """Sponsored Display keeps status and timestamps (epoch milliseconds) beside the other fields."""
    get = item.get
    return get("servingStatus"), timestamp(get("creationDate")), timestamp(get("lastUpdatedDate")), None
