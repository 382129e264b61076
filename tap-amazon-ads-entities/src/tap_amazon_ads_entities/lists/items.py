"""The items of a page, decoded: at once where they say what was sent, else one by one and with care.

JSON has more than rows can hold: names that stand twice in an object, numbers too large to spell out, halves of
characters. And servers send what is no JSON: `NaN`, bytes that are no UTF-8. Each costs its cell, never its page, and
is marked, so that it is counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from itertools import repeat
from typing import Any

import msgspec

from tap_amazon_ads_entities.errors import BadBodyError
from tap_amazon_ads_entities.rows.context import Item
from tap_amazon_ads_entities.rows.stand_ins import HALF, NO_NUMBER
from tap_amazon_ads_entities.rows.unreadable import Marks, Unreadable
from tap_amazon_ads_entities.rows.values import REPLACEMENT

TOO_DEEP = "the response is nested too deeply to be read"

# A fraction is exact, or an error: one like 1e999999 would take for ever to spell out, and no database holds it.
_FRACTION = Context(prec=600, Emax=300, Emin=-300, traps=[InvalidOperation, Overflow, Inexact]).create_decimal
_ROWS = msgspec.json.Decoder(list[dict[str, Any]], float_hook=_FRACTION)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, DecimalException, RecursionError)

_NUL, _QUOTE = b"\\u0000", b"\\u0022"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Decoded:
    """The elements of a page.

    Args:
        items: those that are objects.
        marks: of each item: None for one that says what was sent.
        strange: of the others, why they are no items, and their text.
    """

    items: list[Item]
    marks: Iterable[Marks | None]
    strange: Sequence[tuple[str, bytes]] = ()


def at_once(rows: bytes) -> Decoded | None:
    """The items of a JSON array; None where they have to be looked at one by one."""
    items = _at_once(rows)
    return None if items is None else Decoded(items, repeat(None))


def one_by_one(elements: Iterable[bytes]) -> Decoded:
    """The items among the elements of an array, whatever the others are."""
    items: list[Item] = []
    marks: list[Marks | None] = []
    strange: list[tuple[str, bytes]] = []
    for place, element in enumerate(elements, 1):
        try:
            plain = _at_once(b"[%b]" % element)
            item, mark = (plain[0], None) if plain is not None else _with_care(element)
        except BadBodyError as error:
            strange.append((f"element {place} of a page: {error}", element))
        else:
            items.append(item)
            marks.append(mark)
    return Decoded(items, marks, strange)


def _at_once(rows: bytes) -> list[Item] | None:
    """All items, where nothing was lost on the way.

    Written anew, they have as many quotation marks as before, or else a name stood twice in an object, and the first of
    its values is gone. Most pages are even the same as before.
    """
    if b"\\" in rows and (_NUL in rows or _QUOTE in rows):
        return None
    try:
        items = _ROWS.decode(rows)
    except _ERRORS:
        return None
    written = _ENCODER.encode(items)
    return items if written == rows or written.count(b'"') == rows.count(b'"') else None


def _with_care(raw: bytes) -> tuple[Item, Marks]:
    """An item with what of it cannot be stored.

    Raises:
        BadBodyError: it is none.
    """
    try:
        found = _DECODER.decode(raw.decode("utf-8", "surrogateescape"))
        marks = Marks()
        item = _marked(found, "", marks)
    except RecursionError as error:
        raise BadBodyError(TOO_DEEP) from error
    except ValueError as error:
        message = "an element of the page is not the JSON it should be"
        raise BadBodyError(message) from error
    if not isinstance(item, dict):
        message = "an element of the page is not a JSON object"
        raise BadBodyError(message)
    return item, marks


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; which of several values of a name is meant nobody knows, unless they are the same."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for name in found:
            values = [value for each, value in pairs if each == name]
            if len({repr(value) for value in values}) > 1:
                found[name] = Unreadable(values)
    return found


def _fraction(text: str) -> Decimal | Unreadable:
    try:
        return _FRACTION(text)
    except DecimalException:
        return Unreadable(text)


def _integer(text: str) -> int | Unreadable:
    try:
        return int(text)
    except ValueError:
        # More digits than Python takes.
        return Unreadable(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_integer, parse_constant=Unreadable, strict=False
)


def _marked(value: Any, path: str, marks: Marks) -> Any:
    """A JSON value as it can be stored; what it was is in the marks."""
    if isinstance(value, str):
        if value.startswith(NO_NUMBER):
            value = Unreadable(value.removeprefix(NO_NUMBER))
        elif _UNSTORABLE.search(value):
            marks.altered[path] = _spelled(value)
            return _UNSTORABLE.sub(REPLACEMENT, HALF.sub(REPLACEMENT, value))
    if isinstance(value, Unreadable):
        raw = value.raw if isinstance(value.raw, str) else json.dumps(value.raw, ensure_ascii=False, default=str)
        marks.unreadable[path] = _spelled(raw)
        return Unreadable(marks.unreadable[path], path)
    if isinstance(value, list):
        return [_marked(part, f"{path}[{place}]", marks) for place, part in enumerate(value)]
    if isinstance(value, dict):
        found = {}
        for name, part in value.items():
            spelled = _spelled(name)
            below = f"{path}.{spelled}" if path else spelled
            if spelled != name:
                marks.altered[below] = spelled
            found[spelled] = _marked(part, below, marks)
        return found
    return value


def _spelled(text: str) -> str:
    r"""A text with what cannot be stored spelled out: `\u0000`, `\ud83d`, and `\xff` for a byte that is no UTF-8."""
    return _UNSTORABLE.sub(_spell, HALF.sub(r"\\u\1", text))


_BYTES = 0xDC00
"""Python keeps a byte that is no UTF-8 as its value above this."""


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    # How Python keeps a byte that is no UTF-8; escaped halves of characters do not get here.
    return f"\\x{code - _BYTES:02x}" if code > _BYTES else f"\\u{code:04x}"
