"""Deadlines and interruptible waiting."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock, and what it is the deadline of."""

    at: float
    of: str

    @classmethod
    def after(cls, seconds: float, of: str) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds, of)

    @property
    def remaining(self) -> float:
        """Seconds left; negative when it has passed."""
        return self.at - time.monotonic()


def earliest(*deadlines: Deadline) -> Deadline:
    """The one that comes first."""
    return min(deadlines, key=lambda deadline: deadline.at)


class Stop:
    """Tells waiting threads to give up; a stop may have a parent that stops it too."""

    def __init__(self, parent: Stop | None = None) -> None:
        """Create a stop that has not been asked for."""
        self._event = threading.Event()
        self._children: dict[Stop, None] = {}
        if parent is not None:
            parent.adopt(self)

    def adopt(self, child: Stop) -> None:
        """Pass a request on to a stop below this one."""
        self._children[child] = None
        if self.requested:
            child.request()

    def disown(self, child: Stop) -> None:
        """Forget a stop that nobody waits on any more."""
        self._children.pop(child, None)

    def request(self) -> None:
        """Ask everybody who waits on this stop, or on one below it, to give up."""
        self._event.set()
        for child in tuple(self._children):
            child.request()

    @property
    def requested(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> bool:
        """Wait that long, or until asked to stop; True when asked."""
        return self._event.wait(max(0.0, seconds))
