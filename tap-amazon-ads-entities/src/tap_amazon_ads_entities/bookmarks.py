"""The bookmark of a slice: its high watermark, in the SDK's own STATE layout.

{"bookmarks": {"entity_campaigns": {"version": 1, "partitions": [
    {"context": {"profile_id": "123"}, "replication_key": "last_updated_time",
     "replication_key_value": "2026-01-31T12:00:00.000Z"}]}}}
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from tap_amazon_ads_entities.errors import StateError
from tap_amazon_ads_entities.rows.values import timestamp, utc_text
from tap_amazon_ads_entities.settings import Settings

VERSION = 1
REPLICATION_KEY = "last_updated_time"


def check(state: Mapping[str, Any]) -> None:
    """Refuse a STATE that this version cannot understand.

    Raises:
        StateError: it is newer, or a bookmark is no timestamp.
    """
    bookmarks = state.get("bookmarks") or {}
    if not isinstance(bookmarks, Mapping):
        message = "The STATE holds no bookmarks object; pass the STATE this tap wrote, or none."
        raise StateError(message)
    for stream, bookmark in bookmarks.items():
        version = bookmark.get("version", VERSION) if isinstance(bookmark, Mapping) else None
        if version != VERSION:
            message = (
                f"The bookmark of {stream} has version {version!r}, this tap writes version {VERSION}: "
                "use the tap that wrote it or a newer one."
            )
            raise StateError(message)
        for partition in bookmark.get("partitions", ()):
            value = partition.get("replication_key_value")
            if value is not None and timestamp(value) is None:
                message = f"The bookmark of {stream} for {partition.get('context')} is not a timestamp: {value!r}."
                raise StateError(message)


def high_watermark(state: Mapping[str, Any]) -> str | None:
    """The watermark of one slice's state, in canonical text."""
    return timestamp(state.get("replication_key_value"))


def emit_since(settings: Settings, watermark: str | None, now: datetime) -> str:
    """The moment from which an incremental slice emits changes, in canonical text."""
    if watermark is not None:
        return utc_text(datetime.fromisoformat(watermark.replace("Z", "+00:00")) - settings.lookback)
    return utc_text(settings.start_date or now - settings.initial_window)


def advance(state: MutableMapping[str, Any], seen: str | None, run_started: str) -> str | None:
    """Move a complete slice's watermark to the newest change seen: never back, never past the run's start.

    A record dated in the future, or changed while the run reads, would otherwise hide what came before it.
    """
    old = high_watermark(state)
    candidates = [value for value in (old, min(seen, run_started) if seen else None) if value]
    if not candidates:
        return None
    new = max(candidates)
    state["replication_key"] = REPLICATION_KEY
    state["replication_key_value"] = new
    return new
