"""One run: the shared HTTP machinery and the slices that are read ahead."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import count

from tap_amazon_ads_entities.amazon.auth import Exchange, TokenSource
from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.amazon.keyring import Keyring
from tap_amazon_ads_entities.amazon.request import Limits
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.connections.model import Connection
from tap_amazon_ads_entities.connections.source import Source, open_source
from tap_amazon_ads_entities.endpoints import endpoints_of
from tap_amazon_ads_entities.endpoints.model import ListEndpoint, Paging
from tap_amazon_ads_entities.errors import SliceError
from tap_amazon_ads_entities.exports.download import Downloads
from tap_amazon_ads_entities.exports.jobs import Jobs, Office
from tap_amazon_ads_entities.exports.slots import Slots
from tap_amazon_ads_entities.lists.chains import Chain
from tap_amazon_ads_entities.lists.completeness import Expectation
from tap_amazon_ads_entities.lists.exported import ExportReader
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.prefetch import Prefetcher
from tap_amazon_ads_entities.lists.reader import Reader
from tap_amazon_ads_entities.lists.reading import Profile, Reading
from tap_amazon_ads_entities.lists.unlisted import Unlisted, questions
from tap_amazon_ads_entities.process.deadline import Deadline, Stop, earliest
from tap_amazon_ads_entities.process.room import Room
from tap_amazon_ads_entities.settings.model import Settings

_MOMENT = 0.5
_BUDGET = 64 << 20
"""Bytes of responses on their way from the socket to the queue, over all workers; one may go beyond."""


@dataclass
class SliceList:
    """One list of a slice: what is read, and the chain its pages come through."""

    endpoint: ListEndpoint
    reading: Reading
    chain: Chain[Page]
    deadline: _StartedLate


@dataclass
class Slice:
    """One profile and entity being read ahead."""

    profile: Profile
    entity: str
    lists: list[SliceList]
    stop: Stop
    again: list[SliceList] = field(default_factory=list)
    """Its lists, as far as they are read once more."""

    by_ids: list[SliceList] = field(default_factory=list)
    """Its lists, asked for what the last complete read did not list; read after them."""

    released: bool = False


Period = tuple[datetime, datetime]
"""From when to when something happened."""


@dataclass(frozen=True)
class Before:
    """What is known of a slice before it is read, and how sure one wants to be.

    Args:
        rows: rows of each list, by its name, when it was last read to its end.
        confirm: read its lists until two reads agree.
        period: which part of it is read, where it lists what has happened.
        unlisted: what somebody holds of it that the last complete read did not list.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    confirm: bool = False
    period: Period | None = None
    unlisted: Unlisted = field(default_factory=dict)


BeforeOf = Callable[[str, str], Before]
"""By profile and entity."""


class Session:
    """Everything the slices of a run share.

    Args:
        settings: parsed settings.
        stop: ends the run.
        renewed: keeps refresh tokens that Amazon replaced, instead of the source of the connections.

    Raises:
        RunEndingError: stored connections are wanted, and none of them can be used.
    """

    def __init__(self, settings: Settings, stop: Stop, renewed: Callable[[str], None] | None = None) -> None:
        """Open nothing yet but the store of connections, where that is used."""
        self.settings = settings
        self.stop = stop
        self.run_deadline = Deadline.after(settings.run_deadline, "the run")
        self.transport = Transport(
            connections=settings.workers,
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            user_agent=settings.user_agent,
        )
        self.source: Source = open_source(settings)
        self.exchange = Exchange(
            self.transport,
            url=settings.token_url,
            max_retries=settings.max_retries,
            patience=settings.request_deadline,
            stop=stop,
            until=self.run_deadline,
        )
        self.keyring = Keyring(
            {
                connection.label: self._tokens(connection, renewed or partial(self.source.renewed, connection.label))
                for connection in self.source.connections
            },
            self.source.unusable,
        )
        self.client = Client(
            self.transport,
            self.keyring,
            client_id=settings.client_id,
            limits=Limits(settings.max_retries, settings.request_deadline),
        )
        self.room = Room(_BUDGET)
        self._prefetcher: Prefetcher[Page] = Prefetcher(settings.workers)
        self.reader = Reader(
            self.client,
            api_url=settings.api_url,
            page_sizes=PageSizes(settings.page_size),
            room=self.room,
            urgent=self._prefetcher.waited_for,
        )
        self.exported = ExportReader(
            Jobs(
                Office(
                    self.client,
                    settings.api_url,
                    Slots(settings.exports_in_progress),
                    settings.export_deadline,
                    self.run_deadline,
                )
            ),
            Downloads(self.transport, api_url=settings.api_url, patience=settings.export_deadline),
            self.reader,
            room=self.room,
            urgent=self._prefetcher.waited_for,
        )
        self._slices: dict[tuple[str, str], Slice] = {}
        self._open: Counter[str] = Counter()
        """How many slices of a profile have not ended."""

        self._places = count()

    def plan(self, profiles: Iterable[Profile], entities: Iterable[str], before_of: BeforeOf | None = None) -> None:
        """Start reading ahead: profile by profile, entity by entity, in the order of consumption.

        Args:
            profiles: what to read.
            entities: of each.
            before_of: what is known of each slice; None where nothing is.
        """
        entities = tuple(entities)
        for profile in profiles:
            for entity in entities:
                before = before_of(profile.profile_id, entity) if before_of else Before()
                endpoints = endpoints_of(entity, self.settings.ad_products, self.settings.source)
                self._slices[(profile.profile_id, entity)] = self.open(
                    profile, entity, [_within(before.period, endpoint) for endpoint in endpoints], before
                )

    def open(
        self,
        profile: Profile,
        entity: str,
        endpoints: Iterable[ListEndpoint],
        before: Before | None = None,
    ) -> Slice:
        """Start reading one slice ahead. Slices are consumed in the order in which they were opened, and released.

        Args:
            profile: whose.
            entity: its entity.
            endpoints: the lists that make it up.
            before: what is known of it.
        """
        self._open[profile.profile_id] += 1
        return self._slice(profile, entity, endpoints, before or Before(confirm=bool(self.settings.confirm_reads)))

    def slice(self, profile_id: str, entity: str) -> Slice:
        """The slice that was planned."""
        return self._slices[(profile_id, entity)]

    def again(self, work: Slice) -> Iterator[SliceList]:
        """The lists of a slice that is being consumed, to be read and consumed once more, one after the other."""
        deadline = _StartedLate(self.settings.slice_deadline, self.run_deadline)
        for part in work.lists:
            again = self._list(replace(part.reading, deadline=deadline, verdict=None), deadline)
            work.again.append(again)
            self._prefetcher.read_next(again.chain)
            yield again

    def pages(self, part: SliceList) -> Iterator[Page]:
        """The pages of one list, in order.

        Raises:
            SliceError: the slice had no more time, and whoever reads it does not say so: it waits for something that
                cannot be interrupted.
        """
        return self._prefetcher.consume(part.chain, partial(_check, part))

    def campaign_of(self, part: SliceList) -> Mapping[str, str]:
        """{parent id: campaign id} of a list whose items do not name their campaign; empty for the others."""
        endpoint = part.endpoint
        if endpoint.campaign_of is None:
            return {}
        return self._reader(endpoint).lookups.get(endpoint.campaign_of, part.reading).ids

    def release(self, work: Slice) -> None:
        """A slice has ended: whatever of it is still being read is given up."""
        for part in (*work.lists, *work.again, *work.by_ids):
            self._prefetcher.cancel(part.chain)
        if work.released:
            return
        work.released = True
        profile_id = work.profile.profile_id
        self._slices.pop((profile_id, work.entity), None)
        self.stop.disown(work.stop)
        self._open[profile_id] -= 1
        if not self._open[profile_id]:
            del self._open[profile_id]
            self.reader.lookups.forget(profile_id)
            self.exported.forget(profile_id)

    def close(self) -> None:
        """End all reading; requests under way are not waited for."""
        self.stop.request()
        self._prefetcher.close()
        self.transport.close()

    def _reader(self, endpoint: ListEndpoint) -> Reader | ExportReader:
        """How the pages of a list come."""
        return self.exported if endpoint.paging is Paging.FILE else self.reader

    def _tokens(self, connection: Connection, renewed: Callable[[str], None]) -> TokenSource:
        secrets = {
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret,
            "refresh_token": connection.refresh_token,
        }
        return TokenSource(self.exchange, secrets, renewed=renewed)

    def _slice(self, profile: Profile, entity: str, endpoints: Iterable[ListEndpoint], before: Before) -> Slice:
        deadline = _StartedLate(self.settings.slice_deadline, self.run_deadline)
        work = Slice(profile, entity, [], Stop(self.stop))
        endpoints = tuple(endpoints)
        for endpoint in endpoints:
            expectation = Expectation(before.rows.get(endpoint.name), before.confirm, self.settings.accepted_shortfall)
            work.lists.append(self._ahead(work, endpoint, expectation, deadline))
        for endpoint in questions(endpoints, before.unlisted):
            work.by_ids.append(self._ahead(work, endpoint, Expectation(), deadline))
        return work

    def _ahead(
        self, work: Slice, endpoint: ListEndpoint, expectation: Expectation, deadline: _StartedLate
    ) -> SliceList:
        """A list that is read ahead, in its turn."""
        order = (next(self._places),)
        reading = Reading(endpoint, work.profile, work.stop, deadline, expectation=expectation, order=order)
        part = self._list(reading, deadline)
        self._prefetcher.submit(part.chain)
        return part

    def _list(self, reading: Reading, deadline: _StartedLate) -> SliceList:
        """A list, with the chain its pages come through; nobody reads it yet."""
        pages = self._reader(reading.endpoint).pages
        return SliceList(reading.endpoint, reading, Chain(partial(pages, reading), reading.stop.request), deadline)


def _within(period: Period | None, endpoint: ListEndpoint) -> ListEndpoint:
    """A list of what has happened, narrowed to when; any other as it is."""
    if period is None or endpoint.window is None:
        return endpoint
    return replace(endpoint, reads=[endpoint.window.narrow(*period)])


def _check(part: SliceList) -> None:
    """Wait no longer than the slice has time, and a moment for its reader to say it in words of its own."""
    deadline = part.deadline.started
    if deadline is not None and deadline.remaining < -_MOMENT:
        message = f"{part.endpoint.name}: gave up: no time is left for {deadline.of}"
        raise SliceError(message)


class _StartedLate:
    """The deadline of a slice runs from its first request, not from when it was planned."""

    def __init__(self, seconds: float, run: Deadline) -> None:
        self._seconds = seconds
        self._run = run
        self._own: Deadline | None = None
        self._lock = threading.Lock()

    @property
    def started(self) -> Deadline | None:
        """The deadline, if the first request has been made."""
        own = self._own
        return None if own is None else earliest(own, self._run)

    def __call__(self) -> Deadline:
        with self._lock:
            if self._own is None:
                self._own = Deadline.after(self._seconds, "this slice")
            return earliest(self._own, self._run)
