"""How hard a region may be asked: shared by all threads, learned from its answers.

Amazon publishes no limits; a 429 says that the current one was passed, and `Retry-After` (seconds) for how long to
stay away (docs: reference/concepts/rate-limiting). So: no pace until the first 429, then half the rate that was
refused, back to just below it within seconds, and a slow probe upwards from there.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from tap_amazon_ads_entities.deadline import Stop

_WINDOW = 6.0
"""Seconds over which the rate of answered requests is measured."""

_ENOUGH = 6
"""Answers within the window below which the rate they came at says little."""

_MIN_RATE = 0.5
_SAFE_SHARE = 0.97
_HALVED_SHARE = 0.5
_RECOVERY_SECONDS = 1.0
_PROBE_PER_SECOND = 0.002
_PATIENCE_SECONDS = 20.0
"""Without a refusal for that long the limit has probably risen: from then on the probe accelerates."""

_SHORTEST_SPAN = 1.0


class Throttle:
    """Paces the requests to one region.

    Args:
        clock: seconds, monotonic; tests bring their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without a limit."""
        self._clock = clock
        self._lock = threading.Lock()
        self._granted: deque[float] = deque()
        self._ceiling: float | None = None
        self._resumed_at = 0.0
        self._next_slot = 0.0
        self._paused_until = 0.0

    def acquire(self, stop: Stop, time_left: float) -> float | None:
        """Wait for permission to send one request.

        Returns:
            Seconds waited; None when told to stop or when the wait would be longer than `time_left`.
        """
        started = now = self._clock()
        while True:
            with self._lock:
                slot = self._reserve(now)
            if slot - started > time_left or (slot > now and stop.sleep(slot - now)):
                return None
            now = max(slot, self._clock())
            if self._paused_until <= slot or now >= self._paused_until:
                return max(0.0, now - started) if slot > started else 0.0
            # Somebody was refused while this one waited for its turn.

    def _reserve(self, now: float) -> float:
        earliest = max(now, self._paused_until)
        rate = self._rate(earliest)
        if rate is None:
            return earliest
        slot = max(earliest, self._next_slot)
        self._next_slot = slot + 1.0 / rate
        return slot

    def _rate(self, now: float) -> float | None:
        """Requests a second allowed at that moment; None while nothing has been refused yet."""
        if self._ceiling is None:
            return None
        since = max(0.0, now - self._resumed_at)
        if since < _RECOVERY_SECONDS:
            share = _HALVED_SHARE + (_SAFE_SHARE - _HALVED_SHARE) * since / _RECOVERY_SECONDS
        else:
            share = _SAFE_SHARE + _PROBE_PER_SECOND * (since - _RECOVERY_SECONDS)
            share += (max(0.0, since - _PATIENCE_SECONDS) / _PATIENCE_SECONDS) ** 3
        return max(_MIN_RATE, self._ceiling * share)

    def granted(self) -> None:
        """A request was answered, whatever the answer, without being refused."""
        with self._lock:
            now = self._clock()
            self._granted.append(now)
            while self._granted[0] < now - _WINDOW:
                self._granted.popleft()

    def refused(self, wait: float) -> None:
        """A 429 asked for `wait` seconds of silence: everybody waits, then goes on at a lower rate."""
        with self._lock:
            now = self._clock()
            if self._ceiling is None or now >= self._paused_until:
                # Refusals in flight together are one event; only the first of them lowers the rate.
                self._ceiling = self._lowered(now)
            self._paused_until = max(self._paused_until, now + wait)
            self._resumed_at = self._paused_until
            self._next_slot = self._paused_until

    def _lowered(self, now: float) -> float | None:
        """The new ceiling: what was served, or half the old one where too little was served to tell."""
        recent = [moment for moment in self._granted if moment >= now - _WINDOW]
        current = self._rate(now)
        if len(recent) >= _ENOUGH:
            self._granted.clear()
            served = len(recent) / max(now - recent[0], _SHORTEST_SPAN)
            return max(_MIN_RATE, served if current is None else min(current, served))
        return None if current is None else max(_MIN_RATE, current / 2)
