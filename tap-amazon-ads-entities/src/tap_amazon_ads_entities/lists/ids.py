"""Ids of what lists hold, as 64-bit numbers: a million of them cost 8 MB rather than a hundred.

Amazon's ids are unsigned 64-bit numbers (developer notes), sent as numbers by some lists and as text by others: 1 and
"1" are one id, as they are one key of a table; "01" is another. Surrogate keys, and items without an id, are hashed.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import msgspec

_PIECES = 64
_FEW = 200_000
"""Ids of which sets are made at once."""

_LARGEST = (1 << 64) - 1
_DIGITS = len(str(_LARGEST))
_NOTHING = frozenset({b"", b"null", b'""'})


def number_of(identifier: str) -> int:
    """An id as 64 bits."""
    return _of_text(identifier.encode("utf-8", "surrogatepass"))


def _of_text(text: bytes) -> int:
    # Of bytes only the ten digits are digits: other scripts' digits are other ids.
    if text.isdigit() and len(text) <= _DIGITS and (number := int(text)) <= _LARGEST:
        # With zeros in front it is another text, and so another key.
        return number if len(text) == len(str(number)) else _hashed(text)
    return _hashed(text)


def plain_numbers(identifiers: Sequence[str]) -> list[int] | None:
    """Ids as 64 bits each, where all of them are plain numbers: almost always, and then without a step for each."""
    together = "".join(identifiers)
    if together.isascii() and together.isdigit() and min(identifiers) >= "1" and max(map(len, identifiers)) <= _DIGITS:
        numbers = [*map(int, identifiers)]
        if max(numbers) <= _LARGEST:
            return numbers
    return None


def numbers_of(identifiers: Sequence[str]) -> list[int]:
    """Ids as 64 bits each, in their order."""
    numbers = plain_numbers(identifiers)
    return numbers if numbers is not None else [number_of(each) for each in identifiers]


def ids_of(rows: bytes, id_field: str) -> Sequence[int]:
    """The ids of a page's items, in their order; an item without one is known by its text.

    Args:
        rows: a JSON array, checked to be one.
        id_field: the field that holds the id; empty where items have none, and as many may say the same.
    """
    if not id_field:
        return _ids_of_texts(rows)
    try:
        numbers = plain_numbers([*map(str, map(attrgetter(id_field), _plain_items(id_field).decode(rows)))])
    except (msgspec.DecodeError, UnicodeDecodeError):
        numbers = None
    return numbers if numbers is not None else _ids_of_strange(rows, id_field)


def _ids_of_strange(rows: bytes, id_field: str) -> Sequence[int]:
    """The same for a page on which some item has an id that is not all digits, or none."""
    try:
        raw = [getattr(item, id_field) for item in _items(id_field).decode(rows)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Something that is no object is among them.
        return [_hashed(bytes(item)) for item in _ELEMENTS.decode(rows)]
    if any(bytes(each) in _NOTHING for each in raw):
        items = _ELEMENTS.decode(rows)
        return [_number(bytes(each)) or _hashed(bytes(item)) for each, item in zip(raw, items, strict=True)]
    return [_number(bytes(each)) for each in raw]


def _ids_of_texts(rows: bytes) -> Sequence[int]:
    """Of items without ids: the second one on a page that says the same is another, as the third is."""
    before: Counter[bytes] = Counter()
    found = []
    for item in map(bytes, _ELEMENTS.decode(rows)):
        found.append(_hashed(item + b"\n%d" % before[item]))
        before[item] += 1
    return found


_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])


@lru_cache(maxsize=32)
def _plain_items(id_field: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[msgspec.defstruct("Item", [(id_field, str | int)])])  # type: ignore[misc]


@lru_cache(maxsize=32)
def _items(id_field: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[msgspec.defstruct("Item", [(id_field, msgspec.Raw, msgspec.Raw())])])  # type: ignore[misc]


def _number(raw: bytes) -> int:
    """A JSON text or number that is an id; 0 where there is none."""
    if raw in _NOTHING:
        return 0
    if raw.startswith(b'"'):
        return _of_text(raw.strip(b'"'))
    return _of_text(raw) if raw.isdigit() else _of_number(raw)


def _of_number(text: bytes) -> int:
    """A JSON number with a point or an exponent is still that number, as it is in a row."""
    try:
        number = Decimal(text.decode())
        if number.adjusted() < _DIGITS and number == number.to_integral_value() and 0 <= number <= _LARGEST:
            return int(number)
    except (ArithmeticError, ValueError):
        pass
    return _hashed(text)


def _hashed(text: bytes) -> int:
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


class Distinct:
    """Distinct ids; several threads may add some."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._numbers = array("Q")
        self._lock = threading.Lock()

    def add(self, numbers: Iterable[int]) -> None:
        """See some ids."""
        with self._lock:
            self._numbers.extend(numbers)

    def brought_new(self, since: int, begin: int = 0) -> bool:
        """Whether an id that was seen after the first `since` is not among these; `begin` of them are not looked at."""
        with self._lock:
            fresh = set(self._numbers[since:])
            fresh.difference_update(self._numbers[begin:since])
        return bool(fresh)

    def count(self) -> int:
        """How many different ids were seen."""
        return self.union([self])

    def fingerprint(self) -> tuple[int, int]:
        """The same for two that saw the same ids, in whatever order and however often.

        The hash of a number is the number; that of a tuple (xxHash) has all its bits mixed, and is made in C.
        """
        count = total = 0
        for (distinct,) in _pieces([self]):
            count += len(distinct)
            total += sum(map(hash, zip(distinct)))
        return count, total & _LARGEST

    @staticmethod
    def union(many: Sequence[Distinct]) -> int:
        """How many different ids they saw together."""
        return sum(len(set().union(*sets)) for sets in _pieces(many))

    @staticmethod
    def clashes(many: Sequence[Distinct]) -> list[int]:
        """Ids (as numbers) that more than one saw."""
        found: set[int] = set()
        for sets in _pieces(many):
            seen: set[int] = set()
            for ids in sets:
                found |= seen & ids
                seen |= ids
        return sorted(found)

    def sets(self, pieces: int) -> Iterator[set[int]]:
        """The different ids in so many pieces, each id in the same one for all that saw it."""
        if pieces == 1:
            yield set(self._numbers)
            return
        parts = [array("Q") for _ in range(pieces)]
        for number in self._numbers:
            parts[number % pieces].append(number)
        yield from map(set, parts)

    def __len__(self) -> int:
        """How many ids were seen, the same one as often as it came."""
        return len(self._numbers)


def _pieces(many: Sequence[Distinct]) -> Iterator[tuple[set[int], ...]]:
    """The ids of each, piece by piece: a set takes ten times the memory of an array, and never holds very many."""
    pieces = 1 if sum(map(len, many)) <= _FEW else _PIECES
    return zip(*(each.sets(pieces) for each in many), strict=True)
