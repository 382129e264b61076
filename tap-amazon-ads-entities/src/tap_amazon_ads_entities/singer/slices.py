"""Consumes one slice: pages to rows, incremental filter, tallies, bookmark, run log. Main thread only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tap_amazon_ads_entities.amazon.request import throttled_seconds
from tap_amazon_ads_entities.errors import BadBodyError, RunEndingError, SliceError, UnmappableError
from tap_amazon_ads_entities.lists.ids import Distinct
from tap_amazon_ads_entities.lists.mapping import rows_of
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.session import Session, Slice, SliceList
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks, empty_before, high_watermark, unlisted
from tap_amazon_ads_entities.singer.old_rows import OldRowsWatch
from tap_amazon_ads_entities.singer.plans import Plan, completed
from tap_amazon_ads_entities.singer.run_log import Entry, RunLog
from tap_amazon_ads_entities.singer.tallies import EndpointTally
from tap_amazon_ads_entities.singer.unlisted import Sought

_FEW = frozenset({"portfolios", "campaigns", "ad_groups"})
"""Entities whose rows are few, beside those of ads and targets: they are emitted whole."""

_ARCHIVED = frozenset({"ARCHIVED", "archived"})
_CLASHES_SHOWN = 5

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
        bookmarks: of the stream; the slice's own one is replaced at the very end, and only then.
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
        self._session = session
        self._work = work
        self._log = log
        self._entry = entry
        self._key = key
        self._plan = plan
        self._bookmarks = bookmarks
        self._newest: str | None = None
        self._last: Row | None = None
        self._tallies: dict[str, EndpointTally] = {}
        self._read_before: list[EndpointTally] = []
        """Of lists that are read once more."""

        self._old_rows = self._watch()
        self._sought = Sought(unlisted(bookmarks.of(work.profile.profile_id)), work.lists, key)
        # Whatever such a list holds now was never emitted, however old it is: it may have been refused, or hidden.
        self._were_empty = empty_before(
            bookmarks.of(work.profile.profile_id), (part.endpoint.name for part in work.lists)
        )

    def rows(self) -> Iterator[Rows]:
        """Pages of rows to emit. A failure ends the slice quietly: it is logged, and the bookmark stays.

        Raises:
            RunEndingError: nothing can be read any more.
        """
        try:
            for part in self._work.lists:
                yield from self._list(part)
            if (why := self._old_rows and self._old_rows.problem) and not self._problems():
                yield from self._again(why)
            for part in self._work.by_ids:
                yield from self._by_ids(part)
        except RunEndingError as error:
            self._fail(str(error), None)
            raise
        except SliceError as error:
            self._fail(str(error), error.request_id)
        except (BrokenPipeError, GeneratorExit):
            raise
        except Exception as error:  # noqa: BLE001 - a surprise in one slice must not cost the others
            LOGGER.debug("unexpected error", exc_info=True)
            self._fail(f"unexpected {type(error).__name__}: {error}; please report this", None)
        else:
            self._judge()
        finally:
            self._session.release(self._work)

    def _watch(self) -> OldRowsWatch | None:
        """What sees whether old rows are those of the read before; None where none are ever left out."""
        whole = self._session.settings.refresh_statuses and self._entry.entity_type in _FEW
        made_before = self._plan.made_before
        return None if whole or made_before is None else OldRowsWatch(self._plan.old_rows, made_before)

    def _again(self, why: str) -> Iterator[Rows]:
        """All of the slice, read once more: a row that was left out may never have been emitted."""
        profile_id, entity = self._entry.profile_id, self._entry.entity_type
        LOGGER.warning("profile %s, %s: %s: reading all of it once more, in full", profile_id, entity, why)
        self._entry.details["read_in_full"] = why
        self._plan = replace(self._plan, since=None, old_rows=None)
        self._read_before = [*self._tallies.values()]
        self._old_rows = self._watch()
        for part in self._session.again(self._work):
            yield from self._list(part)

    def _list(self, part: SliceList) -> Iterator[Rows]:
        tally = self._tallies[part.endpoint.name] = EndpointTally(part.endpoint.id_field)
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
                if self._old_rows is not None:
                    self._old_rows.see(rows, numbers, new=part.endpoint.name in self._were_empty)
                changed = self._changed(rows, part.endpoint.name)
                if self._sought:
                    changed = self._sought.and_listed(rows, changed)
                tally.emitted += len(changed)
                if changed:
                    self._last = changed[-1]
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
                rows = self._sought.left_out(part, self._map(part, page, tally))
                if rows:
                    self._last = rows[-1]
                    yield rows, page.fetched_at
            self._sought.judge(part, tally)
        except UnmappableError:
            # Of a row that has come, and no lack of an answer.
            raise
        except SliceError as error:
            self._sought.untold(part, str(error))

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
        if self._plan.period is not None:
            return rows
        newest = max((row["last_updated_time"] for row in rows if row["last_updated_time"]), default=None)
        if newest and (self._newest is None or newest > self._newest):
            self._newest = newest
        since = self._plan.since
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

    def _collect(self) -> None:
        entry = self._entry
        read = (*self._read_before, *self._tallies.values())
        entry.items_upserted = sum(tally.emitted for tally in read) + self._sought.emitted
        entry.pages_fetched = sum(tally.pages for tally in read)
        endpoints: dict[str, Any] = {}
        for part in self._work.lists:
            tally, cost = self._tallies.get(part.endpoint.name), part.reading.counters
            entry.retries += cost.retries
            waited = throttled_seconds(cost)
            if tally is not None:
                endpoints[part.endpoint.name] = {
                    **tally.details(),
                    **({"retries": cost.retries} if cost.retries else {}),
                    **({"refusals": cost.refusals} if cost.refusals else {}),
                    **({"throttled_seconds": round(waited, 3)} if waited else {}),
                }
        if skipped := sum(tally.skipped is not None for tally in self._tallies.values()):
            profile = self._work.profile
            self._log.left_out[profile.profile_id, str(profile.account_sub_type)] += skipped
        entry.retries += sum(part.reading.counters.retries for part in self._work.by_ids)
        every = (*self._work.lists, *self._work.by_ids)
        entry.throttled_seconds = throttled_seconds(*(part.reading.counters for part in every))
        entry.details["endpoints"] = endpoints
        if unlisted_ones := self._sought.details():
            entry.details["unlisted"] = unlisted_ones
        if self._last is not None:
            # Rows are stored in order: where this one has arrived, all before it have.
            entry.details["last_key"] = self._last[self._key]
            entry.details["last_synced_at"] = self._last["synced_at"]

    def _problems(self) -> list[str]:
        """Why lists that have ended are not complete."""
        return [
            f"{part.endpoint.name}: {tally.problem}"
            for part in self._work.lists
            if (tally := self._tallies[part.endpoint.name]).problem is not None
        ]

    def _judge(self) -> None:
        """All lists have ended: the slice is complete where each of them is."""
        problems = self._problems()
        if clashes := Distinct.clashes([tally.ids for tally in self._tallies.values()]):
            self._entry.details["id_clashes"] = len(clashes)
            names = {number: name for tally in self._tallies.values() for number, name in tally.names.items()}
            shown = ", ".join(names.get(number, str(number)) for number in clashes[:_CLASHES_SHOWN])
            problems.append(
                f"{len(clashes)} ids occur in more than one list ({shown}): of each, the last row is stored"
            )
        if (left_out := self._sought.problem) is not None:
            problems.append(left_out)
        if problems:
            self._fail("; ".join(problems), None)
        else:
            self._succeed()

    def _succeed(self) -> None:
        entry = self._entry
        self._collect()
        if self._plan.period is not None:
            entry.details["period"] = [utc_text(moment) for moment in self._plan.period]
        if self._plan.forgotten_since is not None:
            entry.details["forgotten_since"] = self._plan.forgotten_since
        entry.details["rows_seen"] = Distinct.union([tally.ids for tally in self._tallies.values()])
        self._keep_bookmark()
        self._warn()
        self._log.finish(entry)
        LOGGER.info(
            "slice done profile=%s entity=%s rows=%d pages=%d retries=%d throttled=%.1f",
            entry.profile_id,
            entry.entity_type,
            entry.items_upserted,
            entry.pages_fetched,
            entry.retries,
            entry.throttled_seconds,
        )

    def _keep_bookmark(self) -> None:
        profile_id = self._work.profile.profile_id
        bookmark = completed(
            self._bookmarks.of(profile_id),
            self._plan,
            # What was read to the end of a period was seen until then, whether anything happened or not.
            seen=utc_text(self._plan.period[1]) if self._plan.period else self._newest,
            run_id=self._log.run_id,
            run_started=self._log.started_at,
            # What happened in one period tells nothing of the next.
            rows=None if self._plan.period else self._counted(),
            old_rows=self._old_rows.seen if self._old_rows is not None else None,
        )
        self._bookmarks.keep(profile_id, bookmark)
        self._entry.high_watermark = high_watermark(bookmark)

    def _counted(self) -> dict[str, int]:
        """{list: distinct rows}."""
        return {
            path: tally.verdict.distinct
            for path, tally in self._tallies.items()
            if tally.verdict is not None and tally.verdict.distinct
        }

    def _fail(self, reason: str, request_id: str | None) -> None:
        entry = self._entry
        self._collect()
        self._log.finish(entry, reason, request_id)
        LOGGER.error(
            "slice failed profile=%s entity=%s rows=%d error=%s request_id=%s",
            entry.profile_id,
            entry.entity_type,
            entry.items_upserted,
            reason,
            request_id or "unknown",
        )

    def _warn(self) -> None:
        """Log what is not an error, yet someone should know."""
        for path, numbers in self._entry.details["endpoints"].items():
            if accepted := numbers.get("accepted_shortfall"):
                LOGGER.warning(
                    "profile %s: %s accepted: %d of %d rows are missing by Amazon's own total (accepted_shortfall)",
                    self._entry.profile_id,
                    path,
                    accepted,
                    numbers["total_reported"],
                )


def _changed_since(row: Row, since: str) -> bool:
    """Whether a row has changed since then, or has no time to tell by: of its change, or of its making (`old_rows`)."""
    changed = row["last_updated_time"]
    return changed is None or changed >= since or row["creation_time"] is None
