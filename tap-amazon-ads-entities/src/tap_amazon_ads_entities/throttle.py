"""How hard a region may be asked: one pace, shared by all threads that ask it."""

from __future__ import annotations

import threading
import time

from tap_amazon_ads_entities.deadline import Stop
from tap_amazon_ads_entities.pace import Pace

_LOOK_UP = 0.5
"""Seconds after which a thread that waits for others looks whether it is still wanted."""


class Throttle:
    """Lets requests to one region pass at the pace it can take.

    Every request that was let pass ends with one of `granted`, `refused` and `unanswered`.
    """

    def __init__(self) -> None:
        """Start without a known limit."""
        self._pace = Pace()
        self._changed = threading.Condition()

    def acquire(self, stop: Stop, time_left: float) -> float | None:
        """Wait for permission to send one request.

        Returns:
            Seconds waited because the region refused requests; None when told to stop or when the wait would be
            longer than `time_left`.
        """
        ends = time.monotonic() + time_left
        throttled = 0.0
        while True:
            found = self._reserve(stop, ends)
            if found is None:
                return None
            slot, generation = found
            delay = max(0.0, slot - time.monotonic())
            if slot > ends or (delay and stop.sleep(delay)):
                self.unanswered()
                return None
            throttled += delay
            with self._changed:
                if generation == self._pace.generation:
                    return throttled
                # Somebody was refused while this one waited for its turn.
                self._pace.void()

    def _reserve(self, stop: Stop, ends: float) -> tuple[float, int] | None:
        with self._changed:
            while not stop.requested:
                now = time.monotonic()
                slot = self._pace.reserve(now)
                if slot is not None:
                    return slot, self._pace.generation
                if now >= ends:
                    return None
                self._changed.wait(min(_LOOK_UP, ends - now))
        return None

    def granted(self) -> None:
        """A request was answered, whatever the answer, without being refused."""
        with self._changed:
            self._pace.granted(time.monotonic())
            self._changed.notify(2)

    def refused(self, wait: float) -> None:
        """A 429 asked for `wait` seconds of silence."""
        with self._changed:
            self._pace.refused(time.monotonic(), wait)
            self._changed.notify_all()

    def unanswered(self) -> None:
        """A request got no answer, or was not sent after all."""
        with self._changed:
            self._pace.void()
            self._changed.notify()
