"""Consumes one slice: pages to rows, incremental filter, tallies. Main thread only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tap_amazon_ads_entities.errors import BadBodyError, RunEndingError, SliceError, UnmappableError
from tap_amazon_ads_entities.lists.mapping import rows_of
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.session import Session, Slice, SliceList
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks, empty_before, unlisted
from tap_amazon_ads_entities.singer.old_rows import OldRowsWatch
from tap_amazon_ads_entities.singer.plans import Plan
from tap_amazon_ads_entities.singer.run_log import Entry, RunLog
from tap_amazon_ads_entities.singer.slice_ends import Read, SliceEnd
from tap_amazon_ads_entities.singer.tallies import EndpointTally
from tap_amazon_ads_entities.singer.unlisted import Sought

_FEW = frozenset({"portfolios", "campaigns", "ad_groups"})
"""Entities whose rows are few, beside those of ads and targets: they are emitted whole."""

_ARCHIVED = frozenset({"ARCHIVED", "archived"})

Rows = tuple[list[Row], str]
"""A page of rows to emit, and when it was fetched."""


class SliceRun:
    """One slice on its way into the stream.

    Args:
        session: the run.
        work: the slice, already being read ahead.
        log: the run log.
        entry: the slice's row in it.
        key: the id column of the entity.
        plan: full or incremental.
        bookmarks: of the stream.
    """

    def __init__(  # noqa: PLR0913 - all of them by name
        self,
        *,
        session: Session,
        work: Slice,
        log: RunLog,
        entry: Entry,
        key: str,
        plan: Plan,
        bookmarks: Bookmarks,
    ) -> None:
        """Consume nothing yet."""
        bookmark = bookmarks.of(work.profile.profile_id)
        self._session = session
        self._work = work
        self._entry = entry
        self._key = key
        self._read = Read(plan, Sought(unlisted(bookmark), work.lists, key), self._watch(plan))
        self._end = SliceEnd(work=work, read=self._read, log=log, entry=entry, key=key, bookmarks=bookmarks)
        # Whatever such a list holds now was never emitted, however old it is: it may have been refused, or hidden.
        self._were_empty = empty_before(bookmark, (part.endpoint.name for part in work.lists))

    def rows(self) -> Iterator[Rows]:
        """Pages of rows to emit. A failure ends the slice quietly: it is logged, and the bookmark stays.

        Raises:
            RunEndingError: nothing can be read any more.
        """
        try:
            for part in self._work.lists:
                yield from self._list(part)
            if (why := self._read.old_rows and self._read.old_rows.problem) and not self._read.problems:
                yield from self._again(why)
            for part in self._work.by_ids:
                yield from self._by_ids(part)
        except RunEndingError as error:
            self._end.fail(str(error), None)
            raise
        except SliceError as error:
            self._end.fail(str(error), error.request_id)
        except (BrokenPipeError, GeneratorExit):
            raise
        except Exception as error:  # noqa: BLE001 - a surprise in one slice must not cost the others
            LOGGER.debug("unexpected error", exc_info=True)
            self._end.fail(f"unexpected {type(error).__name__}: {error}; please report this", None)
        else:
            self._end.judge()
        finally:
            self._session.release(self._work)

    def _watch(self, plan: Plan) -> OldRowsWatch | None:
        """What sees whether old rows are those of the read before; None where none are ever left out."""
        whole = self._session.settings.refresh_statuses and self._entry.entity_type in _FEW
        return None if whole or plan.made_before is None else OldRowsWatch(plan.old_rows, plan.made_before)

    def _again(self, why: str) -> Iterator[Rows]:
        """All of the slice, read once more: a row that was left out may never have been emitted."""
        profile_id, entity = self._entry.profile_id, self._entry.entity_type
        LOGGER.warning("profile %s, %s: %s: reading all of it once more, in full", profile_id, entity, why)
        self._entry.details["read_in_full"] = why
        self._read.plan = replace(self._read.plan, since=None, old_rows=None)
        self._read.before = [*self._read.tallies.values()]
        self._read.old_rows = self._watch(self._read.plan)
        for part in self._session.again(self._work):
            yield from self._list(part)

    def _list(self, part: SliceList) -> Iterator[Rows]:
        tally = self._read.tallies[part.endpoint.name] = EndpointTally(part.endpoint.id_field)
        # Of a list that is the answer to several questions, most rows come more than once.
        known: set[Any] | None = set() if part.endpoint.pieced else None
        try:
            for page in self._session.pages(part):
                tally.pages += 1
                rows = self._map(part, page, tally)
                if known is not None:
                    rows = [row for row in rows if row[self._key] not in known]
                    known.update(row[self._key] for row in rows)
                tally.rows += len(rows)
                numbers = tally.see([row[self._key] for row in rows])
                if self._read.old_rows is not None:
                    self._read.old_rows.see(rows, numbers, new=part.endpoint.name in self._were_empty)
                changed = self._changed(rows, part.endpoint.name)
                if self._read.sought:
                    changed = self._read.sought.and_listed(rows, changed)
                tally.emitted += len(changed)
                if changed:
                    self._read.last = changed[-1]
                    yield changed, page.fetched_at
            tally.verdict = part.reading.verdict
        except SliceError as error:
            reason = self._known_reason(part, tally, error)
            if reason is None:
                raise
            tally.skipped = reason

    def _by_ids(self, part: SliceList) -> Iterator[Rows]:
        """What one question by ids returns. That it fails costs an answer, and not the lists: they have been read."""
        tally = EndpointTally(part.endpoint.id_field)
        try:
            for page in self._session.pages(part):
                rows = self._read.sought.left_out(part, self._map(part, page, tally))
                if rows:
                    self._read.last = rows[-1]
                    yield rows, page.fetched_at
            self._read.sought.judge(part, tally)
        except UnmappableError:
            # Of a row that has come, and no lack of an answer.
            raise
        except SliceError as error:
            self._read.sought.untold(part, str(error))

    def _map(self, part: SliceList, page: Page, tally: EndpointTally) -> list[Row]:
        endpoint, profile = part.endpoint, self._work.profile
        if endpoint.to_row is None or not page.size:
            # What a list needs to be mapped is read where it has rows.
            return []
        to_row = endpoint.to_row
        campaign_of = self._session.campaign_of(part)
        context = RowContext(
            profile.profile_id,
            page.fetched_at,
            profile.currency_code,
            campaign_of,
            tally.notes,
            profile.timezone,
            endpoint.ad_products or frozenset(() if endpoint.ad_product is None else (endpoint.ad_product,)),
        )
        try:
            return rows_of(page, lambda item: to_row(item, context), tally.notes, tally.refused)
        except BadBodyError as error:
            message = f"{endpoint.name}: {error}"
            raise SliceError(message, request_id=page.request_id) from error

    def _changed(self, rows: list[Row], name: str) -> list[Row]:
        """The rows to emit: changed since the watermark, without a time to tell by, or of a list that had none."""
        if self._read.plan.period is not None:
            return rows
        newest = max((row["last_updated_time"] for row in rows if row["last_updated_time"]), default=None)
        if newest and (self._read.newest is None or newest > self._read.newest):
            self._read.newest = newest
        since = self._read.plan.since
        if since is None or name in self._were_empty:
            return rows
        if self._session.settings.refresh_statuses:
            # A status changes with a parent's, or with a budget, and the time of change stays what it was.
            if self._entry.entity_type in _FEW:
                return rows
            return [row for row in rows if row["state"] not in _ARCHIVED or _changed_since(row, since)]
        return [row for row in rows if _changed_since(row, since)]

    def _known_reason(self, part: SliceList, tally: EndpointTally, error: SliceError) -> str | None:
        """Why a refusal is no failure: this kind of account cannot have the product at all."""
        if tally.pages or not part.reading.lacks_product(error.status):
            return None
        return (
            f"{self._work.profile.account_sub_type} accounts have no {part.endpoint.ad_product} (HTTP {error.status})"
        )


def _changed_since(row: Row, since: str) -> bool:
    """Whether a row has changed since then, or has no time to tell by: of its change, or of its making (`old_rows`)."""
    changed = row["last_updated_time"]
    return changed is None or changed >= since or row["creation_time"] is None
