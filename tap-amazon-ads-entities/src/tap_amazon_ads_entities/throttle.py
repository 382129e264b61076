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

_WINDOW = 2.0
"""Seconds over which the rate of requests is measured."""

_MIN_RATE = 0.2
_SAFE_SHARE = 0.95
_RECOVERY_SECONDS = 2.0
_PROBE_PER_SECOND = 0.004
_BURST = 1.0


class Throttle:
    """Paces the requests to one region.

    Args:
        clock: seconds, monotonic; tests bring their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without a limit."""
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self._ceiling: float | None = None
        self._reduced_at = 0.0
        self._next_slot = 0.0
        self._paused_until = 0.0

    def acquire(self, stop: Stop, time_left: float) -> float | None:
        """Wait for permission to send one request.

        Returns:
            Seconds waited; None when told to stop or when the wait would be longer than `time_left`.
        """
        with self._lock:
            now = self._clock()
            slot = self._reserve(now)
        wait = slot - now
        if wait > time_left:
            return None
        if wait > 0 and stop.sleep(wait):
            return None
        return max(0.0, wait)

    def _reserve(self, now: float) -> float:
        earliest = max(now, self._paused_until)
        rate = self._rate(earliest)
        slot = earliest if rate is None else max(earliest, self._next_slot)
        if rate is not None:
            self._next_slot = slot + 1.0 / rate
        self._recent.append(slot)
        while self._recent and self._recent[0] < now - _WINDOW:
            self._recent.popleft()
        return slot

    def _rate(self, now: float) -> float | None:
        """Requests a second allowed at that moment; None while nothing has been refused yet."""
        if self._ceiling is None:
            return None
        since = max(0.0, now - self._reduced_at)
        if since < _RECOVERY_SECONDS:
            share = 0.5 + (_SAFE_SHARE - 0.5) * since / _RECOVERY_SECONDS
        else:
            share = _SAFE_SHARE + _PROBE_PER_SECOND * (since - _RECOVERY_SECONDS)
        return max(_MIN_RATE, self._ceiling * share)

    def refused(self, wait: float) -> None:
        """A 429 asked for `wait` seconds of silence: everybody waits, then goes on at a lower rate."""
        with self._lock:
            now = self._clock()
            fresh = now >= self._paused_until and now - self._reduced_at > _BURST
            self._paused_until = max(self._paused_until, now + wait)
            if fresh or self._ceiling is None:
                # Refusals in flight together are one event; only the first of them lowers the rate.
                measured = self._measured(now)
                current = self._rate(now)
                self._ceiling = max(_MIN_RATE, measured if current is None else min(current, measured))
            self._reduced_at = self._paused_until
            self._next_slot = max(self._next_slot if fresh else 0.0, self._paused_until)

    def _measured(self, now: float) -> float:
        """Requests a second over the last window, or since the first request when that is shorter."""
        sent = [moment for moment in self._recent if now - _WINDOW <= moment <= now]
        if not sent:
            return _MIN_RATE
        span = max(now - sent[0], 0.25)
        return len(sent) / span
