"""Reads one list of one profile to its end: pages, parts of long lists, lookups, restarts. Runs in worker threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.endpoints.model import CampaignBatches, Lookup, Paging, Part
from tap_amazon_ads_entities.errors import InvalidPageTokenError, SliceError
from tap_amazon_ads_entities.lists import splitting
from tap_amazon_ads_entities.lists.chains import Fork
from tap_amazon_ads_entities.lists.completeness import Judge, Pass
from tap_amazon_ads_entities.lists.lookups import Lookups
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.pagination import Cursor, Paginator
from tap_amazon_ads_entities.lists.question import PageQuestion
from tap_amazon_ads_entities.lists.reading import Reading
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.room import Claim, Room
from tap_amazon_ads_entities.rows.values import now

_MAX_PAGES_WITHOUT_ROWS = 1000
_PASSES_OF_PARTS = 2
_FIRST_PAGE = 512 << 10
"""Bytes claimed before a list's first page is asked for."""

_LARGEST_EXPECTED = 16 << 20
_PAGES_BEYOND = (1, 2, 4, 8)


Urgent = Callable[[], bool]
"""Whether a page is waited for."""


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
        self.lookups = Lookups(self._lookup, confirmed=True)

    def pages(self, reading: Reading) -> Iterator[Page | Fork[Page]]:
        """Every page of the list, as often as its judge asks for; the parts of a long one are read at the same time.

        The verdict is in the reading when the last page has been taken.

        Raises:
            SliceError: the list cannot be read to its end.
            RunEndingError: nothing can be read any more.
        """
        expectation = reading.expectation
        if reading.endpoint.window is not None:
            # What has happened until a moment, in its order: nobody moves a row of it. Its lookups are confirmed.
            expectation = replace(expectation, confirm=False)
        judge = Judge(reading.endpoint.id_field, expectation)
        wanted = reading.endpoint.campaign_of
        for page in self._passes(reading, judge):
            # A list without rows, as most are of most profiles, needs no other.
            if wanted is not None and (isinstance(page, Fork) or page.size):
                self._need(wanted, reading, judge)
                wanted = None
            yield page
        reading.verdict = judge.verdict()

    def _passes(self, reading: Reading, judge: Judge) -> Iterator[Page | Fork[Page]]:
        """The list, as often as it has to be read."""
        endpoint = reading.endpoint
        while (why := judge.why_again()) is not None:
            _say(reading, why)
            cut = not judge.doubts
            attempt = judge.begin()
            if endpoint.by_campaigns is not None and endpoint.by_campaigns.alone:
                yield from self._batches(endpoint.by_campaigns, reading, attempt, judge)
            elif endpoint.paging is Paging.OFFSET:
                yield from self._offsets(reading, attempt, judge)
            elif len(endpoint.reads) > 1:
                attempt.pieced = True
                for part in endpoint.reads:
                    yield from self._part(reading, part, attempt)
            else:
                yield from self._tokens(reading, attempt, cut=cut)

    def _need(self, wanted: Lookup, reading: Reading, judge: Judge) -> Mapping[str, str]:
        found = self.lookups.get(wanted, reading)
        if found.problem is not None:
            judge.needs(wanted.source.name, found.problem)
        return found.ids

    def _offsets(self, reading: Reading, attempt: Pass, judge: Judge) -> Iterator[Page | Fork[Page]]:
        """An offset list: the answers to all its questions, of all campaigns and, where it must be, batch by batch."""
        by = reading.endpoint.by_campaigns
        parts = list(reading.endpoint.reads)
        if by is not None and by.always:
            batches = splitting.batches(by, self._need(by.campaigns, reading, judge))
            parts += [part.with_(batch) for part in reading.endpoint.reads for batch in batches]
        if len(parts) == 1:
            yield from self._blocks(reading, parts[0], attempt)
            return
        attempt.pieced = True
        yield Fork(
            [partial(self._part, reading.part(number), part, attempt) for number, part in enumerate(parts)],
        )

    def _batches(self, by: CampaignBatches, reading: Reading, attempt: Pass, judge: Judge) -> Iterator[Page]:
        """A list that is there in batches of campaigns alone, one after the other."""
        attempt.pieced = True
        batches = splitting.batches(by, self._need(by.campaigns, reading, judge))
        for part in reading.endpoint.reads:
            for batch in batches:
                yield from self._part(reading, part.with_(batch), attempt)

    def _blocks(self, reading: Reading, part: Part, attempt: Pass) -> Iterator[Page | Fork[Page]]:
        """An offset list, cut into blocks as it turns out to be long."""
        size = self._page_sizes.of(reading.endpoint)
        blocks = splitting.Blocks(reading.endpoint, part, size)
        while chosen := blocks.next_round():
            if len(chosen) == 1:
                yield from self._walk(chosen[0], reading, attempt)
            else:
                yield Fork(
                    [partial(self._walk, block, reading.part(number), attempt) for number, block in enumerate(chosen)],
                )
        if not blocks.looked_beyond:
            yield from self._beyond(Paginator(reading.endpoint, part, Cursor(start=blocks.end)), reading, attempt)
        if blocks.disproved:
            attempt.doubt(f"ended at row {blocks.end:,}, although rows lie beyond")

    def _beyond(
        self, ended: Paginator, reading: Reading, attempt: Pass, urgent: Urgent | None = None
    ) -> Iterator[Page]:
        """Where an offset list has ended, nothing lies behind: questions one, two, four and eight pages further on."""
        end, size = ended.cursor.start, self._page_sizes.of(ended.endpoint)
        # Of a list that is shorter than a page: where the next one would begin.
        for start in [end + pages * size for pages in _PAGES_BEYOND] if end >= size else [size]:
            ended.cursor = Cursor(start=start)
            with self._room.claim(urgent or self._urgent) as claim:
                page = self._fetch(ended, reading, claim)
                if page.size:
                    _seen(page, reading, attempt)
                    attempt.doubt(f"ended at row {end:,}, although rows lie beyond")
                    yield page
                    return

    def _tokens(self, reading: Reading, attempt: Pass, *, cut: bool) -> Iterator[Page | Fork[Page]]:
        """A list with next tokens: cut where its first page says that it is long."""
        endpoint = reading.endpoint
        pages = self._walk_once(Paginator(endpoint, endpoint.reads[0]), reading, attempt)
        first = next(pages)
        parts = self._cut(reading, first.total or 0) if cut else ()
        if not parts:
            for page in chain([first], pages):
                yield _seen(page, reading, attempt)
            return
        pages.close()
        # Its rows come again with their part; its total is what the parts are held against.
        yield replace(first, rows=b"[]", size=0)
        attempt.pieced, attempt.total = True, first.total
        yield Fork(
            [partial(self._part, reading.part(number), part, attempt) for number, part in enumerate(parts)],
        )

    def _cut(self, reading: Reading, total: int) -> Sequence[Part]:
        endpoint = reading.endpoint
        pages = -(-total // self._page_sizes.of(endpoint))
        if pages < splitting.LONG:
            return ()
        by = endpoint.by_campaigns
        if by is not None and splitting.worthwhile(by, self.lookups.total(by.campaigns, reading), pages):
            # Should ids be missing there, the total of the whole list tells.
            return splitting.batches(by, self.lookups.get(by.campaigns, reading).ids) or endpoint.by_state
        return endpoint.by_state

    def _part(self, reading: Reading, part: Part, whole: Pass) -> Iterator[Page]:
        """A part of a list, read again where it is short; where it stays so, the whole is in doubt."""
        judge = Judge(reading.endpoint.id_field, most=_PASSES_OF_PARTS, whole=whole)
        yield from self._judged(reading, part, judge)
        if (problem := judge.verdict().problem) is not None:
            whole.doubt(f"a part of it {problem}")

    def _judged(self, reading: Reading, part: Part, judge: Judge, urgent: Urgent | None = None) -> Iterator[Page]:
        """One list or part in one sequence, as often as its judge asks for."""
        while (why := judge.why_again()) is not None:
            _say(reading, why)
            attempt = judge.begin()
            paginator = Paginator(reading.endpoint, part)
            yield from self._walk(paginator, reading, attempt, urgent)
            if reading.endpoint.paging is Paging.OFFSET:
                yield from self._beyond(paginator, reading, attempt, urgent)

    def _lookup(self, reading: Reading, judge: Judge) -> Iterator[Page]:
        """The pages of a list that is read for another one's sake: waited for, and waiting for nobody."""
        return self._judged(reading, reading.endpoint.reads[0], judge, _always)

    def _walk(
        self, paginator: Paginator, reading: Reading, attempt: Pass, urgent: Urgent | None = None
    ) -> Iterator[Page]:
        for page in self._walk_once(paginator, reading, attempt, urgent):
            yield _seen(page, reading, attempt)

    def _walk_once(
        self, paginator: Paginator, reading: Reading, attempt: Pass, urgent: Urgent | None = None
    ) -> Generator[Page, None, None]:
        """The pages of one list or part. Without a total, it ends where two questions agree that it ends."""
        restarted = asked_twice = False
        empty = 0
        last = b""
        while not paginator.finished:
            cursor = paginator.cursor
            # Released when the page has been handed over, which is when this generator goes on.
            with self._room.claim(urgent or self._urgent) as claim:
                try:
                    page = self._fetch(paginator, reading, claim)
                except InvalidPageTokenError as error:
                    if restarted:
                        message = f"{paginator.endpoint.name}: the next token was refused twice ({error})"
                        raise SliceError(message, request_id=error.request_id) from error
                    restarted, asked_twice = True, False
                    LOGGER.warning(
                        "%s: next token refused, reading the list again from its start", paginator.endpoint.name
                    )
                    paginator.restart()
                    attempt.restart()
                    continue
                paginator.advance(page)
                empty = 0 if page.size else empty + 1
                if empty > _MAX_PAGES_WITHOUT_ROWS:
                    message = f"{paginator.endpoint.name}: {empty} empty pages in a row, each with another next token"
                    raise SliceError(message, request_id=page.request_id)
                if not (asked_twice and page.rows == last):
                    yield page
            if paginator.ended and page.total is None and not asked_twice:
                asked_twice, last = True, page.rows
                paginator.ask_again(cursor)
            else:
                asked_twice = False

    def _fetch(self, paginator: Paginator, reading: Reading, claim: Claim) -> Page:
        name = paginator.endpoint.name
        # Waiting for memory before the request costs none of its time, and keeps no server waiting.
        claim.grow(self._expected.get(name, _FIRST_PAGE), lambda: reading.stop.requested)
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
        self._expected[name] = min(max(len(page.rows), _FIRST_PAGE), _LARGEST_EXPECTED)
        return replace(page, fetched_at=now())


def _seen(page: Page, reading: Reading, attempt: Pass) -> Page:
    """A page, as evidence.

    Raises:
        SliceError: the pages repeat, and would without end.
    """
    attempt.see(page)
    if attempt.in_vain:
        message = (
            f"{reading.endpoint.name}: {attempt.in_vain} pages in a row brought only rows that had come before; "
            "the list cannot be read to its end"
        )
        raise SliceError(message, request_id=page.request_id)
    return page


def _always() -> bool:
    return True


def _say(reading: Reading, why: str) -> None:
    if why:
        LOGGER.warning(
            "%s: %s, reading it once more (profile %s)", reading.endpoint.name, why, reading.profile.profile_id
        )
