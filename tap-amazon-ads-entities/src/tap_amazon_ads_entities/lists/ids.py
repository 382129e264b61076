"""Ids of what lists hold, as 64-bit numbers: a million of them cost 8 MB rather than a hundred.

Amazon's ids are unsigned 64-bit numbers (developer notes); surrogate keys, and items without an id, are hashed.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

_BUCKETS = 64
_LARGEST = (1 << 64) - 1
_DIGITS = len(str(_LARGEST))
_ODD = 0x9E3779B97F4A7C15
_NOTHING = frozenset({b"", b"null", b'""'})


def number_of(identifier: str) -> int:
    """An id as 64 bits."""
    if identifier.isdecimal() and len(identifier) <= _DIGITS and (number := int(identifier)) <= _LARGEST:
        return number
    return _hashed(identifier.encode("utf-8", "surrogatepass"))


def ids_of(rows: bytes, id_field: str) -> Sequence[int]:
    """The ids of a page's items, in their order; an item without one is known by its text.

    Args:
        rows: a JSON array, checked to be one.
        id_field: the field that holds the id.
    """
    try:
        raw = [getattr(item, id_field) for item in _items(id_field).decode(rows)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Something that is no object is among them.
        return [_hashed(bytes(item)) for item in _ELEMENTS.decode(rows)]
    if any(bytes(each) in _NOTHING for each in raw):
        items = _ELEMENTS.decode(rows)
        return [_number(bytes(each)) or _hashed(bytes(item)) for each, item in zip(raw, items, strict=True)]
    return [_number(bytes(each)) for each in raw]


_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])


@lru_cache(maxsize=32)
def _items(id_field: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[msgspec.defstruct("Item", [(id_field, msgspec.Raw, msgspec.Raw())])])  # type: ignore[misc]


def _number(raw: bytes) -> int:
    """A JSON text or number that is an id; 0 where there is none."""
    text = raw.strip(b'"')
    if text.isdigit() and len(text) <= _DIGITS and (number := int(text)) <= _LARGEST:
        return number
    if raw in _NOTHING:
        return 0
    return _hashed(text) if raw.startswith(b'"') else _of_number(text)


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
        self._buckets = [array("Q") for _ in range(_BUCKETS)]
        self._lock = threading.Lock()

    def add(self, numbers: Iterable[int]) -> None:
        """See some ids."""
        with self._lock:
            buckets = self._buckets
            for number in numbers:
                buckets[number % _BUCKETS].append(number)

    def count(self) -> int:
        """How many different ids were seen."""
        return sum(len(set(bucket)) for bucket in self._buckets)

    def fingerprint(self) -> tuple[int, int]:
        """The same for two that saw the same ids, in whatever order and however often."""
        count = total = 0
        for bucket in self._buckets:
            distinct = set(bucket)
            count += len(distinct)
            for number in distinct:
                mixed = (number ^ (number >> 31)) * _ODD & _LARGEST
                total += mixed ^ (mixed >> 29)
        return count, total & _LARGEST

    @staticmethod
    def union(many: Sequence[Distinct]) -> int:
        """How many different ids they saw together."""
        if len(many) == 1:
            return many[0].count()
        return sum(
            len(set().union(*(each._buckets[index] for each in many)))  # noqa: SLF001 - its own class
            for index in range(_BUCKETS)
        )

    @staticmethod
    def clashes(many: Sequence[Distinct]) -> list[int]:
        """Ids (as numbers) that more than one saw."""
        found: list[int] = []
        for index in range(_BUCKETS):
            seen: set[int] = set()
            for each in many:
                ids = set(each._buckets[index])  # noqa: SLF001 - its own class
                found.extend(seen & ids)
                seen |= ids
        return sorted(set(found))
