"""Reads one list of one profile to its end: pages, batches of campaigns, lookups, restarts. Runs in worker threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import islice

from tap_amazon_ads_entities.client import Attempt, Client, Counters, Request
from tap_amazon_ads_entities.deadline import Deadline, Stop
from tap_amazon_ads_entities.endpoints.model import ListEndpoint, Lookup
from tap_amazon_ads_entities.errors import InvalidPageTokenError, SliceError
from tap_amazon_ads_entities.logs import LOGGER
from tap_amazon_ads_entities.pages import Page, parse_array, parse_envelope
from tap_amazon_ads_entities.pagination import Paginator
from tap_amazon_ads_entities.regions import api_base
from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.transport import Response

_SMALLEST_PAGE = 50
_MAX_PAGES_WITHOUT_ROWS = 1000


@dataclass(frozen=True)
class Profile:
    """What reading and mapping need to know of a profile."""

    profile_id: str
    region: str
    currency_code: str | None = None
    account_sub_type: str | None = None


class PageSizes:
    """The page size of each endpoint: as large as allowed, smaller for the rest of the run once large pages failed."""

    def __init__(self, cap: int | None) -> None:
        """Start from the endpoints' maxima, capped by the setting."""
        self._cap = cap
        self._learned: dict[str, int] = {}

    def of(self, endpoint: ListEndpoint, shrink: int) -> int:
        """The size to ask for after `shrink` failures of larger pages."""
        size = self._learned.get(endpoint.path, min(endpoint.max_page_size, self._cap or endpoint.max_page_size))
        return max(min(size, _SMALLEST_PAGE), size >> shrink)

    def learn(self, endpoint: ListEndpoint, size: int) -> None:
        """A smaller page went through where larger ones failed."""
        LOGGER.info("%s: reading pages of %d from here on", endpoint.path, size)
        self._learned[endpoint.path] = size


@dataclass
class Reading:
    """One list of one profile being read.

    Args:
        endpoint: the list.
        profile: whose.
        counters: what it costs.
        stop: gives up this list.
        deadline: started with the first request of the slice.
    """

    endpoint: ListEndpoint
    profile: Profile
    stop: Stop
    deadline: Callable[[], Deadline]
    counters: Counters = field(default_factory=Counters)


class Reader:
    """Reads lists with a shared client."""

    def __init__(self, client: Client, *, api_url: str | None, page_sizes: PageSizes) -> None:
        """Share the client, the learned page sizes and the lookups between all lists of the run."""
        self._client = client
        self._api_url = api_url
        self._page_sizes = page_sizes
        self._lookups: dict[tuple[str, str], _Memo] = {}
        self._lock = threading.Lock()

    def pages(self, reading: Reading) -> Iterator[Page]:
        """Every page of the list, in order.

        Raises:
            SliceError: the list cannot be read to its end.
            RunEndingError: nothing can be read any more.
        """
        if reading.endpoint.campaign_of is not None:
            self.lookup(reading.endpoint.campaign_of, reading)
        for batch in self._batches(reading):
            yield from self._walk(Paginator(reading.endpoint, batch), reading)

    def lookup(self, wanted: Lookup, reading: Reading) -> Mapping[str, str]:
        """An id map of the profile, read once and shared by the lists that need it."""
        key = (reading.profile.profile_id, wanted.source.path)
        with self._lock:
            memo = self._lookups.setdefault(key, _Memo())
        with memo.lock:
            if memo.value is None:
                memo.value = {
                    str(item[wanted.key]): str(item[wanted.value])
                    for page in self._walk(Paginator(wanted.source), replace(reading, endpoint=wanted.source))
                    for item in page.items()
                    if item.get(wanted.key) is not None and item.get(wanted.value) is not None
                }
            return memo.value

    def forget(self, profile_id: str) -> None:
        """Drop a profile's lookups when it has been read."""
        with self._lock:
            for key in [key for key in self._lookups if key[0] == profile_id]:
                del self._lookups[key]

    def _batches(self, reading: Reading) -> Iterator[Mapping[str, str]]:
        batches = reading.endpoint.campaign_batches
        if batches is None:
            yield {}
            return
        campaigns = iter(self.lookup(batches.campaigns, reading))
        while batch := list(islice(campaigns, batches.size)):
            yield {batches.parameter: ",".join(batch)}

    def _walk(self, paginator: Paginator, reading: Reading) -> Iterator[Page]:
        """Every page of one list or batch; read twice when Amazon's own total says that rows were skipped."""
        rows, total = 0, 0
        for page in self._walk_once(paginator, reading):
            rows += page.size
            total = page.total if page.total is not None else total
            yield page
        if rows < total:
            # Entities that changed while the list was read have moved others across a page boundary.
            LOGGER.warning(
                "%s: gave %d of %d rows, reading it once more (profile %s)",
                paginator.endpoint.path,
                rows,
                total,
                reading.profile.profile_id,
            )
            yield from self._walk_once(Paginator(paginator.endpoint, paginator.batch), reading)

    def _walk_once(self, paginator: Paginator, reading: Reading) -> Iterator[Page]:
        restarted = False
        empty = 0
        while not paginator.finished:
            try:
                page = self._fetch(paginator, reading)
            except InvalidPageTokenError as error:
                if restarted:
                    message = f"{paginator.endpoint.path}: the next token was refused twice ({error})"
                    raise SliceError(message) from error
                restarted = True
                LOGGER.warning("%s: next token refused, reading the list again from its start", paginator.endpoint.path)
                paginator.restart()
                continue
            paginator.advance(page)
            empty = 0 if page.size else empty + 1
            if empty > _MAX_PAGES_WITHOUT_ROWS:
                message = f"{paginator.endpoint.path}: {empty} empty pages in a row, each with another next token"
                raise SliceError(message, request_id=page.request_id)
            yield page

    def _fetch(self, paginator: Paginator, reading: Reading) -> Page:
        endpoint, profile = paginator.endpoint, reading.profile
        asked: list[int] = []

        def build(attempt: Attempt) -> Request:
            size = self._page_sizes.of(endpoint, attempt.shrink)
            asked.append(size)
            headers = {"Accept": endpoint.accept}
            if endpoint.content_type:
                headers["Content-Type"] = endpoint.content_type
            return Request(
                endpoint=endpoint.path,
                region=profile.region,
                method=endpoint.method,
                url=f"{api_base(profile.region, self._api_url)}/{endpoint.path}{paginator.query(size)}",
                headers=headers,
                body=paginator.body(size),
                profile_id=profile.profile_id,
                has_page_token=paginator.cursor.token is not None,
            )

        def parse(response: Response) -> Page:
            if endpoint.envelope is None:
                return parse_array(response)
            return parse_envelope(response, endpoint.envelope, endpoint.total_field)

        page = self._client.fetch(
            build,
            parse,
            counters=reading.counters,
            stop=reading.stop,
            deadline=reading.deadline(),
        )
        if asked[-1] < asked[0]:
            self._page_sizes.learn(endpoint, asked[-1])
        return replace(page, fetched_at=utc_text(datetime.now(tz=timezone.utc)))


class _Memo:
    """A value computed once, by the first thread that needs it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: dict[str, str] | None = None
