"""How a slice ends: complete or not, its row in the run log, its bookmark."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tap_amazon_ads_entities.amazon.request import throttled_seconds
from tap_amazon_ads_entities.lists.ids import Distinct
from tap_amazon_ads_entities.lists.session import Slice
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks, high_watermark
from tap_amazon_ads_entities.singer.old_rows import OldRowsWatch
from tap_amazon_ads_entities.singer.plans import Plan, completed
from tap_amazon_ads_entities.singer.run_log import Entry, RunLog
from tap_amazon_ads_entities.singer.tallies import EndpointTally
from tap_amazon_ads_entities.singer.unlisted import Sought

_CLASHES_SHOWN = 5


@dataclass
class Read:
    """What has been read of a slice.

    Args:
        plan: full or incremental.
        sought: what was asked for by ids.
        old_rows: what sees whether old rows are those of the read before.
        tallies: of the lists, by their names.
        before: tallies of lists that were read once more.
        newest: change at Amazon among all rows.
        last: row that was emitted.
    """

    plan: Plan
    sought: Sought
    old_rows: OldRowsWatch | None
    tallies: dict[str, EndpointTally] = field(default_factory=dict)
    before: list[EndpointTally] = field(default_factory=list)
    newest: str | None = None
    last: Row | None = None

    @property
    def problems(self) -> list[str]:
        """Why lists that have ended are not complete."""
        return [f"{name}: {tally.problem}" for name, tally in self.tallies.items() if tally.problem is not None]


class SliceEnd:
    """The end of one slice.

    Args:
        work: the slice.
        read: what has been read of it by then.
        log: the run log.
        entry: the slice's row in it.
        key: the id column of the entity.
        bookmarks: of the stream; the slice's own one is replaced here, and only where it is complete.
    """

    def __init__(  # noqa: PLR0913 - all of them by name
        self, *, work: Slice, read: Read, log: RunLog, entry: Entry, key: str, bookmarks: Bookmarks
    ) -> None:
        """End nothing yet."""
        self._work = work
        self._read = read
        self._log = log
        self._entry = entry
        self._key = key
        self._bookmarks = bookmarks

    def judge(self) -> None:
        """All lists have ended: the slice is complete where each of them is."""
        problems = self._read.problems
        if clashes := Distinct.clashes([tally.ids for tally in self._read.tallies.values()]):
            self._entry.details["id_clashes"] = len(clashes)
            names = {number: name for tally in self._read.tallies.values() for number, name in tally.names.items()}
            shown = ", ".join(names.get(number, str(number)) for number in clashes[:_CLASHES_SHOWN])
            problems.append(
                f"{len(clashes)} ids occur in more than one list ({shown}): of each, the last row is stored"
            )
        if (left_out := self._read.sought.problem) is not None:
            problems.append(left_out)
        if problems:
            self.fail("; ".join(problems), None)
        else:
            self._succeed()

    def fail(self, reason: str, request_id: str | None) -> None:
        """The slice is not complete: it is logged, and the bookmark stays."""
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

    def _succeed(self) -> None:
        entry = self._entry
        self._collect()
        if self._read.plan.period is not None:
            entry.details["period"] = [utc_text(moment) for moment in self._read.plan.period]
        if self._read.plan.forgotten_since is not None:
            entry.details["forgotten_since"] = self._read.plan.forgotten_since
        entry.details["rows_seen"] = Distinct.union([tally.ids for tally in self._read.tallies.values()])
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
            self._read.plan,
            # What was read to the end of a period was seen until then, whether anything happened or not.
            seen=utc_text(self._read.plan.period[1]) if self._read.plan.period else self._read.newest,
            run_id=self._log.run_id,
            run_started=self._log.started_at,
            # What happened in one period tells nothing of the next.
            rows=None if self._read.plan.period else self._counted(),
            old_rows=self._read.old_rows.seen if self._read.old_rows is not None else None,
        )
        self._bookmarks.keep(profile_id, bookmark)
        self._entry.high_watermark = high_watermark(bookmark)

    def _counted(self) -> dict[str, int]:
        """{list: distinct rows}."""
        return {
            path: tally.verdict.distinct
            for path, tally in self._read.tallies.items()
            if tally.verdict is not None and tally.verdict.distinct
        }

    def _collect(self) -> None:
        entry = self._entry
        read = (*self._read.before, *self._read.tallies.values())
        entry.items_upserted = sum(tally.emitted for tally in read) + self._read.sought.emitted
        entry.pages_fetched = sum(tally.pages for tally in read)
        endpoints: dict[str, Any] = {}
        for part in self._work.lists:
            tally, cost = self._read.tallies.get(part.endpoint.name), part.reading.counters
            entry.retries += cost.retries
            waited = throttled_seconds(cost)
            if tally is not None:
                endpoints[part.endpoint.name] = {
                    **tally.details(),
                    **({"retries": cost.retries} if cost.retries else {}),
                    **({"refusals": cost.refusals} if cost.refusals else {}),
                    **({"throttled_seconds": round(waited, 3)} if waited else {}),
                }
        if skipped := sum(tally.skipped is not None for tally in self._read.tallies.values()):
            profile = self._work.profile
            self._log.left_out[profile.profile_id, str(profile.account_sub_type)] += skipped
        entry.retries += sum(part.reading.counters.retries for part in self._work.by_ids)
        every = (*self._work.lists, *self._work.by_ids)
        entry.throttled_seconds = throttled_seconds(*(part.reading.counters for part in every))
        entry.details["endpoints"] = endpoints
        if unlisted_ones := self._read.sought.details():
            entry.details["unlisted"] = unlisted_ones
        if self._read.last is not None:
            # Rows are stored in order: where this one has arrived, all before it have.
            entry.details["last_key"] = self._read.last[self._key]
            entry.details["last_synced_at"] = self._read.last["synced_at"]

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
