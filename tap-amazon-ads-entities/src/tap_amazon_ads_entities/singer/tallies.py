"""What one list of a slice gave, for the run log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tap_amazon_ads_entities.lists.completeness import Verdict
from tap_amazon_ads_entities.lists.ids import Distinct, numbers_of, plain_numbers
from tap_amazon_ads_entities.lists.refused import Refused, not_as_sent
from tap_amazon_ads_entities.rows.unreadable import Notes

_MOST_NAMES = 10_000


class EndpointTally:
    """What one endpoint of a slice gave.

    Args:
        id_field: of its items.
    """

    def __init__(self, id_field: str) -> None:
        """Count from zero."""
        self.pages = 0
        self.rows = 0
        self.emitted = 0
        self.skipped: str | None = None
        self.verdict: Verdict | None = None
        self.ids = Distinct()
        self.names: dict[int, str] = {}
        """Of ids that are no plain numbers: enough to name some."""

        self.notes = Notes()
        self.refused = Refused(id_field)

    def see(self, identifiers: Sequence[str]) -> Sequence[int]:
        """Rows with these ids have come; the ids as numbers."""
        numbers = plain_numbers(identifiers)
        if numbers is None:
            numbers = numbers_of(identifiers)
            if len(self.names) < _MOST_NAMES:
                found = zip(numbers, identifiers, strict=True)
                self.names.update((number, each) for number, each in found if str(number) != each)
        self.ids.add(numbers)
        return numbers

    @property
    def problem(self) -> str | None:
        """Why the list is not complete; None where it is, or where it is known why there is none."""
        if self.skipped is not None:
            return None
        if self.verdict is None:
            return "was not read to its end"
        refused = self.refused.sentence() if self.refused.count else None
        return "; ".join(each for each in (self.verdict.problem, refused) if each) or None

    def details(self) -> dict[str, Any]:
        """The endpoint's part of the run log; zeros and absent values left out."""
        verdict = self.verdict or Verdict(self.ids.count(), None, None)
        values = {
            "pages": self.pages,
            "rows": self.rows,
            "emitted": self.emitted,
            "duplicates": self.rows - self.ids.count(),
            "reads": verdict.passes if verdict.passes > 1 else None,
            "total_reported": verdict.total,
            "shortfall": max(0, verdict.total - verdict.distinct) if verdict.total is not None else None,
            "accepted_shortfall": verdict.accepted,
            "problem": self.problem if self.verdict is not None else None,
            "skipped": self.skipped,
            "refused": self.refused.details(),
            **not_as_sent(self.notes),
        }
        always = {"pages", "rows", "emitted"}
        return {name: value for name, value in values.items() if value or name in always}
