"""At what pace a region may be asked, learned from its answers: a pure state machine, without clocks or threads.

Amazon publishes no limits; a 429 says that the current one was passed, and `Retry-After` (seconds) for how long to
stay away (docs: reference/concepts/rate-limiting). Until the first refusal only the number of requests under way is
limited, and doubles with every round of answers. A refusal halves the pace; what was served tells the limit, to just
below which the pace comes back within a second, and from where it probes upwards: briskly until a second refusal has
confirmed the limit, slowly afterwards.
"""

from __future__ import annotations

from collections import deque

FIRST_WINDOW = 6
"""Requests under way at first: what a fresh limit of a few requests a second would refuse is little."""

FIRST_GUESS = 4.0
"""Requests a second to go on with where nothing was served before the first refusal: it may have been a stray one."""

_MEASURED = 6.0
"""Seconds over which the rate of served requests is measured."""

_BURST = 1.0
"""Seconds worth of requests that a limit lets pass at once after a quiet while: not part of its rate."""

_LATE = 0.05
"""Seconds by which a thread may miss its moment without costing the pace anything; later, nobody wanted to ask."""

MIN_RATE = 0.5
_SAFE_SHARE = 0.99
_HALVED_SHARE = 0.5
_RECOVERY_SECONDS = 1.0
_SEARCH_PER_SECOND = 0.35
_PROBE_PER_SECOND = 0.002
_CONFIRMED = 2
"""Refusals after which the limit counts as known; those that came before much was served tell nothing."""

_MUCH = 8
_A_WHILE = 3.0
"""What counts as much: so many requests, or one for each of so many seconds."""

_PATIENCE_SECONDS = 20.0
"""Of asking without a refusal; then the limit has probably risen, and the probe accelerates."""


class Pace:
    """Says when the next request may be sent. All moments are seconds on one monotonic clock."""

    def __init__(self, window: int = FIRST_WINDOW) -> None:
        """Know no limit yet."""
        self.limited_since: float | None = None
        """When the region refused a request for the first time."""

        self._under_way = 0
        self._window = window
        self._started: float | None = None
        self._ceiling: float | None = None
        self._confirmed = 0
        self._lowered_at = 0.0
        self._served_since = 0
        self._recent: deque[float] = deque()
        self._paused_until = 0.0
        self._next = 0.0
        self._used = 0.0
        """Seconds, since the pause ended, in which somebody always wanted to ask: a pace nobody uses proves nothing."""

    def moment(self, now: float) -> float | None:
        """From when on the next request may be sent; None while too many are under way."""
        if self._ceiling is None:
            return None if self._under_way >= self._window else now
        return max(now, self._next)

    def sent(self, now: float) -> None:
        """A request is being sent, at the moment given for it or later."""
        self._under_way += 1
        if self._ceiling is None:
            self._started = now if self._started is None else self._started
            return
        gap = 1.0 / self._rate(self._ceiling)
        if now - self._next <= _LATE:
            self._used += gap
        self._next = max(self._next, now - _LATE) + gap

    def void(self) -> None:
        """A request was never answered."""
        self._under_way -= 1

    def granted(self, now: float) -> None:
        """A request was answered, whatever the answer, without being refused."""
        self._under_way -= 1
        self._window += 1
        self._served_since += 1
        self._recent.append(now)
        while self._recent[0] < now - _MEASURED:
            self._recent.popleft()

    def refused(self, now: float, wait: float) -> None:
        """A 429 asked for `wait` seconds of silence: everybody waits, then goes on at a lower pace."""
        self._under_way -= 1
        if self._ceiling is None or now >= self._paused_until:
            # Refusals in flight together are one event; only the first of them lowers the pace.
            self._ceiling = max(MIN_RATE, self._limit(now))
            lasted = now - self._lowered_at
            self._confirmed += self._served_since >= _MUCH or (lasted >= _A_WHILE <= self._served_since)
            self._lowered_at = now
            self._served_since = 0
        self._paused_until = max(self._paused_until, now + wait)
        self._next = self._paused_until
        self._used = 0.0
        self.limited_since = now if self.limited_since is None else self.limited_since

    def _rate(self, ceiling: float) -> float:
        """Requests a second, now."""
        if self._used < _RECOVERY_SECONDS:
            share = _HALVED_SHARE + (_SAFE_SHARE - _HALVED_SHARE) * self._used / _RECOVERY_SECONDS
        else:
            growth = _PROBE_PER_SECOND if self._confirmed >= _CONFIRMED else _SEARCH_PER_SECOND
            share = _SAFE_SHARE * (1 + growth) ** min(self._used - _RECOVERY_SECONDS, _PATIENCE_SECONDS)
            share += (max(0.0, self._used - _PATIENCE_SECONDS) / _PATIENCE_SECONDS) ** 3
        return max(MIN_RATE, ceiling * share)

    def _limit(self, now: float) -> float:
        """Requests a second that the region serves, told from what it served until it refused."""
        if self._ceiling is None:
            elapsed = now - (now if self._started is None else self._started)
            return max(FIRST_GUESS, self._served_since / (elapsed + _BURST))
        # Between two refusals exactly what the limit allows was served, unless it was not always asked for.
        average = self._served_since / max(now - self._lowered_at, _BURST)
        window = min(_MEASURED, now - self._paused_until)
        lately = sum(moment > now - window for moment in self._recent) / (window + _BURST)
        current = self._rate(self._ceiling)
        return min(max(average, lately, current / 2), current)
