"""The entities in which two sources differ, and how they are asked for once more: by their ids, where that is less.

What is there and what is not is decided by whole lists alone: an answer by ids that says otherwise settles nothing, and
the lists are read again. Ids tell what the entities are like now, and confirm what whole lists have said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tap_amazon_ads_entities.endpoints.model import IdFilter, ListEndpoint
from tap_amazon_ads_entities.lists.ids import number_of
from tap_amazon_ads_entities.lists.reading import Profile
from tap_amazon_ads_entities.rows.surrogates import GROUP_SURROGATE
from tap_amazon_ads_entities.singer.snapshots import Digests

_WORTHWHILE = 3
"""Pages that a list must have for each question by ids: it may take three requests to see the answer's end."""


@dataclass
class Names:
    """Numbers that do not tell the id they stand for (see `lists.ids`)."""

    surrogates: set[int] = field(default_factory=set)
    """Of ads without an id."""

    others: set[int] = field(default_factory=set)

    def number(self, entity_id: str) -> int:
        """The number of an id."""
        number = number_of(entity_id)
        if str(number) != entity_id:
            (self.surrogates if entity_id.startswith(GROUP_SURROGATE) else self.others).add(number)
        return number


@dataclass
class Doubt:
    """The entities of a slice in which the sources differed when they were last read.

    Args:
        profile: whose.
        entity: which.
        pairs: what either source said, by the number of the id.
        names: of all ids of the slice.
        pages: of each list, by its name, over both sources.
        whole: whether the lists are read whole.
        narrowed: which of the sources is asked by ids.
    """

    profile: Profile
    entity: str
    pairs: dict[int, Digests] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    pages: dict[str, int] = field(default_factory=dict)
    whole: bool = True
    narrowed: tuple[bool, ...] = ()

    def left(self, pairs: dict[int, Digests], *, whole: bool) -> Doubt:
        """The part of it that remains."""
        # An id that cannot be told from its number can be asked for nowhere.
        whole = whole or not self.names.others.isdisjoint(pairs)
        return Doubt(self.profile, self.entity, pairs, self.names, self.pages, whole)

    def asked(self, endpoints: Iterable[ListEndpoint]) -> tuple[ListEndpoint, ...]:
        """The lists as they are asked for what is in doubt."""
        endpoints = tuple(endpoints)
        if self.whole:
            return endpoints
        ids = [str(number) for number in self.pairs if number not in self.names.surrogates]
        return tuple(self._narrowed(endpoint, ids) for endpoint in endpoints if ids or _filter(endpoint) is None)

    def _narrowed(self, endpoint: ListEndpoint, ids: list[str]) -> ListEndpoint:
        by = _filter(endpoint)
        if by is None or _WORTHWHILE * -(-len(ids) // by.size) > self.pages.get(endpoint.name, 0):
            return endpoint
        return endpoint.of_ids(ids)


def _filter(endpoint: ListEndpoint) -> IdFilter | None:
    """The filter by which all that may be in doubt can be asked for."""
    by = endpoint.by_ids
    return by if by is not None and by.reaches_all else None
