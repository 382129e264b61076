"""How far a run is: slices, rows, pages and throttling, per entity and profile, from what the tap has said."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_ALL = "*"
_LATELY = 30.0
"""Seconds whose pace says how long the rest takes: how slow the beginning was does not."""
_SOME_SECONDS, _SOME_SLICES = 20.0, 20
"""From how long, and from how many slices, a pace can be told."""
_STEADY = 2
"""How many times as many slices may end in one half of that time as in the other, for it to be a pace."""


@dataclass
class Part:
    """What is done of an entity or of a profile.

    Args:
        done: slices that have ended, failed ones included.
        failed: those of them that failed.
        rows: emitted by them.
        pages: read for them.
    """

    done: int = 0
    failed: int = 0
    rows: int = 0
    pages: int = 0

    def add(self, rows: int, pages: int, *, failed: bool) -> None:
        """Count a slice that has ended."""
        self.done += 1
        self.failed += failed
        self.rows += rows
        self.pages += pages


@dataclass
class Tally:
    """How far a run is.

    Args:
        clock: seconds.
    """

    clock: Callable[[], float] = time.monotonic
    profiles: int = 0
    entities: list[str] = field(default_factory=list)
    whole: Part = field(default_factory=Part)
    by_entity: dict[str, Part] = field(default_factory=dict)
    under_way: dict[str, Part] = field(default_factory=dict)
    """Profiles of which something is done and something is not; the newest last."""
    finished: int = 0
    """Profiles whose slices have all ended."""
    stage: str = "Starting Meltano"
    """What is going on while no slice is read."""
    throttled: float = 0.0
    """Seconds in which slices waited because Amazon throttled; they wait at the same time."""
    retried: int = 0
    """Requests that are sent again for another reason than that."""
    refused: int = 0
    """Requests that Amazon refused because there were too many (HTTP 429)."""
    _began: float | None = None
    _latest: float = 0.0
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    """When how many slices had ended, lately; the oldest first."""

    def begin(self, profiles: int, entities: Sequence[str]) -> None:
        """The tap knows what it will read."""
        self.profiles, self.entities = profiles, list(entities)
        self.by_entity = {name: Part() for name in entities}
        self._began = self.clock()
        self._marks = deque([(self._began, 0)])
        self.stage = ""

    def end(self, profile: str, entity: str, rows: int, pages: int = 0, *, failed: bool = False) -> None:
        """A slice has ended."""
        if profile == _ALL:
            return
        self._latest = self.clock()
        self.whole.add(rows, pages, failed=failed)
        self.by_entity.setdefault(entity, Part()).add(rows, pages, failed=failed)
        part = self.under_way.pop(profile, Part())
        part.add(rows, pages, failed=failed)
        if self.entities and part.done >= len(self.entities):
            self.finished += 1
        else:
            self.under_way[profile] = part
        self._mark(self._latest)

    def _mark(self, now: float) -> None:
        marks = self._marks
        if marks and now - marks[-1][0] >= 1:
            marks.append((now, self.whole.done))
        while len(marks) > 1 and marks[1][0] < now - _LATELY and self.whole.done - marks[1][1] >= _SOME_SLICES:
            marks.popleft()

    @property
    def slices(self) -> int:
        """How many there will be; 0 while nobody knows."""
        return self.profiles * len(self.entities)

    @property
    def seconds(self) -> float:
        """From when the first slice could begin until now, or until the last one has ended."""
        if self._began is None:
            return 0.0
        return (self._latest if self.whole.done >= self.slices else self.clock()) - self._began

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.whole.rows / self.seconds if self.seconds >= 1 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """As long as the slices that remain take at the pace of the latest ones; None while that says little."""
        now = self.clock()
        since, done = self._marks[0] if self._marks else (now, 0)
        passed, ended = now - since, self.whole.done - done
        if passed < _SOME_SECONDS or ended < _SOME_SLICES:
            return None
        earlier = max(number for moment, number in self._marks if moment <= since + passed / 2) - done
        if max(earlier, ended - earlier) > _STEADY * min(earlier, ended - earlier):
            return None
        return passed * max(self.slices - self.whole.done, 0) / ended

    def sentence(self, *, over: bool = False) -> str:
        """The totals in a line; of a run that is over without what is left."""
        left = None if over else self.seconds_left
        parts = [
            f"{self.finished:,} of {self.profiles:,} profiles",
            f"{self.profiles - self.finished:,} remain",
            counted(self.whole.rows, "row"),
            counted(self.whole.pages, "page"),
            f"{self.rate:,.0f} rows/s",
        ]
        parts += [f"{counted(self.whole.failed, 'slice')} failed"] if self.whole.failed else []
        parts += [f"{counted(self.refused, 'request')} refused (HTTP 429)"] if self.refused else []
        parts += [f"{counted(self.retried, 'request')} tried again"] if self.retried else []
        parts += [f"throttled {duration(self.throttled)} (sum of all slices)"] if self.throttled >= 1 else []
        parts += [f"about {duration(left)} left"] if left is not None and self.whole.done < self.slices else []
        return ", ".join(parts)


def counted(number: int, what: str) -> str:
    """1 page, 2,000 pages."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """As 42 s, 3:05 min or 1:02 h."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes}:{rest:02} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02} h"
