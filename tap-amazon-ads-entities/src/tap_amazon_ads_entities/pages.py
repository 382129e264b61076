"""Pages as they travel from the worker threads to the main thread: raw bytes, decoded late.

Decoding late keeps the queues small: decoded rows take about three times the memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tap_amazon_ads_entities.errors import BadBodyError
from tap_amazon_ads_entities.transport import Response

_ROWS = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_NUL = b"\\u0000"
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Args:
        rows: the raw JSON array.
        size: how many elements it has.
        next_token: the token of the next page, opaque; None at the end of the list.
        total: rows in the whole list as Amazon reports it, where it does.
        request_id: Amazon's id of the request.
        fetched_at: when it arrived, canonical text; filled in by the reader.
    """

    rows: bytes
    size: int
    next_token: str | None = None
    total: int | None = None
    request_id: str | None = None
    fetched_at: str = ""

    def items(self) -> list[dict[str, Any]]:
        """The decoded elements: integers exact, fractions as Decimal.

        Raises:
            BadBodyError: an element is not an object.
        """
        try:
            decoded = _ROWS.decode(self.rows)
        except msgspec.DecodeError as error:
            message = "an element of the page is not a JSON object"
            raise BadBodyError(message) from error
        # Postgres has no NUL in text; Amazon should not send one, but a single one would lose the batch.
        return [_without_nul(item) for item in decoded] if _NUL in self.rows else decoded


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", _REPLACEMENT)
    if isinstance(value, list):
        return [_without_nul(element) for element in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(element) for key, element in value.items()}
    return value


def parse_array(response: Response) -> Page:
    """A response that is an array.

    Raises:
        BadBodyError: it is anything else; never read as an empty page.
    """
    return Page(response.body, _count(response.body), request_id=response.request_id)


def parse_envelope(response: Response, envelope: str, total_field: str | None) -> Page:
    """A response that wraps its array in an object.

    Raises:
        BadBodyError: not an object, or without the array.
    """
    try:
        document = _ENVELOPE.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBodyError(_what_it_is(response.body)) from error
    if envelope not in document:
        message = f"the response has no {envelope!r}"
        raise BadBodyError(message)
    rows = bytes(document[envelope])
    try:
        token = _opaque(document["nextToken"]) if "nextToken" in document else None
        total = msgspec.json.decode(document[total_field]) if total_field and total_field in document else None
    except msgspec.DecodeError as error:
        message = "the response's nextToken or total cannot be read"
        raise BadBodyError(message) from error
    return Page(
        rows,
        _count(rows),
        next_token=token or None,
        total=total if isinstance(total, int) else None,
        request_id=response.request_id,
    )


def _opaque(raw: msgspec.Raw) -> str | None:
    """A next token as text; one that is a bare JSON number keeps its digits."""
    text = bytes(raw)
    if text == b"null":
        return None
    return _TEXT.decode(text) if text.startswith(b'"') else text.decode()


def _count(rows: bytes) -> int:
    try:
        return len(_ELEMENTS.decode(rows))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBodyError(_what_it_is(rows)) from error


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
