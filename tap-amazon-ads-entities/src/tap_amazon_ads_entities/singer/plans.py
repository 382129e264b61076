"""Whether a slice is read in full or incrementally, and what its bookmark says when it has been read to its end.

What never may happen is that a change is neither emitted now nor later. Three facts keep it so:
- A full read stands for the ad products and lists it has read, and for those an earlier one read, as long as nothing
  says that rows of it were lost.
- The watermark moves only when all that the last full read stands for was read: it speaks for all of it.
- A watermark beyond the start of the run is nobody's: it hides every change before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tap_amazon_ads_entities.endpoints import LISTS, endpoints_of
from tap_amazon_ads_entities.lists.session import Period
from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.settings.model import AUTO, FULL, INCREMENTAL, Settings
from tap_amazon_ads_entities.singer import bookmarks
from tap_amazon_ads_entities.singer.coverage import Coverage, coverage
from tap_amazon_ads_entities.singer.old_rows import OldRows

_DAY = len("2026-01-31")


@dataclass(frozen=True)
class Plan:
    """How one slice is read.

    Args:
        entity: whose lists.
        mode: full or incremental.
        since: emit what changed since then, and what has no date; None for everything.
        reads: what is read now.
        source: where from.
        due: why it is read in full whatever the setting says; None when nothing but the setting decided.
        period: where its lists hold what has happened: which part of it is read.
        forgotten_since: from when to the period's beginning Amazon does not tell any more what happened.
        old_rows: where rows are left out: the old ones of the last complete read, which this one must hold as well.
        made_before: which rows will be old ones for the next read; None where nobody asks.
    """

    entity: str
    mode: str
    since: str | None
    reads: Coverage
    source: str = LISTS
    due: str | None = None
    period: Period | None = None
    forgotten_since: str | None = None
    old_rows: OldRows | None = None
    made_before: str | None = None


def plan(  # noqa: PLR0913 - all of them by name
    *,
    settings: Settings,
    entity: str,
    bookmark: Mapping[str, Any],
    run_started: str,
    now: datetime,
    whole: bool = False,
) -> Plan:
    """Decide about one slice.

    Args:
        settings: mode and ad products.
        entity: the entity.
        bookmark: of the slice.
        run_started: in canonical text.
        now: the same, as a moment.
        whole: the catalog wants the stream read in full every time.
    """
    reads = coverage(entity, settings.ad_products, settings.source)
    due = _due(bookmark, run_started)
    covered = _covers(bookmarks.full_read(bookmark), reads, entity, settings.source)
    full = due is not None or whole or settings.mode == FULL or (settings.mode == AUTO and not covered)
    watermark = bookmarks.high_watermark(bookmark)
    if period := _period(settings, entity, None if full else watermark, now):
        forgotten = watermark if watermark and watermark < utc_text(period[0]) else None
        mode = FULL if full else INCREMENTAL
        return Plan(entity, mode, None, reads, settings.source, due, period, forgotten)
    made_before = bookmarks.emit_since(settings, run_started, now)
    if full:
        return Plan(entity, FULL, None, reads, settings.source, due, made_before=made_before)
    # Read in full and no dated row seen: whatever has a date now is new.
    since = None if covered and watermark is None else bookmarks.emit_since(settings, watermark, now)
    old_rows = bookmarks.old_rows(bookmark) if since and bookmarks.full_read(bookmark) == reads else None
    if since and old_rows:
        # Of what is younger nobody can tell whether it was there before, whatever the lookback is now.
        since = min(since, old_rows.made_before)
    return Plan(entity, INCREMENTAL, since, reads, settings.source, old_rows=old_rows, made_before=made_before)


def completed(  # noqa: PLR0913 - all of them by name
    bookmark: Mapping[str, Any],
    read: Plan,
    *,
    seen: str | None,
    run_id: str,
    run_started: str,
    rows: Mapping[str, int] | None = None,
    old_rows: OldRows | None = None,
) -> dict[str, Any]:
    """The bookmark of a slice that was read to its end.

    Args:
        bookmark: before.
        read: how it was read.
        seen: the newest change seen.
        run_id: this run.
        run_started: in canonical text.
        rows: distinct rows of each list, by name.
        old_rows: those that the next read must hold as well; None where it leaves out none.
    """
    watermark = bookmarks.high_watermark(bookmark)
    earlier = bookmarks.full_read(bookmark)
    if _in_future(watermark, run_started):
        watermark = bookmarks.advance(None, seen, run_started)
    elif earlier is None or earlier.ad_products <= read.reads.ad_products:
        watermark = bookmarks.advance(watermark, seen, run_started)
    after: dict[str, Any] = {}
    if watermark is not None:
        after = {"replication_key": bookmarks.replication_key(read.entity), bookmarks.WATERMARK: watermark}
    after["run_id"] = run_id
    if counted := {**bookmark.get(bookmarks.ROWS, {}), **(rows or {})}:
        after[bookmarks.ROWS] = counted
    full_read = _stands_for(earlier, read) if read.mode == FULL else earlier
    if full_read is not None:
        after[bookmarks.FULL_READ] = bookmarks.full_read_of(full_read)
    # They are those of all that the last full read stands for.
    known = old_rows if full_read == read.reads else bookmarks.old_rows(bookmark) if full_read == earlier else None
    if known is not None:
        after.update(bookmarks.old_rows_of(known))
    return after


def _period(settings: Settings, entity: str, watermark: str | None, now: datetime) -> Period | None:
    """What is read of an entity that happens: since the watermark, or as far back as Amazon knows it."""
    reaches = [
        endpoint.window.reach
        for endpoint in endpoints_of(entity, settings.ad_products, settings.source)
        if endpoint.window is not None
    ]
    if not reaches:
        return None
    # The last request of the run is made later than it was planned, and what is too old by then is refused.
    reach = min(reaches)
    oldest = now - reach + min(timedelta(seconds=settings.run_deadline), reach / 2)
    if watermark is None:
        return oldest, now
    since = bookmarks.moment(bookmarks.emit_since(settings, watermark, now))
    return max(oldest, since or oldest), now


def _due(bookmark: Mapping[str, Any], run_started: str) -> str | None:
    """Why the slice must be read in full; None when nothing says so."""
    if (reason := bookmark.get(bookmarks.FULL_READ_DUE)) is not None:
        return str(reason) or "no reason given"
    watermark = bookmarks.high_watermark(bookmark)
    if watermark and _in_future(watermark, run_started):
        return f"its bookmark lies in the future: {watermark[:_DAY]}"
    return None


def _in_future(watermark: str | None, run_started: str) -> bool:
    return watermark is not None and watermark > run_started


def _covers(full_read: Coverage | None, reads: Coverage, entity: str, source: str) -> bool:
    """Whether an earlier full read covers what is wanted now: another source, or a list added since, was never read."""
    return full_read is not None and reads.ad_products <= full_read.ad_products and _current(full_read, entity, source)


def _current(full_read: Coverage, entity: str, source: str) -> bool:
    return full_read.lists == coverage(entity, full_read.ad_products, source).lists


def _stands_for(before: Coverage | None, read: Plan) -> Coverage:
    """What a complete full read of a slice stands for, together with the one before it."""
    now = read.reads
    if before is None or read.due is not None or not _current(before, read.entity, read.source):
        return now
    if before.ad_products <= now.ad_products:
        return now
    return coverage(read.entity, before.ad_products | now.ad_products, read.source)
