"""Counts of what a slice read: distinct rows, shortfalls against Amazon's own totals, ids that clash.

Eight bytes per row, so that a million rows cost 8 MB rather than a hundred.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from tap_amazon_ads_entities.lists.refused import Refused, unreadable
from tap_amazon_ads_entities.rows.unreadable import Notes

_BUCKETS = 64
_MAX_INT = (1 << 64) - 1
_DIGITS = len(str(_MAX_INT))


def _number(identifier: str) -> int:
    """An id as 64 bits: Amazon's are unsigned 64-bit numbers, surrogates are hashed."""
    if identifier.isdecimal() and len(identifier) <= _DIGITS and (number := int(identifier)) <= _MAX_INT:
        return number
    return int.from_bytes(blake2b(identifier.encode(), digest_size=8).digest(), "big")


class Distinct:
    """Counts distinct ids."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._buckets = [array("Q") for _ in range(_BUCKETS)]

    def add(self, identifiers: Iterable[str]) -> None:
        """See some ids."""
        buckets = self._buckets
        for identifier in identifiers:
            number = _number(identifier)
            buckets[number % _BUCKETS].append(number)

    def count(self) -> int:
        """How many different ids were seen."""
        return sum(len(set(bucket)) for bucket in self._buckets)

    @staticmethod
    def union(tallies: list[Distinct]) -> int:
        """How many different ids they saw together."""
        return sum(
            len(set().union(*(tally._buckets[index] for tally in tallies)))  # noqa: SLF001 - its own class
            for index in range(_BUCKETS)
        )

    @staticmethod
    def clashes(tallies: list[Distinct]) -> list[int]:
        """Ids (as numbers) that more than one tally saw."""
        found: list[int] = []
        for index in range(_BUCKETS):
            seen: set[int] = set()
            for tally in tallies:
                ids = set(tally._buckets[index])  # noqa: SLF001 - its own class
                found.extend(seen & ids)
                seen |= ids
        return sorted(set(found))


class EndpointTally:
    """What one endpoint of a slice gave."""

    def __init__(self) -> None:
        """Count from zero."""
        self.pages = 0
        self.rows = 0
        self.emitted = 0
        self.total: int | None = None
        self.skipped: str | None = None
        self.ids = Distinct()
        self.notes = Notes()
        self.refused = Refused()

    def details(self) -> dict[str, Any]:
        """The endpoint's part of the run log; zeros and absent values left out."""
        distinct = self.ids.count()
        values = {
            "pages": self.pages,
            "rows": self.rows,
            "emitted": self.emitted,
            "duplicates": self.rows - distinct,
            "total_reported": self.total,
            "shortfall": max(0, self.total - distinct - self.refused.count) if self.total is not None else None,
            "skipped": self.skipped,
            "refused": self.refused.details(),
            "unreadable": unreadable(self.notes),
        }
        always = {"pages", "rows", "emitted"}
        return {name: value for name, value in values.items() if value or name in always}
