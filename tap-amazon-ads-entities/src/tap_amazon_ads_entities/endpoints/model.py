"""What differs between Amazon's list endpoints, as one record each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from tap_amazon_ads_entities.rows.context import RowFunction

STATES_UPPER = ("ENABLED", "PAUSED", "ARCHIVED")
"""Archived rows are asked for explicitly everywhere: several lists leave them out by default. Every list is asked for
all states that its filter admits (the specifications' enumerations)."""

STATES_SP = (*STATES_UPPER, "ENABLING", "USER_DELETED", "PROPOSED", "OTHER")

STATES_LOWER = ("enabled", "paused", "archived")

JSON = "application/json"


class Paging(Enum):
    """How a list is cut into pages."""

    NEXT_TOKEN = auto()
    """`nextToken` in the response goes into the next request; its absence ends the list."""

    OFFSET = auto()
    """`startIndex` and `count`; only an empty page ends the list, because the largest page is not documented."""

    FILE = auto()
    """Not at all: Amazon is asked to make one file of it, and makes it in its own time."""


@dataclass(frozen=True)
class Lookup:
    """An id list that another list needs first: `key` to `value` of every item of a plain list.

    Args:
        source: the list to read.
        key: field of its items.
        value: field of its items, the same as `key` where only the ids matter.
    """

    source: ListEndpoint
    key: str
    value: str


@dataclass(frozen=True)
class Part:
    """What narrows a list to a part of it.

    Args:
        body, query: fields that are added to the list's constant ones, or stand in for them.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def with_(self, other: Part) -> Part:
        """What both narrow it to."""
        return Part({**self.body, **other.body}, {**self.query, **other.query})


WHOLE = Part()


@dataclass(frozen=True)
class CampaignBatches:
    """How to read a list in batches of campaigns.

    Args:
        campaigns: where the campaign ids come from.
        size: most ids in one batch.
        narrow: makes the part that holds the rows of some campaigns.
        always: without the filter the list is known to be incomplete; else only where it is long.
        alone: it is asked for in batches and in no other way, one after the other.
    """

    campaigns: Lookup
    size: int
    narrow: Callable[[Sequence[str]], Part]
    always: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Window:
    """How to read a list of what has happened.

    Args:
        reach: how far back Amazon knows it.
        narrow: makes the part that holds what happened from one moment to another.
    """

    reach: timedelta
    narrow: Callable[[datetime, datetime], Part]


@dataclass(frozen=True)
class IdFilter:
    """How to ask a list for single items, by their ids.

    Args:
        size: most ids in one question.
        narrow: makes the part that holds some items.
        reaches_all: whether every item of the list has an id by which it can be asked for.
    """

    size: int
    narrow: Callable[[Sequence[str]], Part]
    reaches_all: bool = True


def include(name: str, values: Iterable[str]) -> dict[str, Any]:
    """A filter in the dialect of Sponsored Products v3 and Sponsored Brands v4."""
    return {name: {"include": list(values)}}


def in_campaigns(campaign_ids: Sequence[str]) -> Part:
    """The rows of some campaigns, in that dialect."""
    return Part(body=include("campaignIdFilter", campaign_ids))


def ids_in_body(name: str, size: int) -> IdFilter:
    """A filter by ids, in that dialect."""
    return IdFilter(size, lambda ids: Part(body=include(name, ids)))


def ids_in_query(name: str, size: int) -> IdFilter:
    """A filter by ids in the address, where commas are between them."""
    return IdFilter(size, lambda ids: Part(query={name: ",".join(ids)}))


def by_state(*groups: Sequence[str]) -> tuple[Part, ...]:
    """The rows of every group of states one by one, in that dialect."""
    return tuple(Part(body=include("stateFilter", states)) for states in groups)


@dataclass(frozen=True, kw_only=True)
class ListEndpoint:
    """One list endpoint.

    Args:
        path: below the regional host, without a leading slash.
        client_headers: the names under which it wants the client id.
        of: sets it apart from other lists of the same path.
        window: set where it lists what has happened, not what there is.
        pace: names a pace that it shares with no others of its region.
        entity: the entity (and so the stream) its rows belong to.
        ad_product: SP, SB or SD; None for account-wide lists.
        envelope: key of the array in the response; None where the response is the array.
        accept: media type of the response.
        content_type: media type of the request body; None for GET.
        paging: how it is cut into pages.
        size_field: where the page size goes; None where it cannot be chosen.
        max_page_size: the largest page the endpoint allows.
        min_page_size: the smallest.
        body: constant part of the request body.
        query: constant part of the query.
        total_field: where the response reports how many rows there are.
        id_field: of its items; empty where they have no id, and those of a page that say the same are as many items.
        reads: the questions whose answers together are the list.
        to_row: maps one item; None for lists that only serve lookups.
        by_state: parts that together are the list, where a long one may be cut by state.
        by_campaigns: set where the list must, or a long one may, be read in batches of campaigns.
        by_ids: its filter by the ids of its items; None where it has none that can be relied upon.
        campaign_of: ad group to campaign, where items leave the campaign out.
        unavailable_to: account subtypes that may not have this product; a refusal is then a reason, not a failure.
        ad_products: the ad products in it, where they come together in one list.
    """

    path: str
    entity: str
    ad_product: str | None
    envelope: str | None
    accept: str
    content_type: str | None
    paging: Paging
    size_field: str | None
    max_page_size: int
    to_row: RowFunction | None
    id_field: str
    reads: Sequence[Part] = (WHOLE,)
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    total_field: str | None = None
    by_state: Sequence[Part] = ()
    by_campaigns: CampaignBatches | None = None
    by_ids: IdFilter | None = None
    campaign_of: Lookup | None = None
    unavailable_to: frozenset[str] = frozenset()
    ad_products: frozenset[str] = frozenset()
    of: str = ""
    min_page_size: int = 1
    window: Window | None = None
    pace: str = ""
    client_headers: tuple[str, ...] = ("Amazon-Advertising-API-ClientId",)

    @property
    def name(self) -> str:
        """What it is called in logs, the run log and bookmarks: its path, where no other list has the same."""
        return f"{self.path} {self.of}" if self.of else self.path

    def of_ids(self, ids: Sequence[str]) -> ListEndpoint:
        """The list of some items alone.

        Raises:
            ValueError: it has no filter by ids.
        """
        by = self.by_ids
        if by is None:
            message = f"{self.name} has no filter by ids"
            raise ValueError(message)
        parts = [by.narrow(ids[start : start + by.size]) for start in range(0, len(ids), by.size)]
        reads = [read.with_(part) for read in self.reads for part in parts]
        return replace(self, reads=reads, by_state=(), by_campaigns=None, by_ids=None)

    @property
    def pieced(self) -> bool:
        """Whether the list is the answer to several questions, in which rows may come more than once."""
        return len(self.reads) > 1 or (self.by_campaigns is not None and self.by_campaigns.always)

    @property
    def method(self) -> str:
        """Lists with a body are POSTed."""
        return "GET" if self.content_type is None else "POST"
