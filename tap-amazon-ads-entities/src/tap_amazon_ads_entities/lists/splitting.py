"""Cuts a long list into parts that can be read at the same time; short lists are left whole.

No part may hide a row that the whole list would have shown. Parts by state or by campaign are therefore held against
the total of the whole list, and the list is read whole where they gave less. An entity that moves from one part to
another meanwhile is changed at that moment, after the run's start, so the next run brings it whatever its mode.
Blocks of an offset list are the same independent queries as its pages, asked for in another order.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from tap_amazon_ads_entities.endpoints.model import CampaignBatches, ListEndpoint, Paging, Part
from tap_amazon_ads_entities.lists.pagination import Cursor, Paginator

LONG = 25
"""Pages from which a list is long: cutting one costs about three calls more than reading it whole."""

PAGES_PER_BLOCK = 8
MOST_BLOCKS = 8
_PAGES_PER_BATCH = 2
"""Pages a batch of campaigns has to hold on average, lest the rounding up of each costs more than it brings."""


def batches(how: CampaignBatches, campaign_ids: Iterable[str]) -> list[Part]:
    """The parts of a list that hold a batch of campaigns each."""
    ids = iter(campaign_ids)
    parts = []
    while batch := tuple(islice(ids, how.size)):
        parts.append(how.narrow(batch))
    return parts


def worthwhile(how: CampaignBatches, campaigns: int, pages: int) -> bool:
    """Whether batches of that many campaigns hold enough of a list's pages each."""
    return 0 < -(-campaigns // how.size) * _PAGES_PER_BATCH <= pages


class Blocks:
    """An offset list of unknown length, cut into blocks of pages: one at first, more as it turns out to be long.

    Blocks beyond the end cost a call each; that is at most one in eight of those made before.

    Args:
        endpoint: the list.
        part: narrows it.
        page_size: rows of a page.
    """

    def __init__(self, endpoint: ListEndpoint, part: Part, page_size: int) -> None:
        """Begin at its start."""
        if endpoint.paging is not Paging.OFFSET:
            message = f"{endpoint.path} has no offsets"
            raise ValueError(message)
        self._endpoint = endpoint
        self._part = part
        self._span = PAGES_PER_BLOCK * page_size
        self._start = 0
        self._round: list[Paginator] = []

    @property
    def end(self) -> int:
        """The first row that is not there, by the block that met it first."""
        return min((block.cursor.start for block in self._round if _met_the_end(block)), default=self._start)

    @property
    def looked_beyond(self) -> bool:
        """Whether a later block was asked for rows beyond the end."""
        return any(start > self.end for start, _ in self._begun())

    @property
    def disproved(self) -> bool:
        """Whether a later block gave rows beyond the end."""
        return any(block.cursor.start > self.end and block.cursor.start > start for start, block in self._begun())

    def _begun(self) -> list[tuple[int, Paginator]]:
        first = self._start - len(self._round) * self._span
        return [(first + number * self._span, block) for number, block in enumerate(self._round)]

    def next_round(self) -> list[Paginator]:
        """The blocks that may be read at the same time; none when one of the last round met the end of the list."""
        if any(_met_the_end(block) for block in self._round):
            return []
        count = min(MOST_BLOCKS, 2 * len(self._round)) or 1
        starts = [self._start + number * self._span for number in range(count)]
        self._start += count * self._span
        self._round = [
            Paginator(self._endpoint, self._part, Cursor(start=start), end=start + self._span) for start in starts
        ]
        return self._round


def _met_the_end(block: Paginator) -> bool:
    return block.end is None or block.cursor.start < block.end
