"""Charts as data: page.js draws them, and each has the same numbers as a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Series:
    """Numbers of one kind.

    Args:
        name: in the legend.
        values: a number for each label; for points {x: milliseconds since 1970, y: seconds, text}.
        tone: its colour, of page.css.
        hatched: drawn with stripes, so that colour is not all that tells it apart.
        shape: of points.
    """

    name: str
    values: Sequence[Any]
    tone: str
    hatched: bool = False
    shape: str = "circle"


@dataclass(frozen=True)
class Chart:
    """One chart.

    Args:
        kind: bars or points.
        title: what it shows.
        labels: below the bars.
        series: stacked.
        axis: what the vertical axis counts.
        below: what the horizontal axis shows.
        span: where the horizontal axis of points begins and ends.
    """

    kind: str
    title: str
    series: Sequence[Series]
    labels: Sequence[str] = field(default_factory=list)
    axis: str = ""
    below: str = ""
    span: tuple[float, float] | None = None

    def data(self) -> dict[str, Any]:
        """For page.js."""
        return asdict(self)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not any(each.values for each in self.series)
