"""One run: the profiles it finds, how each of their slices is read, and how it is stopped. Main thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from tap_amazon_ads_entities.amazon.request import throttled_seconds
from tap_amazon_ads_entities.endpoints.regions import API_HOSTS
from tap_amazon_ads_entities.lists.profiles import FoundProfiles, list_profiles
from tap_amazon_ads_entities.lists.reading import Profile
from tap_amazon_ads_entities.lists.session import Before, Session
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.compared import COMPARED
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.settings.model import AUTO, FULL, RECONCILE, Settings
from tap_amazon_ads_entities.singer import planning
from tap_amazon_ads_entities.singer.bookmarks import ROWS, Bookmarks, unlisted
from tap_amazon_ads_entities.singer.plans import Plan
from tap_amazon_ads_entities.singer.reconcile import Reconciliation
from tap_amazon_ads_entities.singer.run_log import ALL_PROFILES, Entry, RunLog
from tap_amazon_ads_entities.singer.slices import Rows

_NAMED, _LOGGED = 20, 1_000
"""Profiles that are named in a line, and in the run log."""


class SlicedStream(Protocol):
    """What a run needs of a stream that is read slice by slice."""

    @property
    def bookmarks(self) -> Bookmarks:
        """The bookmarks of its slices."""

    @property
    def whole(self) -> bool:
        """Whether the catalog wants it in full every time."""

    def announce(self) -> None:
        """Write its SCHEMA, once."""


class HasRun(Protocol):
    """What a stream needs of its tap."""

    @property
    def current(self) -> Run:
        """The run."""

    def begin(self) -> Iterator[Row]:
        """The profiles, after reading ahead of all of them has begun."""


class Run:
    """What all slices of a run share.

    Args:
        settings: parsed settings.
        tap_version: for the run log.
        write: takes the rows of the run log; None when nobody wants them.
        keys: id column by entity, of those that are wanted, in reading order.
        dry_run: one profile is enough.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tap_version: str,
        write: Callable[[Row], None] | None,
        keys: Mapping[str, str],
        dry_run: bool = False,
    ) -> None:
        """Ask Amazon nothing yet."""
        details: dict[str, Any] = {"ad_products": sorted(settings.ad_products)}
        if settings.loader_session:
            details["session"] = settings.loader_session
        self.settings = settings
        self.stop = Stop()
        self.log = RunLog(run_id=settings.run_id, tap_version=tap_version, details=details, write=write)
        self.plans: planning.Plans = {}
        self._profiles: list[Profile] | None = None
        self._keys = keys
        self._dry_run = dry_run

    @cached_property
    def session(self) -> Session:
        """The machinery that reads lists.

        Raises:
            RunEndingError: stored connections are wanted, and none of them can be used.
        """
        return Session(self.settings, self.stop)

    def begin(self, streams: Mapping[str, SlicedStream]) -> Iterator[Row]:
        """List the profiles, start reading ahead, and hand the profiles over one by one.

        Args:
            streams: by entity, in reading order.

        Raises:
            RunEndingError: nothing can be read.
        """
        for stream in streams.values():
            # Loaders store streams in the order of their SCHEMAs: the run log comes after the rows it speaks of.
            stream.announce()
        mode = self.settings.mode
        # The list of profiles is always read whole.
        entry = self.log.start(ALL_PROFILES, "profiles", FULL if mode == AUTO else mode)
        found = self._find_profiles(entry, self._known_profiles(streams))
        LOGGER.info(
            "run %s: %s, %d profiles, each with %s",
            self.settings.run_id,
            RECONCILE if self.settings.reconcile_with else mode,
            len(found.rows),
            self._purpose(streams),
        )
        if streams:
            self._plan([row["profile_id"] for row in found.rows], streams)
        self._profiles = [
            Profile(row["profile_id"], row["region"], row["currency_code"], row["account_sub_type"], row["timezone"])
            for row in found.rows
        ]
        self.session.plan(
            self._profiles,
            streams,
            lambda profile_id, entity: self._before(
                streams[entity].bookmarks.of(profile_id), self.plans[profile_id, entity]
            ),
        )
        yield from found.rows
        self.log.finish(entry, "; ".join(found.problems) or None, found.request_id)

    def _before(self, bookmark: Mapping[str, Any], plan: Plan) -> Before:
        """What is known of a slice before it is read."""
        return Before(bookmark.get(ROWS, {}), self.settings.confirms(plan.mode), plan.period, unlisted(bookmark))

    def differences(self) -> Iterator[Rows]:
        """What two sources disagree about, where the run is there to compare them.

        Raises:
            RunEndingError: nothing can be read.
        """
        if not self.settings.reconcile_with or self._dry_run:
            return
        if self._profiles is None:
            # The catalog leaves their stream out.
            list(self.begin({}))
        yield from Reconciliation(self.session, self.log, self._keys).rows(self._profiles or ())

    def _purpose(self, streams: Iterable[str]) -> str:
        if other := self.settings.reconcile_with:
            compared = ", ".join(entity for entity in self._keys if entity in COMPARED)
            return f"{compared} compared by {self.settings.source} and {other}"
        return ", ".join(streams) or "nothing"

    def _known_profiles(self, streams: Mapping[str, SlicedStream]) -> set[str]:
        """Profiles of earlier runs that this one should see as well; none where it is told which to read."""
        if self.settings.profile_ids:
            return set()
        return {profile_id for stream in streams.values() for profile_id in stream.bookmarks.profile_ids}

    def _find_profiles(self, entry: Entry, known: set[str]) -> FoundProfiles:
        found = list_profiles(self.session)
        if not known <= found.profile_ids:
            LOGGER.warning(
                "%d of the %d profiles of earlier runs were listed: asking once more",
                len(known & found.profile_ids),
                len(known),
            )
            found = list_profiles(self.session).joined(found)
        everywhere = set(self.settings.regions) == set(API_HOSTS)
        if (gone := sorted(known - found.profile_ids)) and everywhere and not found.problems:
            named = ", ".join(gone[:_NAMED]) + (" and others" if len(gone) > _NAMED else "")
            LOGGER.warning("no longer visible, so that their rows stay as they were: %s", named)
            entry.details["no_longer_visible"] = {"profiles": len(gone), "first": gone[:_LOGGED]}
        self.session.source.note_use(self.session.keyring.used)
        entry.items_upserted, entry.pages_fetched = len(found.rows), len(found.details)
        entry.retries = sum(counters.retries for counters in found.counters)
        entry.throttled_seconds = throttled_seconds(*found.counters)
        entry.details["endpoints"] = found.details
        for problem in found.problems:
            LOGGER.error("%s", problem)
        if self._dry_run:
            found.rows = found.rows[:1]
        return found

    def _plan(self, profile_ids: list[str], streams: Mapping[str, SlicedStream]) -> None:
        """Full or incremental, slice by slice."""
        entities = {entity: (stream.bookmarks, stream.whole) for entity, stream in streams.items()}
        self.plans.update(planning.plan_slices(self.settings, profile_ids, entities, self.log.started_at))
        planning.announce(self.plans, self.settings.mode)
        for (profile_id, entity), plan in self.plans.items():
            self.log.start(profile_id, entity, plan.mode)

    def abort(self, reason: str) -> None:
        """Nothing can be read any more: open slices end as errors."""
        LOGGER.error("%s", reason)
        self.log.abort(reason)

    def verdict(self) -> bool:
        """Say how the run went; whether every slice was read to its end."""
        failed = self.log.failed
        for entry in failed:
            LOGGER.error("failed: profile %s, %s: %s", entry.profile_id, entry.entity_type, entry.error)
        for (profile_id, kind), lists in self.log.left_out.items():
            text = "profile %s: %d lists are left out that %s accounts do not have; sync_log.details names them"
            LOGGER.info(text, profile_id, lists, kind)
        LOGGER.info("run %s: %d slices succeeded, %d failed", self.log.run_id, self.log.succeeded, len(failed))
        return not failed
