"""How hard a region may be asked: one pace, shared by all threads that ask it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from tap_amazon_ads_entities.amazon.pace import FIRST_WINDOW, Pace
from tap_amazon_ads_entities.process.deadline import Stop

Order = tuple[int, ...]
"""The place of a request's pages in what the run writes: requests for earlier ones go first."""

_LOOK_UP = 0.5
"""Seconds after which a thread that waits for its turn looks whether it is still wanted."""

_LONGEST_YIELD = 30.0
"""Seconds for which requests for earlier pages may overtake one, and at most a quarter of the time it has."""


@dataclass(eq=False)
class _Waiter:
    """A request that waits for its turn."""

    order: Order
    arrived: float
    ends: float
    turn: threading.Condition

    def rank(self, now: float) -> tuple[bool, Order, float]:
        """The lowest goes first."""
        yields = now - self.arrived < min(_LONGEST_YIELD, (self.ends - self.arrived) / 4)
        return yields, self.order if yields else (), self.arrived


class Throttle:
    """Lets requests to one region pass at the pace it can take.

    Requests pass in the order in which their pages are written. Were all lists served alike, the pages of later ones
    would fill the memory for reading ahead, and the list that is being written, alone, cannot use the whole pace.

    Every request that was let pass ends with one of `granted`, `refused` and `unanswered`.
    """

    def __init__(self, window: int = FIRST_WINDOW) -> None:
        """Start without a known limit, and with as many requests under way as the window says."""
        self._pace = Pace(window)
        self._lock = threading.Lock()
        self._queue: list[_Waiter] = []

    def acquire(self, stop: Stop, time_left: float, order: Order = ()) -> float | None:
        """Wait for permission to send one request.

        Args:
            stop: ends waiting.
            time_left: seconds it may take.
            order: the request's place among others.

        Returns:
            Seconds waited because the region refused requests; None when told to stop or when the wait would be
            longer than `time_left`.
        """
        with self._lock:
            now = time.monotonic()
            waiter = _Waiter(order, now, now + time_left, threading.Condition(self._lock))
            self._queue.append(waiter)
            try:
                return self._await_turn(waiter, stop)
            finally:
                self._queue.remove(waiter)
                self._wake_first()

    def _await_turn(self, waiter: _Waiter, stop: Stop) -> float | None:
        while not stop.requested:
            now = time.monotonic()
            moment = self._pace.moment(now)
            if (now if moment is None else moment) > waiter.ends:
                return None
            wait = _LOOK_UP
            first = self._first(now)
            if first is not waiter:
                first.turn.notify()
            elif moment is not None:
                if moment <= now:
                    self._pace.sent(now)
                    limited = self._pace.limited_since
                    return 0.0 if limited is None else now - max(limited, waiter.arrived)
                wait = min(_LOOK_UP, moment - now)
            waiter.turn.wait(wait)
        return None

    def _first(self, now: float) -> _Waiter:
        return min(self._queue, key=lambda waiter: waiter.rank(now))

    def _wake_first(self) -> None:
        if self._queue:
            self._first(time.monotonic()).turn.notify()

    @property
    def limited(self) -> bool:
        """Whether the region has ever refused a request."""
        return self._pace.limited_since is not None

    def granted(self) -> None:
        """A request was answered, whatever the answer, without being refused."""
        with self._lock:
            self._pace.granted(time.monotonic())
            self._wake_first()

    def refused(self, wait: float) -> None:
        """A 429 asked for `wait` seconds of silence."""
        with self._lock:
            self._pace.refused(time.monotonic(), wait)
            self._wake_first()

    def unanswered(self) -> None:
        """A request got no answer."""
        with self._lock:
            self._pace.void()
            self._wake_first()
