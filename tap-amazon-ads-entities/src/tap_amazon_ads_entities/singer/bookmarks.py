"""The bookmark of a slice: what of it was read and up to when, in the SDK's own STATE layout.

{"bookmarks": {"entity_campaigns": {
    "version": 2,
    "shared": {"1f0c8a5b7d3e9264": {
        "replication_key": "last_updated_time",
        "run_id": "the run that last read the slice to its end",
        "full_read": {"ad_products": ["SB", "SD", "SP"], "lists": "0f1e2d3c4b5a6978"},
        "made_before": "2026-01-30T11:00:00.000Z",
        "rows_of": ["sp/campaigns/list", "sb/v4/campaigns/list", "sd/campaigns/extended"]}},
    "partitions": [
        {"context": {"profile_id": "123"},
         "replication_key_value": "2026-01-31T12:00:00.000Z",
         "rows": [120, 0, 7],
         "old_rows": [104, 2882400018],
         "shared": "1f0c8a5b7d3e9264",
         "full_read_due": "why the slice must be read in full, said by whoever hands the STATE over",
         "unlisted": {"sp": ["ids that whoever keeps the rows holds, and the last complete read did not list"]}}]}}}

A slice without any dated row has no replication key; one that was never read in full has no `full_read`. `old_rows` are
those of the last complete read that were `made_before` a moment: how many, and a digest of their ids. What thousands
of slices have alike stands once in `shared`, by a digest of what it says: Meltano merges STATEs key by key and replaces
lists, and whichever partitions are left then, what they refer to is there and is what they meant. In version 1 every
partition held all of it itself, `rows` by the names of their lists, and `full_read` the moment `at`, which nothing is
decided by.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, MutableMapping
from datetime import datetime, timezone
from hashlib import blake2b
from typing import Any

from tap_amazon_ads_entities.endpoints.history import CHANGE_EVENTS
from tap_amazon_ads_entities.lists.unlisted import Unlisted
from tap_amazon_ads_entities.rows.unreadable import Altered
from tap_amazon_ads_entities.rows.values import timestamp, utc_text
from tap_amazon_ads_entities.settings.model import Settings
from tap_amazon_ads_entities.singer.coverage import Coverage
from tap_amazon_ads_entities.singer.old_rows import OldRows

VERSION = 2
VERSIONS = (1, VERSION)
"""Those that are understood."""

REPLICATION_KEY = "last_updated_time"
_OF_EVENTS = "occurred_at"
WATERMARK = "replication_key_value"
FULL_READ = "full_read"
FULL_READ_DUE = "full_read_due"
OLD_ROWS = "old_rows"
MADE_BEFORE = "made_before"
UNLISTED = "unlisted"
SHARED = "shared"
_ALIKE = frozenset({"replication_key", "run_id", FULL_READ, MADE_BEFORE})
_DIGEST_BYTES = 8
ROWS_OF = "rows_of"
ROWS = "rows"
"""Distinct rows of every list at its last complete read: one that shrank by half is not believed at once."""

Partition = dict[str, Any]
"""What STATE holds of one slice."""


def replication_key(entity: str) -> str:
    """The column that an entity, or its stream, is kept by."""
    return _OF_EVENTS if entity == CHANGE_EVENTS else REPLICATION_KEY


class Bookmarks:
    """The bookmarks of one stream. Finding one costs the same however many there are.

    Args:
        stream_state: the stream's part of STATE, checked.
    """

    def __init__(self, stream_state: MutableMapping[str, Any]) -> None:
        """Know where each is."""
        self._stream_state = stream_state
        self._by_profile: dict[str, Partition] = {
            partition["context"]["profile_id"]: partition for partition in stream_state.get("partitions", ())
        }
        # All lists that any slice has rows of, in one order, so that most slices have that order alike.
        alike = stream_state.get(SHARED, {}).values()
        self._lists = dict.fromkeys(name for each in alike for name in each.get(ROWS_OF, ()))

    @property
    def profile_ids(self) -> Collection[str]:
        """The profiles that have one."""
        return self._by_profile.keys()

    def of(self, profile_id: str) -> Partition:
        """The whole bookmark of a profile's slice; an empty one where there is none."""
        return expanded(self._by_profile.get(profile_id, {}), self._stream_state.get(SHARED, {}))

    def keep(self, profile_id: str, bookmark: Mapping[str, Any]) -> None:
        """Put a new bookmark in the place of the old one."""
        partition = self._by_profile.get(profile_id)
        if partition is None:
            partition = self._by_profile[profile_id] = {}
            self._stream_state.setdefault("partitions", []).append(partition)
        self._stream_state["version"] = VERSION
        partition.clear()
        partition["context"] = {"profile_id": profile_id}
        partition.update((key, value) for key, value in bookmark.items() if key not in _ALIKE)
        alike = {key: bookmark[key] for key in sorted(_ALIKE & bookmark.keys())}
        rows = bookmark.get(ROWS, {})
        self._lists.update(dict.fromkeys(rows))
        if self._lists:
            alike[ROWS_OF] = [*self._lists]
        if rows:
            partition[ROWS] = [rows.get(name, 0) for name in self._lists]
        if alike:
            partition[SHARED] = _digest(alike)
            self._stream_state.setdefault(SHARED, {})[partition[SHARED]] = alike


def expanded(partition: Mapping[str, Any], shared: Mapping[str, Any]) -> Partition:
    """A partition with what it shares with others, its rows by the names of their lists.

    Raises:
        KeyError: the STATE does not hold what it refers to.
        ValueError: there are more numbers of rows than names of lists.
    """
    found = {**(shared[partition[SHARED]] if SHARED in partition else {}), **partition}
    found.pop(SHARED, None)
    names = found.pop(ROWS_OF, ())
    if isinstance(numbers := found.get(ROWS), list):
        lists = zip(names[: len(numbers)], numbers, strict=True)
        found[ROWS] = {name: number for name, number in lists if number != 0}
    return found


def _digest(alike: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(alike, sort_keys=True).encode(), digest_size=_DIGEST_BYTES).hexdigest()


def moment(text: Any) -> datetime | None:
    """The moment that an ISO 8601 text names; None for anything else, also for what is too early or too late."""
    if not isinstance(text, str) or "-" not in text:
        return None
    found = timestamp(text)
    if isinstance(found, Altered):
        found = found.stored
    return datetime.fromisoformat(f"{found[:-1]}+00:00") if isinstance(found, str) else None


def high_watermark(bookmark: Mapping[str, Any]) -> str | None:
    """The watermark of a slice, in canonical text."""
    found = moment(bookmark.get(WATERMARK))
    return utc_text(found) if found else None


def full_read(bookmark: Mapping[str, Any]) -> Coverage | None:
    """What the last complete full read of a slice covered; None where there was none."""
    found = bookmark.get(FULL_READ)
    return Coverage(frozenset(found["ad_products"]), found["lists"]) if found else None


def unlisted(bookmark: Mapping[str, Any]) -> Unlisted:
    """What whoever keeps the rows holds of a slice that its last complete read did not list."""
    found: Unlisted = bookmark.get(UNLISTED, {})
    return found


def empty_before(bookmark: Mapping[str, Any], lists: Iterable[str]) -> frozenset[str]:
    """Those of the lists that have had no row in any complete read; none before the first full one."""
    return frozenset(lists) - bookmark.get(ROWS, {}).keys() if FULL_READ in bookmark else frozenset()


def old_rows(bookmark: Mapping[str, Any]) -> OldRows | None:
    """The old rows of the last complete read of a slice; None where nobody knows them."""
    made_before = bookmark.get(MADE_BEFORE)
    return None if made_before is None else OldRows(made_before, *bookmark.get(OLD_ROWS, (0, 0)))


def old_rows_of(what: OldRows) -> dict[str, Any]:
    """Old rows, as a bookmark holds them."""
    return {MADE_BEFORE: what.made_before, **({OLD_ROWS: [what.count, what.digest]} if what.count else {})}


def full_read_of(what: Coverage) -> dict[str, Any]:
    """A complete full read, as a bookmark holds it."""
    return {"ad_products": sorted(what.ad_products), "lists": what.lists}


def emit_since(settings: Settings, watermark: str | None, now: datetime) -> str:
    """The moment from which an incremental slice emits changes, in canonical text."""
    try:
        if watermark is not None:
            return utc_text(datetime.fromisoformat(watermark.replace("Z", "+00:00")) - settings.lookback)
        return utc_text(settings.start_date or now - settings.initial_window)
    except OverflowError:
        # Before the calendar begins: everything.
        return utc_text(datetime.min.replace(tzinfo=timezone.utc))


def advance(old: str | None, seen: str | None, run_started: str) -> str | None:
    """The watermark after the newest change seen: never back, never past the run's start.

    A record dated in the future, or changed while the run reads, would otherwise hide what came before it.
    """
    return max((value for value in (old, min(seen, run_started) if seen else None) if value), default=None)
