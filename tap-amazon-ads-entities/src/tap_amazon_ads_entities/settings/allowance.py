"""How many rows of a list may be missing by Amazon's own total, for accounts whose totals Amazon gets wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tap_amazon_ads_entities.settings.shown import shown

_TEXT = re.compile(r"(\d{1,9})|(\d{1,2}(?:\.\d{1,6})?) ?%")


@dataclass(frozen=True)
class Allowance:
    """How many rows of a list may be missing by Amazon's own total.

    Args:
        rows: as a number.
        percent: of the total.
    """

    rows: int = 0
    percent: float = 0.0

    def of(self, total: int) -> int:
        """How many rows of a list with that total."""
        return max(self.rows, int(total * self.percent / 100))

    @classmethod
    def parse(cls, value: object) -> Allowance:
        """Read a setting: a number of rows, or `0.5%`.

        Raises:
            ValueError: it is neither.
        """
        found = _TEXT.fullmatch(str(value).strip()) if isinstance(value, (int, str)) else None
        if found is None or isinstance(value, bool):
            message = f"{shown(value)} is neither a number of rows nor a percentage below 100"
            raise ValueError(message)
        return cls(rows=int(found[1])) if found[1] else cls(percent=float(found[2]))
