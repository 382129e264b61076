"""One page of a list, joined from ready-made JSON."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from amazon_ads_sandbox.account import Collection
from amazon_ads_sandbox.endpoints import Endpoint
from amazon_ads_sandbox.query import Query, encode_token
from amazon_ads_sandbox.unified import Joined

_LEFT_OUT_EVERY = 7


@dataclass
class Page:
    """One page.

    Args:
        rows: elements as JSON.
        next_start: where the next page starts; None on the last.
        total: rows in the whole list; as text where a fault has made it so.
    """

    rows: list[bytes]
    next_start: int | None
    total: int | str


def page(endpoint: Endpoint, collection: Collection | Joined, query: Query) -> Page:
    """The page a query asks for."""
    rows = collection.rows(extended=query.extended)
    chosen = _chosen(endpoint, collection, query)
    end = query.start + query.size
    if chosen is None:
        return Page(rows[query.start : end], end if end < len(rows) else None, len(rows))
    return Page(
        [rows[index] for index in chosen[query.start : end]],
        end if end < len(chosen) else None,
        len(chosen),
    )


def _chosen(endpoint: Endpoint, collection: Collection | Joined, query: Query) -> list[int] | None:
    """Places of the rows that fit; None for all."""
    some: set[int] | None = None
    if query.campaigns is not None:
        some = {place for campaign in query.campaigns for place in collection.of_campaign(campaign)}
    if query.ids is not None:
        own = set(collection.of_ids(query.ids))
        some = own if some is None else some & own
    if some is not None:
        states = collection.states()
        return [place for place in sorted(some) if states[place] in query.states]
    fit = collection.in_states(query.states)
    if endpoint.incomplete:
        return [place for place in fit if place % _LEFT_OUT_EVERY != _LEFT_OUT_EVERY - 1]
    return None if len(fit) == len(collection) else fit


def body(endpoint: Endpoint, found: Page, token: bytes | None) -> bytes:
    """The response body; `token` is the next token as JSON."""
    array = b"[" + b",".join(found.rows) + b"]"
    if endpoint.envelope is None:
        return array
    parts = [b'"' + endpoint.envelope.encode() + b'":' + array]
    if endpoint.total:
        parts.append(b'"' + endpoint.total.encode() + b'":' + msgspec.json.encode(found.total))
    if token is not None:
        parts.append(b'"nextToken":' + token)
    return b"{" + b",".join(parts) + b"}"


def next_token(endpoint: Endpoint, scope: str, found: Page) -> bytes | None:
    """The next token as JSON; None on the last page."""
    if endpoint.envelope is None or found.next_start is None:
        return None
    return b'"' + encode_token(endpoint, scope, found.next_start).encode() + b'"'
