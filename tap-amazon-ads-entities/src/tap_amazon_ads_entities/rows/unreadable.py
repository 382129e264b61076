"""What a column cannot hold, on its way from a conversion to the row's JSON column and the run log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Unreadable:
    """Stands in a row for a value that its column cannot hold, until the row is checked.

    Args:
        raw: the value as Amazon sent it.
        source: Amazon's name of the field, where the column alone does not tell.
    """

    __slots__ = ("raw", "source")

    def __init__(self, raw: Any, source: str | None = None) -> None:
        """Keep the value."""
        self.raw = raw
        self.source = source


def raw_text(value: Any) -> str:
    """A value as text: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else _ENCODER.encode(value).decode()


@dataclass
class Seen:
    """How often a field could not be read.

    Args:
        count: how often.
        sample: the first of these values, as text.
    """

    count: int
    sample: str


@dataclass
class Notes:
    """What is worth telling about a list, collected while its items become rows.

    Args:
        cells: Amazon's fields with values that could not be read.
        surrogates: keys made up for ads without an id, each with a digest of the ad it stands for.
    """

    cells: dict[str, Seen] = field(default_factory=dict)
    surrogates: dict[str, str] = field(default_factory=dict)

    def add(self, source: str, text: str) -> None:
        """Count a value of a field."""
        seen = self.cells.get(source)
        if seen is None:
            self.cells[source] = Seen(1, text)
        else:
            seen.count += 1
