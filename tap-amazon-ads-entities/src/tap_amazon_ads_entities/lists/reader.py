"""Reads one list of one profile to its end: pages, parts of long lists, lookups, restarts. Runs in worker threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.endpoints.model import WHOLE, Paging, Part
from tap_amazon_ads_entities.errors import InvalidPageTokenError, SliceError
from tap_amazon_ads_entities.lists import splitting
from tap_amazon_ads_entities.lists.chains import Fork
from tap_amazon_ads_entities.lists.lookups import Lookups
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.pagination import Paginator
from tap_amazon_ads_entities.lists.question import PageQuestion
from tap_amazon_ads_entities.lists.reading import Reading
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.room import Claim, Room
from tap_amazon_ads_entities.rows.values import now

_MAX_PAGES_WITHOUT_ROWS = 1000
_FIRST_PAGE = 512 << 10
"""Bytes claimed before a list's first page is asked for."""

_LARGEST_EXPECTED = 16 << 20


class Reader:
    """Reads lists with a shared client."""

    def __init__(
        self,
        client: Client,
        *,
        api_url: str | None,
        page_sizes: PageSizes,
        room: Room,
        urgent: Callable[[], bool] | None = None,
    ) -> None:
        """Share the client, the learned page sizes, the memory and the lookups between all lists of the run.

        Args:
            client: asks Amazon.
            api_url: instead of Amazon's hosts.
            page_sizes: how many rows the pages of each list may have.
            room: what pages claim until they have been handed over.
            urgent: whether the page that this thread reads is waited for; None where all are.
        """
        self._client = client
        self._room = room
        self._urgent = urgent or _always
        self._expected: dict[str, int] = {}
        self._api_url = api_url
        self._page_sizes = page_sizes
        # A lookup is waited for by whoever needs it, and its pages wait for nobody.
        self.lookups = Lookups(partial(self._walk, urgent=_always))

    def pages(self, reading: Reading) -> Iterator[Page | Fork[Page]]:
        """Every page of the list; the parts of a long one are read at the same time, by whoever is free.

        Raises:
            SliceError: the list cannot be read to its end.
            RunEndingError: nothing can be read any more.
        """
        endpoint = reading.endpoint
        if endpoint.campaign_of is not None:
            self.lookups.get(endpoint.campaign_of, reading)
        if endpoint.by_campaigns is not None and endpoint.by_campaigns.always:
            parts = splitting.batches(endpoint.by_campaigns, self.lookups.get(endpoint.by_campaigns.campaigns, reading))
            yield Fork([partial(self._blocks, reading.part(number), part) for number, part in enumerate(parts)])
        elif endpoint.paging is Paging.OFFSET:
            yield from self._blocks(reading, WHOLE)
        else:
            yield from self._parts(reading)

    def _blocks(self, reading: Reading, part: Part) -> Iterator[Page | Fork[Page]]:
        """An offset list, or a batch of it."""
        blocks = splitting.Blocks(reading.endpoint, part, self._page_sizes.of(reading.endpoint))
        while chosen := blocks.next_round():
            if len(chosen) == 1:
                yield from self._walk(chosen[0], reading)
            else:
                yield Fork([partial(self._walk, block, reading.part(number)) for number, block in enumerate(chosen)])

    def _parts(self, reading: Reading) -> Iterator[Page | Fork[Page]]:
        """A list with next tokens: cut where its first page says that it is long."""
        pages = self._walk(Paginator(reading.endpoint), reading)
        first = next(pages)
        parts = self._cut(reading, first.total or 0)
        if not parts:
            yield first
            yield from pages
            return
        # Its rows come again with their part; its total is what the parts are held against.
        pages.close()
        yield replace(first, rows=b"[]", size=0)
        found = _Found()
        yield Fork(
            [
                partial(self._part, Paginator(reading.endpoint, part), reading.part(number), found)
                for number, part in enumerate(parts)
            ],
        )
        if found.rows < (first.total or 0):
            LOGGER.warning(
                "%s: its parts gave %d of %d rows, reading it whole (profile %s)",
                reading.endpoint.path,
                found.rows,
                first.total,
                reading.profile.profile_id,
            )
            yield from self._walk(Paginator(reading.endpoint), reading)

    def _cut(self, reading: Reading, total: int) -> Sequence[Part]:
        endpoint = reading.endpoint
        pages = -(-total // self._page_sizes.of(endpoint))
        if pages < splitting.LONG:
            return ()
        by = endpoint.by_campaigns
        if by is not None and splitting.worthwhile(by, self.lookups.total(by.campaigns, reading), pages):
            return splitting.batches(by, self.lookups.get(by.campaigns, reading)) or endpoint.by_state
        return endpoint.by_state

    def _part(self, paginator: Paginator, reading: Reading, found: _Found) -> Iterator[Page]:
        rows = total = 0
        for page in self._walk(paginator, reading):
            rows += page.size
            total = page.total if page.total is not None else total
            yield replace(page, total=None)
        # Rows read twice count once.
        found.add(min(rows, total) if total else rows)

    def _walk(
        self, paginator: Paginator, reading: Reading, urgent: Callable[[], bool] | None = None
    ) -> Generator[Page, None, None]:
        """Every page of one list or part; read twice when Amazon's own total says that rows were skipped."""
        rows, total = 0, 0
        for page in self._walk_once(paginator, reading, urgent):
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
            yield from self._walk_once(Paginator(paginator.endpoint, paginator.part), reading, urgent)

    def _walk_once(
        self, paginator: Paginator, reading: Reading, urgent: Callable[[], bool] | None
    ) -> Generator[Page, None, None]:
        restarted = False
        empty = 0
        while not paginator.finished:
            # Released when the page has been handed over, which is when this generator goes on.
            with self._room.claim(urgent or self._urgent) as claim:
                try:
                    page = self._fetch(paginator, reading, claim)
                except InvalidPageTokenError as error:
                    if restarted:
                        message = f"{paginator.endpoint.path}: the next token was refused twice ({error})"
                        raise SliceError(message) from error
                    restarted = True
                    LOGGER.warning(
                        "%s: next token refused, reading the list again from its start", paginator.endpoint.path
                    )
                    paginator.restart()
                    continue
                paginator.advance(page)
                empty = 0 if page.size else empty + 1
                if empty > _MAX_PAGES_WITHOUT_ROWS:
                    message = f"{paginator.endpoint.path}: {empty} empty pages in a row, each with another next token"
                    raise SliceError(message, request_id=page.request_id)
                yield page

    def _fetch(self, paginator: Paginator, reading: Reading, claim: Claim) -> Page:
        path = paginator.endpoint.path
        # Waiting for memory before the request costs none of its time, and keeps no server waiting.
        claim.grow(self._expected.get(path, _FIRST_PAGE), lambda: reading.stop.requested)
        question = PageQuestion(reading, paginator, self._page_sizes, self._api_url)
        page = self._client.fetch(
            question,
            counters=reading.counters,
            stop=reading.stop,
            deadline=reading.deadline(),
            claim=claim,
        )
        question.learn()
        claim.settle(len(page.rows))
        self._expected[path] = min(max(len(page.rows), _FIRST_PAGE), _LARGEST_EXPECTED)
        return replace(page, fetched_at=now())


def _always() -> bool:
    return True


class _Found:
    """Rows that the parts of a list gave, counted by whichever thread reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.rows = 0

    def add(self, rows: int) -> None:
        with self._lock:
            self.rows += rows
