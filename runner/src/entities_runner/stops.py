"""Whoever stops a run while Meltano does not run: it ends in words, and with everything that it has started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

BY = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "a closed terminal"}
"""What sends a signal that stops a run."""


class Stopped(BaseException):
    """Somebody has stopped the run.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        """Remember it."""
        super().__init__(number)
        self.number = number


def heeded() -> list[signal.Signals]:
    """Signals that stop a run: whoever has started us with nohup means it."""
    return [each for each in BY if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]


class _Holding:
    """Whether what is being done comes to its end first, and the signal that came meanwhile."""

    def __init__(self) -> None:
        self.on = False
        self.came = 0

    def release(self) -> None:
        self.on = False
        if self.came:
            number, self.came = self.came, 0
            _stop(number)


_holding = _Holding()


def _stop(number: int) -> NoReturn:
    for each in heeded():
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


@contextmanager
def raised() -> Iterator[None]:
    """The first signal is raised where the program is; those after it change nothing.

    A closed terminal sends several, and what ends the services has to come to its end.
    """

    def stop(number: int, _: FrameType | None) -> None:
        if _holding.on and not _holding.came:
            _holding.came = number
            return
        if _holding.on and number == signal.SIGHUP:
            return
        _stop(number)

    _holding.came = 0
    previous = {each: signal.signal(each, stop) for each in heeded()}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


@contextmanager
def later() -> Iterator[None]:
    """What is done within comes to its end before a signal is raised, such as a service that is half started.

    Whoever insists, by a second one, is heard at once. Without `raised`, signals do what they do.
    """
    _holding.on = True
    try:
        yield
    finally:
        _holding.release()


def sentence(number: int) -> str:
    """What is said at the end of a run that a signal has stopped."""
    by = BY[signal.Signals(number)]
    return f"The run was stopped by {by}. What it has stored stays; the next run reads what it had not."
