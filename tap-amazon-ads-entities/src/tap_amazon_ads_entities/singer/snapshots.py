"""What a source says of all entities of a slice, in 16 bytes each; and which entities two sources differ in."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

_BUCKETS = 256

Digests = tuple[int, int]
"""What either source says, as a digest; 0 where it does not have the entity."""


class Snapshot:
    """Digests by id. A million entities take 16 MB; two of them are compared a bucket at a time."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._ids = [array("Q") for _ in range(_BUCKETS)]
        self._digests = [array("Q") for _ in range(_BUCKETS)]

    def add(self, number: int, digest: int) -> None:
        """An entity, by the number of its id (see `lists.ids`); of one that comes twice the last counts."""
        self._ids[number % _BUCKETS].append(number)
        self._digests[number % _BUCKETS].append(digest)

    def differing(self, other: Snapshot) -> Iterator[tuple[int, Digests]]:
        """The entities that the other does not have, has alone, or has otherwise."""
        for bucket in range(_BUCKETS):
            own, others = self._bucket(bucket), other._bucket(bucket)
            for number in own.keys() | others.keys():
                pair = (own.get(number, 0), others.get(number, 0))
                if pair[0] != pair[1]:
                    yield number, pair

    def _bucket(self, bucket: int) -> dict[int, int]:
        return dict(zip(self._ids[bucket], self._digests[bucket], strict=True))
