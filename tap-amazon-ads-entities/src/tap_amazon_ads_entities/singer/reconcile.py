"""Reads every entity by two sources and tells what they disagree about. Main thread only.

Both are read in full, and an entity is kept as a digest. Those whose digests differ are read once more by both sources,
by their ids where a list has a filter for them (`doubts`): what differs in the same way then is a difference, what has
moved meanwhile is read again. Nothing is kept of the entities that agree, and of the others no more than `MOST_LISTED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from logging import ERROR, INFO

from tap_amazon_ads_entities.endpoints import endpoints_of
from tap_amazon_ads_entities.lists.reading import Profile
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.lists.session import Slice as Work
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.compared import COMPARED, digest_of, values_of
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.rows.values import now
from tap_amazon_ads_entities.settings.model import FULL, RECONCILE
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks
from tap_amazon_ads_entities.singer.coverage import coverage
from tap_amazon_ads_entities.singer.differences import Answers, Said, Settled, Slice, Summary, rows_of, settled
from tap_amazon_ads_entities.singer.doubts import Doubt
from tap_amazon_ads_entities.singer.plans import Plan
from tap_amazon_ads_entities.singer.run_log import Entry, RunLog
from tap_amazon_ads_entities.singer.slices import Rows, SliceRun
from tap_amazon_ads_entities.singer.snapshots import Snapshot

DIFFERENCES = "differences"
"""What the run log calls the slice of a profile in which two sources are compared."""

MOST_READS = 5
"""Times an entity whose answers keep moving is read by both sources."""

MOST_LISTED = 100_000
"""Entities of a run whose differences are told one by one; of more it is said how many they are."""


@dataclass
class Account:
    """What became of one profile."""

    entry: Entry
    summary: Summary
    problems: list[str] = field(default_factory=list)


class Reconciliation:
    """Compares two sources, profile by profile and entity by entity.

    Args:
        session: the run.
        log: the run log; it gets one row a profile.
        keys: id column by entity, in reading order.
    """

    def __init__(self, session: Session, log: RunLog, keys: Mapping[str, str]) -> None:
        """Read nothing yet."""
        settings = session.settings
        self._session = session
        self._log = log
        self._sources = (settings.source, settings.reconcile_with)
        self._keys = {entity: key for entity, key in keys.items() if entity in COMPARED}
        self._products = {
            # What only one of them knows cannot be compared.
            entity: frozenset.intersection(
                *(coverage(entity, settings.ad_products, source).ad_products for source in self._sources)
            )
            for entity in self._keys
        }
        self._accounts: dict[str, Account] = {}
        self._left = MOST_LISTED

    def rows(self, profiles: Iterable[Profile]) -> Iterator[Rows]:
        """Pages of rows of `sync_differences`.

        Raises:
            RunEndingError: nothing can be read any more.
        """
        profiles = tuple(profiles)
        for profile in profiles:
            entry = self._log.start(profile.profile_id, DIFFERENCES, RECONCILE)
            self._accounts[profile.profile_id] = Account(entry, Summary(*self._sources))
        doubts = list(self._first(profiles))
        for _ in range(MOST_READS - 1):
            for doubt in doubts:
                LOGGER.info(
                    "profile %s: %d %s differ, reading them once more",
                    doubt.profile.profile_id,
                    len(doubt.pairs),
                    doubt.entity,
                )
            moving: list[Doubt] = []
            for doubt, works in self._opened(doubts):
                found, rows = self._again(doubt, works)
                if rows:
                    yield rows, rows[0]["last_seen_at"]
                if found.moving:
                    moving.append(doubt.left(found.moving, whole=doubt.whole))
                if found.contradicted:
                    moving.append(doubt.left(found.contradicted, whole=True))
            doubts = moving
        for doubt in doubts:
            said = f"{len(doubt.pairs):,} {doubt.entity} kept changing while both sources were read {MOST_READS} times"
            self._accounts[doubt.profile.profile_id].problems.append(said)
        for account in self._accounts.values():
            self._finish(account)

    def _first(self, profiles: Iterable[Profile]) -> Iterator[Doubt]:
        """Every entity of every profile, by both sources."""
        everything = [Doubt(profile, entity) for profile in profiles for entity in self._keys]
        for doubt, works in self._opened(everything):
            snapshots = [Snapshot() for _ in works]
            whole = True
            for work, source, snapshot in zip(works, self._sources, snapshots, strict=True):
                for number, row in self._read(doubt, work, source):
                    snapshot.add(number, digest_of(values_of(row, doubt.entity)))
                whole = whole and self._whole(doubt)
            if not whole:
                continue
            differing = snapshots[0].differing(snapshots[1])
            pairs = dict(islice(differing, self._left))
            self._left -= len(pairs)
            if more := sum(1 for _ in differing):
                said = f"{more:,} more {doubt.entity} differ, which are not listed"
                self._accounts[doubt.profile.profile_id].problems.append(said)
            if pairs:
                yield doubt.left(pairs, whole=False)

    def _again(self, doubt: Doubt, works: list[Work]) -> tuple[Settled, list[Row]]:
        """The entities in doubt once more: what became of them, and the rows of those that differ for good."""
        one, other = (self._answers(doubt, work, source) for work, source in zip(works, self._sources, strict=True))
        if not self._whole(doubt):
            return Settled(), []
        found = settled(doubt.pairs, one, other, doubt.narrowed, self._log.started_at)
        what = Slice(doubt.profile.profile_id, doubt.entity, *self._sources, self._log.run_id)
        rows = list(rows_of(what, found.stand, one, other, now()))
        account = self._accounts[doubt.profile.profile_id]
        account.entry.items_upserted += len(rows)
        for row in rows:
            account.summary.add(row)
        return found, rows

    def _answers(self, doubt: Doubt, work: Work, source: str) -> Answers:
        """What a source says of the entities in doubt."""
        return {
            number: Said(row[self._keys[doubt.entity]], values_of(row, doubt.entity), row["last_updated_time"])
            for number, row in self._read(doubt, work, source)
            if number in doubt.pairs
        }

    def _opened(self, doubts: list[Doubt]) -> Iterator[tuple[Doubt, list[Work]]]:
        """All of them are read ahead, in the order in which they are consumed."""
        opened = [(doubt, self._open(doubt)) for doubt in doubts]
        yield from opened

    def _open(self, doubt: Doubt) -> list[Work]:
        lists = [endpoints_of(doubt.entity, self._products[doubt.entity], source) for source in self._sources]
        asked = [doubt.asked(endpoints) for endpoints in lists]
        doubt.narrowed = tuple(before != after for before, after in zip(lists, asked, strict=True))
        return [self._session.open(doubt.profile, doubt.entity, endpoints) for endpoints in asked]

    def _read(self, doubt: Doubt, work: Work, source: str) -> Iterator[tuple[int, Row]]:
        """The rows of a slice, by the numbers of their ids; why they are not all of them is told by `_whole`."""
        entity, profile_id = doubt.entity, doubt.profile.profile_id
        account = self._accounts[profile_id]
        entry = Entry(profile_id, entity, FULL, now())
        key = self._keys[entity]
        run = SliceRun(
            session=self._session,
            work=work,
            # What a slice says of itself is for its table; here it is a part of the profile's comparison.
            log=RunLog(run_id=self._log.run_id, tap_version="", details={}, write=None),
            entry=entry,
            key=key,
            plan=Plan(entity, FULL, None, coverage(entity, self._products[entity], source)),
            bookmarks=Bookmarks({}),
        )
        for rows, _ in run.rows():
            for row in rows:
                yield doubt.names.number(row[key]), row
        for name, numbers in entry.details["endpoints"].items():
            doubt.pages.setdefault(name, numbers["pages"])
            if fields := numbers.get("unreadable"):
                # Null in its column, as what the other source does not say or cannot say either.
                LOGGER.warning(
                    "profile %s: %s holds values that cannot be read: %s", profile_id, name, ", ".join(fields)
                )
                account.entry.details.setdefault("unreadable", {})[name] = fields
        account.entry.pages_fetched += entry.pages_fetched
        account.entry.retries += entry.retries
        account.entry.throttled_seconds += entry.throttled_seconds
        if entry.error:
            account.problems.append(f"{entity} cannot be compared, {source} failed: {entry.error}")
            account.entry.details.setdefault("failed", []).append(entity)

    def _whole(self, doubt: Doubt) -> bool:
        """Whether both sources have been read to their end: half of one proves nothing."""
        details = self._accounts[doubt.profile.profile_id].entry.details
        return doubt.entity not in details.get("failed", ())

    def _finish(self, account: Account) -> None:
        entry = account.entry
        if account.summary.counts:
            entry.details["differences"] = account.summary.counts
        sentence = account.summary.sentence()
        problems = [*([sentence] if sentence else []), *account.problems]
        said = "; ".join(problems) or f"{self._sources[0]} and {self._sources[1]} agree"
        LOGGER.log(ERROR if problems else INFO, "profile %s: %s", entry.profile_id, said)
        self._log.finish(entry, "; ".join(problems) or None)
