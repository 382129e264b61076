"""Whether a complete read holds just those old rows that the one before it held.

When something was made never changes, and nothing leaves a list: what was made before a moment is the same in every
complete read after it. Where a read holds other old rows than the one before, either was short without a sign, and a
row that an incremental run leaves out, because it has not changed for long, may never have been emitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tap_amazon_ads_entities.lists.ids import Distinct, numbers_of
from tap_amazon_ads_entities.rows.context import Row

_BITS = (1 << 32) - 1


@dataclass(frozen=True)
class OldRows:
    """The old rows of a complete read of a slice.

    Args:
        made_before: which rows are old, in canonical text.
        count: how many they are.
        digest: the same for the same ids.
    """

    made_before: str
    count: int
    digest: int


class OldRowsWatch:
    """Sees the rows of a read.

    Args:
        known: the old rows of the complete read before; None where nobody knows them.
        made_before: which rows will be old for the next.
    """

    def __init__(self, known: OldRows | None, made_before: str) -> None:
        """Have seen nothing."""
        self._known = known
        self._until = known.made_before if known else ""
        self._made_before = max(made_before, self._until)
        self._old = Distinct()
        self._since_then = Distinct()

    def see(self, rows: Sequence[Row], key: str, *, new: bool) -> None:
        """Some rows have come.

        Args:
            rows: of one list.
            key: their id column.
            new: whether that list had none before, so that all of them are emitted, however old they are.
        """
        until, last = "" if new else self._until, self._made_before
        made = [(row["creation_time"], row[key]) for row in rows if row["creation_time"]]
        if old := [each for time, each in made if time < until]:
            self._old.add(numbers_of(old))
        if len(old) < len(made) and (later := [each for time, each in made if until <= time < last]):
            self._since_then.add(numbers_of(later))

    @property
    def problem(self) -> str | None:
        """What speaks against this read or the one before it, in words; None where nothing does."""
        if self._known is None:
            return None
        count, digest = _digest(self._old)
        if (count, digest) == (self._known.count, self._known.digest):
            return None
        others = "others" if count == self._known.count else f"{self._known.count:,}"
        return f"{count:,} rows were made before {self._until}, and the complete read before this one gave {others}"

    @property
    def seen(self) -> OldRows:
        """The old rows of this read, for the next."""
        count, digest = _digest(self._old)
        more, with_them = _digest(self._since_then)
        return OldRows(self._made_before, count + more, (digest + with_them) & _BITS)


def _digest(ids: Distinct) -> tuple[int, int]:
    count, digest = ids.fingerprint()
    return count, digest & _BITS
