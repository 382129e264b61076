"""Pages as they travel from the worker threads to the main thread: raw bytes, decoded late.

Decoding late keeps the queues small: decoded rows take about three times the memory.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

import msgspec

from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.errors import BadBodyError

# A fraction is exact, or an error: one like 1e999999 would take for ever to spell out, and no database holds it.
_FRACTION = Context(prec=600, Emax=300, Emin=-300, traps=[InvalidOperation, Overflow, Inexact]).create_decimal
_ROWS = msgspec.json.Decoder(list[dict[str, Any]], float_hook=_FRACTION)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_TOTALS = frozenset({"totalresults", "totalcount", "total", "totalitems", "totalrecords"})
"""What a total is called in Amazon's files, and might be: one that is overlooked would hide what is missing."""

_MOST_ROWS = 1 << 63
_ERROR = re.compile(r"errors?|error(code|message|details?)|exceptions?|fault|fail(ed|ures?)|code|message|details?")
_MORE = re.compile(r"nexttoken|(next)?(cursor|page)|pagetoken|next|continuationtoken|pagination|paging|has(more|next)")
_PARTIAL = re.compile(r"(is)?partial(results?)?|(is)?truncated|incomplete(results?)?")
"""Names, without capitals and marks between words: in Amazon's files nothing of them stands beside a list."""

_NOTHING = frozenset({b"null", b"[]", b"{}", b'""', b"false", b"0"})
_LARGE = 4 << 20
_MOST_SIGNS = 4_000_000
_one_at_a_time = threading.Lock()
_NUL = b"\\u0000"
_REPLACEMENT = "\ufffd"
_TOO_DEEP = "the response is nested too deeply to be read"
# An escaped pair of surrogates, half of one, or any other escape: after `\\\\`, `ud800` is plain text.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


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
            decoded = _decode(self.rows)
        except DecimalException as error:
            message = "an element of the page holds a number that is too large or too long"
            raise BadBodyError(message) from error
        except RecursionError as error:
            raise BadBodyError(_TOO_DEEP) from error
        except msgspec.DecodeError as error:
            message = "an element of the page is not a JSON object, or holds a number that is too large"
            raise BadBodyError(message) from error
        # Postgres has no NUL in text; Amazon should not send one, but a single one would lose the batch.
        return [_without_nul(item) for item in decoded] if _NUL in self.rows else decoded

    def sorted_out(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The elements that can be decoded, and for each of the others why it cannot.

        Raises:
            BadBodyError: the array itself cannot be read.
        """
        try:
            return self.items(), []
        except BadBodyError:
            pass
        items: list[dict[str, Any]] = []
        strange: list[str] = []
        for place, element in enumerate(_elements(self.rows), 1):
            try:
                items += replace(self, rows=b"[" + bytes(element) + b"]").items()
            except BadBodyError as error:
                strange.append(f"element {place} of a page: {error}")
        return items, strange


def _decode(rows: bytes) -> list[dict[str, Any]]:
    try:
        return _ROWS.decode(rows)
    except UnicodeDecodeError:
        # A name cut in the middle of a character must not keep the whole list away for ever.
        return _ROWS.decode(rows.decode("utf-8", "replace").encode())


def _whole_surrogates(body: bytes) -> bytes:
    """Replace halves of surrogate pairs: a name cut inside an emoji has one, and no database takes it."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPE.sub(lambda match: b"\\ufffd" if match[1] else match[0], body)


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
    return page_of(response.body, response.request_id)


def page_of(array: bytes, request_id: str | None = None) -> Page:
    """A page that is an array.

    Raises:
        BadBodyError: it is anything else.
    """
    with _decoding(array):
        rows = _whole_surrogates(array)
        return Page(rows, _count(rows), request_id=request_id)


def parse_envelope(response: Response, envelope: str, total_field: str | None) -> Page:
    """A response that wraps its array in an object.

    Raises:
        BadBodyError: not an object, or without the array.
    """
    with _decoding(response.body):
        return _parse_envelope(response, envelope, total_field)


def _parse_envelope(response: Response, envelope: str, total_field: str | None) -> Page:
    try:
        document = _ENVELOPE.decode(_whole_surrogates(response.body))
    except RecursionError as error:
        raise BadBodyError(_TOO_DEEP) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBodyError(_what_it_is(response.body)) from error
    if envelope not in document:
        message = f"the response has no {envelope!r}"
        raise BadBodyError(message)
    rows = bytes(document[envelope])
    request_id = response.request_id
    try:
        if request_id is None and "requestId" in document:
            request_id = _opaque(document["requestId"])
        token = _opaque(document["nextToken"]) if "nextToken" in document else None
        totals = [
            _total(bytes(value)) for name, value in document.items() if name == total_field or _plain(name) in _TOTALS
        ]
    except (msgspec.DecodeError, ValueError) as error:
        message = "the response's nextToken, total or requestId cannot be read"
        raise BadBodyError(message) from error
    size = _count(rows)
    for name in document.keys() - {envelope, "nextToken"}:
        _doubt(name, bytes(document[name]), "its" if size else "an empty")
    return Page(
        rows,
        size,
        next_token=token or None,
        total=max((total for total in totals if total is not None), default=None),
        request_id=request_id,
    )


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _doubt(name: str, value: bytes, which: str) -> None:
    """What stands beside a list must not say that the list is not all there is.

    Raises:
        BadBodyError: it does.
    """
    plain = _plain(name)
    if plain in ("success", "ok"):
        if value in _NOTHING:
            message = f"the response holds an error beside {which} list ({name!r} is {value.decode()})"
            raise BadBodyError(message)
    elif value in _NOTHING:
        return
    elif _ERROR.fullmatch(plain):
        message = f"the response holds an error beside {which} list"
        raise BadBodyError(message)
    elif _MORE.fullmatch(plain) or _PARTIAL.fullmatch(plain):
        message = f"the response holds {name!r} beside {which} list: there may be more than could be asked for"
        raise BadBodyError(message)


def _opaque(raw: msgspec.Raw) -> str | None:
    """A next token as text; one that is a bare JSON number keeps its digits."""
    text = bytes(raw)
    if text == b"null":
        return None
    return _TEXT.decode(text) if text.startswith(b'"') else text.decode()


def _total(raw: bytes) -> int | None:
    """A total, sent as a number or as text; None where there is none.

    Raises:
        ValueError: it is anything else: a total that cannot be read must not pass for none.
    """
    value = msgspec.json.decode(raw)
    if value is None or value == "":
        return None
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
            if 0 <= number < _MOST_ROWS and number == number.to_integral_value():
                return int(number)
        except ArithmeticError:
            pass
    message = "no total"
    raise ValueError(message)


def _count(rows: bytes) -> int:
    return len(_elements(rows))


def _elements(rows: bytes) -> list[msgspec.Raw]:
    try:
        return _ELEMENTS.decode(rows)
    except RecursionError as error:
        raise BadBodyError(_TOO_DEEP) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBodyError(_what_it_is(rows)) from error


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
