"""Where progress is shown: bars on a terminal, lines everywhere else."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from entities_runner.tally import Part, Tally, counted

SLICES, TOTALS = "slices", "totals"
"""What lines there are: one per slice, or the totals alone."""
_FEW = 20
"""Profiles up to which every slice has a line without being asked for."""
_EVERY = 10.0
"""Seconds between two lines of totals."""
_FRAME = 0.25
"""Seconds between two pictures on a terminal."""
_OTHER_LINES = 6
"""Lines of a terminal that are kept for what is above the profiles."""
_NARROW = 60
"""Columns under which bars and pages are left out."""


class Display(Protocol):
    """Where progress is shown."""

    def begin(self) -> None:
        """Begin to show."""

    def end(self) -> None:
        """Leave the terminal as it was."""

    def say(self, text: str) -> None:
        """Show a line that stays."""

    def slice(self, text: str) -> None:
        """Show the line of a slice, where these are wanted."""

    def tick(self) -> None:
        """Show how far the run is, where it is time for that."""


def display(tally: Tally, environment: Mapping[str, str]) -> Display:
    """Bars where there is a terminal that can show them, else lines.

    Args:
        tally: what is shown.
        environment: NO_COLOR, TERM and PROGRESS.
    """
    plain = environment.get("NO_COLOR") or environment.get("TERM", "dumb") in {"", "dumb", "unknown"}
    if plain or not sys.stdout.isatty():
        return Lines(tally, environment.get("PROGRESS"))
    return Bars(tally, environment.get("PROGRESS"))


class Lines:
    """Lines as they come; of many profiles the totals alone.

    Args:
        tally: what is shown.
        wanted: `slices` or `totals`; what fits the number of profiles where neither is asked for.
        clock: seconds.
    """

    def __init__(self, tally: Tally, wanted: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Show nothing yet."""
        self._tally, self._wanted, self._clock = tally, wanted, clock
        self._latest = clock()
        self._shown = 0
        self._stage = ""

    def begin(self) -> None:
        """Nothing is to be done for lines."""

    def end(self) -> None:
        """Say the totals once more, where they stand for the slices."""
        if self._tally.whole.done > self._shown and not self._by_slice:
            self.say(f"  {self._tally.sentence(over=True)}")

    @property
    def _by_slice(self) -> bool:
        return (self._wanted or (SLICES if self._tally.profiles <= _FEW else TOTALS)) == SLICES

    def say(self, text: str) -> None:
        """Write it."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def slice(self, text: str) -> None:
        """Write it, where the slices are shown."""
        if self._by_slice:
            self.say(text)

    def tick(self) -> None:
        """Write the totals every few seconds; once what is going on, where no slice is read and that lasts."""
        if self._clock() - self._latest < _EVERY:
            return
        self._latest = self._clock()
        if stage := self._tally.stage:
            if stage != self._stage:
                self._stage = stage
                self.say(f"  {stage} ...")
        else:
            self._shown = self._tally.whole.done
            self.say(f"  {self._tally.sentence()}")


class Bars:
    """Bars per entity and profile under the lines that stay, as many as the terminal has room for.

    Nothing is drawn by a thread: a run that is told to stop never waits for a terminal that takes nothing.

    Args:
        tally: what is shown.
        wanted: `slices` where every slice shall have a line that stays.
    """

    def __init__(self, tally: Tally, wanted: str | None = None, console: Console | None = None) -> None:
        """Show nothing yet."""
        self._tally, self._wanted = tally, wanted
        self._console = console or Console(markup=False, emoji=False, highlight=False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self._latest = 0.0

    def begin(self) -> None:
        """Hide the cursor."""
        self._live.start()

    def end(self) -> None:
        """Take the bars away and show the cursor, unless the terminal takes nothing."""
        if _writable(self._console):
            self._live.stop()
            if self._tally.whole.done:
                self._console.print(Text(f"  {self._tally.sentence(over=True)}"))

    def say(self, text: str) -> None:
        """Write it above the bars."""
        self._console.print(Text(text), soft_wrap=True)

    def slice(self, text: str) -> None:
        """Write it above the bars, where that was asked for: they show the same."""
        if self._wanted == SLICES:
            self.say(text)

    def tick(self) -> None:
        """Draw, some times a second."""
        now = time.monotonic()
        if now - self._latest >= _FRAME:
            self._latest = now
            self._live.update(picture(self._tally, self._console.width, self._console.height), refresh=True)


def picture(tally: Tally, width: int, height: int) -> Group:
    """What a terminal of that size shows."""
    stage = Text(f" {tally.stage} ..." if tally.stage else "", style="dim", no_wrap=True, overflow="ellipsis")
    if not tally.slices:
        return Group(stage)
    wide = width >= _NARROW
    table = Table.grid(padding=(0, 1), expand=False)
    for justify in ("left", "left", "right", "right", "right", "left") if wide else ("left", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True, overflow="ellipsis")
    _row(table, "all", tally.whole, tally.slices, wide=wide)
    for name in tally.entities:
        _row(table, name, tally.by_entity.get(name, Part()), tally.profiles, wide=wide)
    room = max(height - _OTHER_LINES - len(tally.entities), 0)
    shown = list(tally.under_way.items())[-room:] if room else []
    for profile, part in reversed(shown):
        _row(table, profile, part, len(tally.entities), wide=wide)
    waiting = tally.profiles - tally.finished - len(shown)
    more = Text(f" and {waiting:,} more profiles", style="dim", no_wrap=True) if waiting > 0 else stage
    return Group(table, more, Text(f" {tally.sentence()}", no_wrap=not wide, overflow="ellipsis"))


def _row(table: Table, name: str, part: Part, of: int, *, wide: bool) -> None:
    failed = Text(f"{part.failed:,} failed" if part.failed else "", style="bold red")
    share = f"{part.done:,}/{of:,}"
    if not wide:
        table.add_row(Text(f" {name}"), share, counted(part.rows, "row"), failed)
        return
    bar = ProgressBar(total=max(of, 1), completed=part.done, width=16)
    table.add_row(Text(f" {name}"), bar, share, counted(part.rows, "row"), counted(part.pages, "page"), failed)


def _writable(console: Console) -> bool:
    """Whether the terminal takes output: a closed one says so by an error, a stopped one never."""
    try:
        return bool(select.select([], [console.file.fileno()], [], 0.5)[1])
    except (OSError, ValueError):
        return False
