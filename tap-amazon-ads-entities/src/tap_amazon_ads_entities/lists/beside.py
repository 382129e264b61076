"""What a response says beside its list: how long the list is, and whether it is all there is.

In Amazon's files nothing but a next token and a total stands there, and nothing at all among the headers. What else
might, is told by its name: a total that is overlooked would hide what is missing, and so would a second way to say that
there is more. A count may be that of the page, or the one that was asked for; only another one says something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tap_amazon_ads_entities.errors import BadBodyError

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BARE = frozenset({"true", "false", "null", "0"})
_NOTHING = frozenset({b"null", b"[]", b"{}", b'""', b"false", b"0"})
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_TOTALS = frozenset({"totalresults", "totalcount", "total", "totalitems", "totalrecords"})
_COUNTED = frozenset({"count", "results", "items", "records", "rows", "entries", "elements", "hits"})
_COUNTS = frozenset({"result", "record", "item", "row"})
_ERROR = re.compile(r"errors?|error(code|message|details?)|exceptions?|fault|fail(ed|ures?)|code|message|details?")
_MORE = re.compile(r"next(token)?|(next)?(cursor|page)|pagetoken|continuationtoken|pagination|paging|has(more|next)")
_ONWARD = frozenset({"next", "cursor", "continuation"})
_PARTIAL = frozenset({"partial", "partially", "truncated", "incomplete", "ispartial", "istruncated"})
_PAGES = re.compile(r"(max|last|total|num|numberof)pages?(number|count)?|pages?(count|total)|pages")
_LAST = re.compile(r"(is)?(last(page)?|complete|final)")
_LINK = "Link header"
_NEXT_LINK = re.compile(r"""[;\s]rel\s*=\s*["']?([^"';,]*\s)?next\b""", re.IGNORECASE)
_RANGE = re.compile(r"(?!bytes)\w+ .*/ *(\d+)", re.IGNORECASE)
_MOST = 1 << 63


@dataclass(frozen=True)
class Given:
    """What a response gave.

    Args:
        rows: of the list.
        asked: most rows that were asked for; 0 where nobody said.
        goes_on: whether it says itself where the list goes on.
    """

    rows: int
    asked: int = 0
    goes_on: bool = False


def of_headers(headers: Mapping[str, str]) -> dict[str, bytes]:
    """What the headers of a response say, as if they were fields of it."""
    found: dict[str, bytes] = {}
    for name, value in headers.items():
        if name == "link":
            if _NEXT_LINK.search(value):
                found[_LINK] = json.dumps(value).encode()
        elif name == "content-range":
            if counted := _RANGE.match(value):
                found["total"] = counted[1].encode()
        elif name.startswith("x-") and not _ERROR.fullmatch(plain := name.removeprefix("x-")):
            found[plain] = value.encode() if value in _BARE else json.dumps(value).encode()
    return found


def total(beside: Mapping[str, bytes], envelope: str, total_field: str | None, given: Given) -> int | None:
    """How many rows the list has, by the largest number that says so; None where none does.

    Args:
        beside: the JSON of every other field of the response.
        envelope: the field of the list; empty where the response is the list.
        total_field: where the total is, in Amazon's files.
        given: what the response gave.

    Raises:
        ValueError: a total is none: it must not pass for one that is not there.
    """
    found: list[int] = []
    for name, value in _all(beside):
        words, plain = _words(name), _plain(name)
        counts = "total" in words and (not _COUNTED.isdisjoint(words) or "".join(words) == f"total{envelope.lower()}")
        counted = words[-1:] == ["count"] and not _COUNTS.isdisjoint(words)
        if name == total_field or plain in _TOTALS or counts or counted:
            number = number_of(value)
            if number is not None:
                found.append(number)
        elif plain == "count" and (number := _number(value)) is not None and number not in range(given.rows + 1):
            # Of the page, as often as not; or what was asked for.
            found += [number] if number != given.asked else []
    return max(found, default=None)


def pages(beside: Mapping[str, bytes]) -> int:
    """How many pages the list has, by the largest number that says so; 0 where none does."""
    return max((_number(value) or 0 for name, value in _all(beside) if _PAGES.fullmatch(_plain(name))), default=0)


def number_of(raw: bytes) -> int | None:
    """A number of rows, sent as a number or as text; None where there is none.

    Raises:
        ValueError: it is anything else.
    """
    value = msgspec.json.decode(raw)
    if value is None or value == "":
        return None
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
            if 0 <= number < _MOST and number == number.to_integral_value():
                return int(number)
        except ArithmeticError:
            pass
    message = "no number"
    raise ValueError(message)


def _number(raw: bytes) -> int | None:
    """The same of what may be something else."""
    try:
        return number_of(raw)
    except ValueError:
        return None


def doubt(beside: Mapping[str, bytes], which: str, given: Given) -> None:
    """Hold what is said against the list.

    Args:
        beside: the JSON of every other field of the response.
        which: what to call the list: its own, or an empty one.
        given: what the response gave.

    Raises:
        BadBodyError: it says that something went wrong, or that the list is not all there is.
    """
    for name, value in beside.items():
        plain = _plain(name)
        if plain in ("success", "ok"):
            if value in _NOTHING:
                message = f"the response holds an error beside {which} list ({name!r} is {value.decode()})"
                raise BadBodyError(message)
        elif value not in _NOTHING and _ERROR.fullmatch(plain):
            message = f"the response holds an error beside {which} list"
            raise BadBodyError(message)
    for name, value in _all(beside):
        if _is_part(name, value) or (not given.goes_on and _goes_on(name, value)):
            message = f"the response holds {name!r} beside {which} list: there may be more than could be asked for"
            raise BadBodyError(message)


def _is_part(name: str, value: bytes) -> bool:
    """Whether something says that the page itself is not whole."""
    return value not in _NOTHING and not _PARTIAL.isdisjoint(_words(name))


def _goes_on(name: str, value: bytes) -> bool:
    """Whether something says that this is not the last page: natural on every page before it."""
    if value in _NOTHING:
        return value == b"false" and _LAST.fullmatch(_plain(name)) is not None
    words = set(_words(name))
    onward = not _ONWARD.isdisjoint(words) or words >= {"has", "more"}
    return onward or name == _LINK or _MORE.fullmatch(_plain(name)) is not None


def _all(beside: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Every field, and those of the objects among them, by its own name."""
    for name, value in beside.items():
        yield name, value
        if value.startswith(b"{"):
            yield from ((inner, bytes(raw)) for inner, raw in _OBJECT.decode(value).items())


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
