"""The one judge of completeness: whether a list was read to its end, and whether it is read again.

A fact about one list of one profile, decided from evidence: distinct ids that came, Amazon's own totals (the largest
it named), ends that later pages disproved, what the last complete read of the list held, and whether what the list
needs from others was complete. Rows received prove nothing: the same row may come twice and hide that another did not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from tap_amazon_ads_entities.lists.ids import Distinct, ids_of
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.settings.allowance import Allowance

MOST_PASSES = 3
"""Times a list that seems to be short is read."""

MOST_CONFIRMATIONS = 8
"""Times a list is read until two reads agree on its ids."""

FRUITLESS = 50
"""Pages in a row, at least, that bring no new row before more of them are in vain; of a long list, an eighth of it."""


@dataclass(frozen=True)
class Expectation:
    """What is known of a list before it is read, and how sure one wants to be.

    Args:
        rows: distinct rows of its last complete read; None where nobody knows.
        confirm: read until two reads agree on the ids.
        allowance: rows that may be missing by Amazon's own total.
    """

    rows: int | None = None
    confirm: bool = False
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True)
class Verdict:
    """What became of a list.

    Args:
        distinct: different rows that came.
        total: the largest total that Amazon named in the read that counts; None where it named none.
        problem: why the list is not complete, in words; None where it is.
        accepted: rows that are missing and may be.
        passes: times it was read.
    """

    distinct: int
    total: int | None
    problem: str | None
    accepted: int = 0
    passes: int = 1


@dataclass
class Pass:
    """One read of a list, or of a part of it; several threads may read its parts.

    Args:
        id_field: of the items.
    """

    id_field: str
    whole: Pass | None = None
    """The read that this one is a part of."""

    pieced: bool = False
    """Whether it is put together from parts that may overlap: rows that come twice say nothing then."""

    total: int | None = None
    problem: str | None = None
    """What this read itself has shown to be wrong: an end with rows behind it, a part that is short."""

    rows: int = 0
    pages_named: int = 0
    """How many pages the list has, where that is said."""

    pages_seen: int = 0
    ids: Distinct = field(default_factory=Distinct)
    in_vain: int = 0
    """Pages in a row that brought no row but such as had come before: more of them will not end the list."""

    _pages: int = 0
    _looked_at: tuple[int, int] = (0, 0)
    """Pages and rows at the last look whether new ones still come."""

    _begin: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _distinct: int | None = None
    _fingerprint: tuple[int, int] | None = None

    def see(self, page: Page) -> None:
        """A page has come."""
        numbers = ids_of(page.rows, self.id_field) if page.size else ()
        self.ids.add(numbers)
        if self.whole is not None:
            self.whole.ids.add(numbers)
        with self._lock:
            self.rows += page.size
            self.pages_seen += 1
            self.pages_named = max(self.pages_named, page.pages)
            if page.total is not None:
                self.total = max(page.total, self.total or 0)
            if numbers:
                self._pages += 1
                self._look()

    def restart(self) -> None:
        """The list is read again from its start within this read: rows that come again are none in vain."""
        with self._lock:
            self.pages_seen = 0
            self._begin = len(self.ids)
            self._looked_at = self._pages, self._begin

    def _look(self) -> None:
        pages, rows = self._looked_at
        since = self._pages - pages
        # The more have come, the rarer: looking costs as much as there are.
        if since < max(FRUITLESS, pages // 8):
            return
        self._looked_at = self._pages, len(self.ids)
        if not self.ids.brought_new(rows, self._begin):
            self.in_vain = since

    def doubt(self, problem: str) -> None:
        """This read is not complete, whatever its numbers say."""
        with self._lock:
            self.problem = self.problem or problem

    @property
    def fingerprint(self) -> tuple[int, int]:
        """Of its ids; asked for when it has ended."""
        if self._fingerprint is None:
            self._fingerprint = self.ids.fingerprint()
        return self._fingerprint

    @property
    def distinct(self) -> int:
        """Different rows; asked for when it has ended."""
        if self._distinct is None:
            self._distinct = self.ids.count()
        return self._distinct

    @property
    def repeats(self) -> bool:
        """Whether rows came twice: pages have moved while they were read, so that others may have come never."""
        return not self.pieced and self.rows > self.distinct


class Judge:
    """Judges one list, or one part of it, from its passes.

    Args:
        id_field: of the items.
        expectation: what is known before.
        most: times it is read where it seems to be short.
        whole: for a part: the read of the whole.
    """

    def __init__(
        self,
        id_field: str,
        expectation: Expectation | None = None,
        *,
        most: int = MOST_PASSES,
        whole: Pass | None = None,
    ) -> None:
        """Have no evidence."""
        self._id_field = id_field
        self._expectation = expectation or Expectation()
        self._most = most
        self._whole = whole
        self._passes: list[Pass] = []
        self._needs: dict[str, str] = {}

    def begin(self) -> Pass:
        """The list is read, from its start."""
        self._passes.append(Pass(self._id_field, self._whole))
        return self._passes[-1]

    @property
    def doubts(self) -> bool:
        """Whether the last read seems to be short."""
        return bool(self._passes) and self._short(self._passes[-1]) is not None

    @property
    def believable(self) -> int | None:
        """The most rows that another source may have; None where the list is believed without one.

        A list that stays much shorter than it was, or gives the same rows twice however often it is read, may be whole.
        """
        last = self._passes[-1]
        if self._short(last) is not None:
            return None
        if self._shrank(last):
            return ((self._expectation.rows or 0) - 1) // 2
        return last.distinct if last.repeats else None

    def contradicted(self, problem: str) -> None:
        """Another source says otherwise, or nothing."""
        self._passes[-1].doubt(problem)

    def needs(self, path: str, problem: str) -> None:
        """Another list that this one needs is not complete."""
        self._needs[path] = problem

    def why_again(self) -> str | None:
        """Why the list must be read (again); None when that is enough."""
        if not self._passes:
            return ""
        last = self._passes[-1]
        if (short := self._short(last)) and len(self._passes) < self._most:
            return short
        if self._expectation.confirm and not self._agree() and len(self._passes) < MOST_CONFIRMATIONS:
            return "to see whether two reads agree"
        if self._shrank(last) and len(self._passes) == 1:
            return f"it held {self._expectation.rows} rows when it was last read, now {last.distinct}"
        return None

    def verdict(self) -> Verdict:
        """What became of the list, when it is not read again."""
        if not self._passes:
            return Verdict(0, None, "was not read", passes=0)
        last = self._passes[-1]
        distinct = Distinct.union([each.ids for each in self._passes])
        problem, accepted = self._short(last), 0
        total, lacking = self._total(), self._lacking()
        if problem is not None and last.problem is None and 0 < lacking <= self._expectation.allowance.of(total or 0):
            problem, accepted = None, lacking
        if problem is None and self._expectation.confirm and not self._agree():
            problem = f"kept changing while it was read {len(self._passes)} times"
        if self._needs:
            needs = "; ".join(f"{path} {why}" for path, why in self._needs.items())
            problem = f"{problem}; {needs}" if problem else f"needs a list that is not complete: {needs}"
        return Verdict(distinct, total, problem, accepted, len(self._passes))

    def _total(self) -> int | None:
        """The largest total that a read named; a smaller one, or none, counts when the last two reads agree on it."""
        last = self._passes[-1]
        if self._agree() and last.total == self._passes[-2].total:
            return last.total
        return max((each.total for each in self._passes if each.total is not None), default=None)

    def _lacking(self) -> int:
        """Rows that are missing by Amazon's total, from the last read and from all reads together."""
        total = self._total() or 0
        if total <= self._passes[-1].distinct:
            return 0
        return max(0, total - Distinct.union([each.ids for each in self._passes]))

    def _short(self, last: Pass) -> str | None:
        """What is wrong with the last read, and with all reads together."""
        if last.problem is not None:
            return last.problem
        if (total := self._total()) is not None:
            lacking = self._lacking()
            return f"gave {total - lacking:,} of {total:,} rows" if lacking else None
        if last.pages_seen < last.pages_named:
            return f"gave {last.pages_seen:,} of {last.pages_named:,} pages"
        if last.repeats and not self._agree():
            return f"gave {last.rows - last.distinct:,} rows twice"
        return None

    def _agree(self) -> bool:
        """Whether the last two reads saw the same ids."""
        return len(self._passes) > 1 and self._passes[-1].fingerprint == self._passes[-2].fingerprint

    def _shrank(self, last: Pass) -> bool:
        return self._expectation.rows is not None and 2 * last.distinct < self._expectation.rows
