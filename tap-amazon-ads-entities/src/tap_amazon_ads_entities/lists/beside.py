"""What a response says beside its list: how long the list is, and whether it is all there is.

In Amazon's files nothing but a next token and a total stands there. What else might, is told by its name: a total that
is overlooked would hide what is missing, and so would a second way to say that there is more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from tap_amazon_ads_entities.errors import BadBodyError

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NOTHING = frozenset({b"null", b"[]", b"{}", b'""', b"false", b"0"})
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_TOTALS = frozenset({"totalresults", "totalcount", "total", "totalitems", "totalrecords"})
_COUNTED = frozenset({"count", "results", "items", "records", "rows", "entries", "elements", "hits"})
_COUNTS = frozenset({"result", "record", "item", "row"})
_ERROR = re.compile(r"errors?|error(code|message|details?)|exceptions?|fault|fail(ed|ures?)|code|message|details?")
_MORE = re.compile(r"next(token)?|(next)?(cursor|page)|pagetoken|continuationtoken|pagination|paging|has(more|next)")
_ONWARD = frozenset({"next", "cursor", "continuation"})
_PARTIAL = frozenset({"partial", "partially", "truncated", "incomplete", "ispartial", "istruncated"})


def totals(beside: Mapping[str, bytes], envelope: str, total_field: str | None) -> Iterator[bytes]:
    """Every value that says how many rows the list has.

    Args:
        beside: the JSON of every other field of the response.
        envelope: the field of the list.
        total_field: where the total is, in Amazon's files.
    """
    for name, value in _all(beside):
        words = _words(name)
        counts = "total" in words and (not _COUNTED.isdisjoint(words) or "".join(words) == f"total{envelope.lower()}")
        counted = words[-1:] == ["count"] and not _COUNTS.isdisjoint(words)
        if name == total_field or _plain(name) in _TOTALS or counts or counted:
            yield value


def doubt(beside: Mapping[str, bytes], which: str) -> None:
    """Hold what is said against the list.

    Args:
        beside: the JSON of every other field of the response.
        which: what to call the list: its own, or an empty one.

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
        if value not in _NOTHING and _not_all(name):
            message = f"the response holds {name!r} beside {which} list: there may be more than could be asked for"
            raise BadBodyError(message)


def _not_all(name: str) -> bool:
    """Whether a name is one under which a response says that there is more."""
    words = set(_words(name))
    if _MORE.fullmatch(_plain(name)) or not _PARTIAL.isdisjoint(words):
        return True
    return not _ONWARD.isdisjoint(words) or words >= {"has", "more"}


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
