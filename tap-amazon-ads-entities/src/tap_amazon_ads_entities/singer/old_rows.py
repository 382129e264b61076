"""Whether a complete read holds just those old rows that the one before it held.

When something was made never changes, and nothing leaves a list: what was made before a moment is the same in every
complete read after it. Where a read holds other old rows than the one before, either was short without a sign, and a
row that an incremental run leaves out, because it has not changed for long, may never have been emitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tap_amazon_ads_entities.lists.ids import Distinct
from tap_amazon_ads_entities.rows.context import Row

_BITS = (1 << 32) - 1
_NEVER = "~"
"""Later than every moment: of what has no time nobody knows whether it is old."""


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

    def see(self, rows: Sequence[Row], numbers: Sequence[int], *, new: bool) -> None:
        """Some rows have come.

        Args:
            rows: of one list.
            numbers: their ids.
            new: whether that list had none before, so that all of them are emitted, however old they are.
        """
        until, last = "" if new else self._until, self._made_before
        made = [row["creation_time"] or _NEVER for row in rows]
        if not made or (oldest := min(made)) >= last:
            return
        newest = max(made)
        # Mostly a page is as old as the others.
        if newest < until:
            self._old.add(numbers)
        elif until <= oldest and newest < last:
            self._since_then.add(numbers)
        else:
            pairs = [*zip(made, numbers, strict=True)]
            self._old.add(number for time, number in pairs if time < until)
            self._since_then.add(number for time, number in pairs if until <= time < last)

    @property
    def problem(self) -> str | None:
        """What speaks against this read or the one before it, in words; None where nothing does."""
        if self._known is None:
            return None
        count, digest = self._of_old
        if (count, digest) == (self._known.count, self._known.digest):
            return None
        others = "others" if count == self._known.count else f"{self._known.count:,}"
        return f"{count:,} rows were made before {self._until}, and the complete read before this one gave {others}"

    @cached_property
    def _of_old(self) -> tuple[int, int]:
        """Asked for when all rows have come."""
        return _digest(self._old)

    @property
    def seen(self) -> OldRows:
        """The old rows of this read, for the next."""
        count, digest = self._of_old
        more, with_them = _digest(self._since_then)
        return OldRows(self._made_before, count + more, (digest + with_them) & _BITS)


def _digest(ids: Distinct) -> tuple[int, int]:
    count, digest = ids.fingerprint()
    return count, digest & _BITS
