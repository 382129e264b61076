"""A limit of requests per second for each region: a bucket that refills evenly."""

from __future__ import annotations

import time


class RateLimit:
    """Refuses what comes faster than `rate` requests a second (None: nothing is refused)."""

    def __init__(self) -> None:
        """Refuse nothing."""
        self.rate: float | None = None
        self.served = 0
        self.refused = 0
        self._level: dict[str, tuple[float, float]] = {}

    def allow(self, region: str) -> bool:
        """Whether a request may be served now."""
        if self.rate is None:
            return True
        now = time.monotonic()
        burst = max(1.0, self.rate)
        level, since = self._level.get(region, (burst, now))
        level = min(burst, level + (now - since) * self.rate)
        allowed = level >= 1.0
        self._level[region] = (level - 1.0 if allowed else level, now)
        if allowed:
            self.served += 1
        else:
            self.refused += 1
        return allowed
