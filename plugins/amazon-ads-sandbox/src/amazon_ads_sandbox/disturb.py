"""Carries out fault actions."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from amazon_ads_sandbox import listing
from amazon_ads_sandbox.account import Collection
from amazon_ads_sandbox.endpoints import Endpoint
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.query import Query
from amazon_ads_sandbox.state import State
from amazon_ads_sandbox.unified import Joined
from amazon_ads_sandbox.wire.common import iso

_JSON = "application/json"
_SAMPLE = b'{"campaigns":[{"campaignId":"1","name":"cut'

_BROKEN_BODIES = {
    "html": b"<html><body><h1>503</h1></body></html>",
    "empty_body": b"",
    "json_null": b"null",
    "truncate": _SAMPLE,
}


class CutError(Exception):
    """Ends a connection in the middle of a body."""


async def before(state: State, action: dict[str, Any], facts: dict[str, Any]) -> Response | None:
    """Faults that need no page; None when the request goes on."""
    kind = action["kind"]
    if kind == "delay":
        await asyncio.sleep(float(action.get("seconds", 1)))
    elif kind == "expire_token":
        state.tokens.expire_all()
    elif kind == "profile_gone":
        state.account.gone.add(str(facts["profile_id"]))
    elif kind == "forbidden":
        raise RefusedError(403, f"Not authorized to access scope {facts['profile_id']}")
    elif kind == "invalid_token":
        raise RefusedError(400, "The next token is not valid", "INVALID_TOKEN", "$.nextToken")
    elif kind == "drip":
        return StreamingResponse(_drops(), media_type=_JSON)
    elif kind == "status":
        content = action.get("body", {"code": str(action["status"]), "details": "injected"})
        raw = content.encode() if isinstance(content, str) else msgspec.json.encode(content)
        media = action.get("content_type", "application/json")
        return Response(raw, int(action["status"]), action.get("headers"), media)
    return _broken(kind)


def _broken(kind: str) -> Response | None:
    """Bodies that are no page."""
    if kind == "gzip_cut":
        packed = gzip.compress(_SAMPLE * 200)
        return Response(packed[: len(packed) // 2], headers={"content-encoding": "gzip"}, media_type=_JSON)
    if kind == "reset":
        return StreamingResponse(_cut(), headers={"content-length": "100000"}, media_type=_JSON)
    content = _BROKEN_BODIES.get(kind)
    return None if content is None else Response(content, media_type="text/html" if kind == "html" else _JSON)


async def _cut() -> AsyncIterator[bytes]:
    yield _SAMPLE
    await asyncio.sleep(0.01)
    raise CutError


async def _drops() -> AsyncIterator[bytes]:
    """Never silent for long, and never at its end."""
    yield b"["
    while True:
        await asyncio.sleep(0.05)
        yield b" "


def page(
    endpoint: Endpoint, collection: Collection | Joined, query: Query, scope: str, action: dict[str, Any]
) -> Response:
    """Faults in how a list is cut into pages; others leave the page as it is."""
    kind = action["kind"]
    asked = query
    if kind == "repeat_page" and query.start:
        query = replace(query, start=max(0, query.start - query.size))
    if kind == "shift" and query.start:
        # Rows before this page have gone (or, with a negative number, come): everything moves.
        query = replace(query, start=query.start + int(action.get("rows", 1)))
    found = listing.page(endpoint, collection, query)
    if kind == "repeat_page":
        found.next_start = listing.page(endpoint, collection, asked).next_start
    token = listing.next_token(endpoint, scope, found)
    if kind == "repeat_token":
        found.next_start = max(query.size, query.start)
        token = listing.next_token(endpoint, scope, found)
    elif kind == "empty_page_with_token":
        found = listing.Page([], query.start, found.total)
        token = listing.next_token(endpoint, scope, found)
    elif kind == "empty_list":
        found, token = listing.Page([], None, 0), None
    elif kind == "numeric_token":
        token = token and b'"%d"' % int.from_bytes(token.strip(b'"'), "big")
    elif kind == "early_end":
        token = None
    else:
        found = _altered(found, action)
    return Response(listing.body(endpoint, found, token), media_type=endpoint.accept)


def _altered(found: listing.Page, action: dict[str, Any]) -> listing.Page:
    """A page whose rows or total are not what they should be."""
    kind, rows, total = action["kind"], found.rows, found.total
    if kind == "hole":
        # It is counted, and not listed.
        middle = len(rows) // 2
        rows = [*rows[:middle], *rows[middle + int(action.get("rows", 1)) :]]
    elif kind == "total":
        number = int(total) + int(action.get("add", 0))
        total = str(number) if action.get("text") else number
    elif kind == "bad_cell":
        rows = [_with_bad_cell(row, action) if index == 0 else row for index, row in enumerate(rows)]
    elif kind == "clock_skew":
        rows = [_skewed(row, float(action.get("seconds", 86_400))) for row in rows]
    return listing.Page(rows, found.next_start, total)


def _with_bad_cell(row: bytes, action: dict[str, Any]) -> bytes:
    document = msgspec.json.decode(row)
    if action["field"] in document:
        document[action["field"]] = action.get("value")
    return msgspec.json.encode(document)


def _skewed(row: bytes, seconds: float) -> bytes:
    """The same row, changed at another time according to a clock that is off."""
    document = msgspec.json.decode(row)
    extended = document.get("extendedData")
    if isinstance(extended, dict):
        from datetime import datetime  # noqa: PLC0415 - only here

        text = extended.get("lastUpdateDateTime")
        if text:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000
            extended["lastUpdateDateTime"] = iso(int(moment + seconds * 1000))
            extended.pop("lastUpdateDate", None)
    return msgspec.json.encode(document)
