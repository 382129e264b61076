"""Pages as they travel from the worker threads to the main thread: raw bytes, decoded late.

Decoding late keeps the queues small: decoded rows take about three times the memory.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.errors import BadBodyError
from tap_amazon_ads_entities.lists import beside
from tap_amazon_ads_entities.lists.items import TOO_DEEP, Decoded, at_once, one_by_one
from tap_amazon_ads_entities.rows.stand_ins import made_valid

D = TypeVar("D")

_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_LARGE = 4 << 20
_MOST_SIGNS = 4_000_000
_UNTOLD = "the response's nextToken, total or requestId cannot be read"
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Args:
        rows: the raw JSON array.
        size: how many elements it has.
        next_token: the token of the next page, opaque; None at the end of the list.
        total: rows in the whole list as Amazon reports it, where it does.
        pages: how many the whole list has, where that is said.
        request_id: Amazon's id of the request.
        fetched_at: when it arrived, canonical text; filled in by the reader.
    """

    rows: bytes
    size: int
    next_token: str | None = None
    total: int | None = None
    pages: int = 0
    request_id: str | None = None
    fetched_at: str = ""

    def decoded(self) -> Decoded:
        """The elements: integers exact, fractions as Decimal, and what of them cannot be stored as it was sent.

        Raises:
            BadBodyError: the array itself cannot be read.
        """
        return at_once(self.rows) or one_by_one(map(bytes, _decode(_ELEMENTS, self.rows)[0]))


def parse_array(response: Response, *, paged: bool = False, asked: int = 0) -> Page:
    """A response that is an array.

    Args:
        response: it.
        paged: whether the next rows are asked for until there are none.
        asked: most rows that were asked for; 0 where nobody said.

    Raises:
        BadBodyError: it is anything else, or said not to be all; never read as an empty page.
    """
    page = page_of(response.body, response.request_id)
    said = beside.of_headers(response.headers)
    return _said(page, said, beside.Given(page.size, asked, goes_on=paged and page.size > 0)) if said else page


def page_of(array: bytes, request_id: str | None = None) -> Page:
    """A page that is an array.

    Raises:
        BadBodyError: it is anything else.
    """
    with _decoding(array):
        elements, rows = _decode(_ELEMENTS, array)
        return Page(rows, len(elements), request_id=request_id)


def parse_envelope(response: Response, envelope: str, total_field: str | None, asked: int = 0) -> Page:
    """A response that wraps its array in an object.

    Args:
        response: it.
        envelope: the field of the array.
        total_field: where the total is, in Amazon's files.
        asked: most rows that were asked for; 0 where nobody said.

    Raises:
        BadBodyError: not an object, without the array, or said not to be all.
    """
    with _decoding(response.body):
        return _parse_envelope(response, envelope, total_field, asked)


def _parse_envelope(response: Response, envelope: str, total_field: str | None, asked: int) -> Page:
    document, body = _decode(_ENVELOPE, response.body)
    if envelope not in document:
        message = f"the response has no {envelope!r}"
        raise BadBodyError(message)
    rows = bytes(document[envelope])
    _named_once(body, rows)
    request_id = response.request_id
    try:
        if request_id is None and "requestId" in document:
            request_id = _opaque(document["requestId"])
        token = _opaque(document["nextToken"]) if "nextToken" in document else None
    except (msgspec.DecodeError, ValueError) as error:
        raise BadBodyError(_UNTOLD) from error
    said = {name: bytes(value) for name, value in document.items() if name not in (envelope, "nextToken")}
    page = Page(rows, len(_decode(_ELEMENTS, rows)[0]), next_token=token or None, request_id=request_id)
    given = beside.Given(page.size, asked, goes_on=page.next_token is not None)
    return _said(page, {**beside.of_headers(response.headers), **said}, given, envelope, total_field)


def _said(
    page: Page, said: Mapping[str, bytes], given: beside.Given, envelope: str = "", total_field: str | None = None
) -> Page:
    """A page with what is said beside it.

    Raises:
        BadBodyError: that there is more, or that something went wrong.
    """
    try:
        total = beside.total(said, envelope, total_field, given)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadBodyError(_UNTOLD) from error
    beside.doubt(said, "its" if page.size else "an empty", given)
    return replace(page, total=total, pages=beside.pages(said))


def _opaque(raw: msgspec.Raw) -> str | None:
    """A next token as text; one that is a bare JSON number keeps its digits."""
    text = bytes(raw)
    if text == b"null":
        return None
    found = _TEXT.decode(text) if text.startswith(b'"') else text.decode()
    if "\x00" in found:
        raise ValueError(found)
    return found


def _named_once(body: bytes, rows: bytes) -> None:
    """No name stands twice in what is around the array.

    Raises:
        BadBodyError: one does: the array may be the other of the two.
    """
    place = body.find(rows)
    around = body[:place] + b"0" + body[place + len(rows) :]
    names: list[str] = []

    def see(pairs: list[tuple[str, Any]]) -> None:
        # The outermost object comes last.
        names[:] = [name for name, _ in pairs]

    try:
        json.loads(around.decode("utf-8", "replace"), object_pairs_hook=see, parse_int=str)
    except RecursionError as error:
        raise BadBodyError(TOO_DEEP) from error
    if len(set(names)) < len(names):
        message = "the response names something twice"
        raise BadBodyError(message)


def _decode(decoder: msgspec.json.Decoder[D], body: bytes) -> tuple[D, bytes]:
    """What a body holds, and the body: what makes it no JSON is replaced, where that is a number or half a character.

    Raises:
        BadBodyError: it is something else.
    """
    for form in (bytes, made_valid):
        try:
            return decoder.decode(found := form(body)), found
        except RecursionError as error:
            raise BadBodyError(TOO_DEEP) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problem = error
    raise BadBodyError(_what_it_is(body)) from problem


@contextmanager
def _decoding(body: bytes) -> Iterator[None]:
    """One large body at a time, and only one that does not become a multiple of itself.

    Each of the signs counted can be an object of a hundred bytes; the rows of a page of 10 MB have about a million.

    Raises:
        BadBodyError: there are more of them.
    """
    if len(body) <= _LARGE:
        yield
        return
    with _one_at_a_time:
        if sum(body.count(sign) for sign in (b",", b"[", b"{", b"\\")) > _MOST_SIGNS:
            message = "the response holds more values than any page"
            raise BadBodyError(message)
        yield


def _what_it_is(body: bytes) -> str:
    """A body that is not the page it should be, in words."""
    start = body.lstrip()[:1]
    if not start:
        return "the response body is empty"
    if start == b"<":
        return "the response is HTML or XML instead of JSON"
    if body.strip() == b"null":
        return "the response is a JSON null"
    return "the response is not the JSON it should be, or was cut short"
