"""How many exports of an endpoint may be in progress: Amazon allows a client five, over all its profiles.

Docs: guides/exports/overview.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from tap_amazon_ads_entities.amazon.throttle import Order

_LOOK = 0.5
"""Seconds after which whoever waits looks whether it is still wanted."""


class Slots:
    """A queue for each endpoint; who comes first in what the run writes goes first.

    Args:
        most: exports of an endpoint in progress at once.
    """

    def __init__(self, most: int) -> None:
        """All are free."""
        self._most = most
        self._taken: Counter[str] = Counter()
        self._queues: dict[str, list[tuple[Order, int]]] = {}
        self._arrivals = 0
        self._changed = threading.Condition()

    def take(self, endpoint: str, order: Order, given_up: Callable[[], bool]) -> bool:
        """Wait for one; False when given up."""
        with self._changed:
            self._arrivals += 1
            place = (order, self._arrivals)
            queue = self._queues.setdefault(endpoint, [])
            queue.append(place)
            try:
                while self._taken[endpoint] >= self._most or place != min(queue):
                    if given_up():
                        return False
                    self._changed.wait(_LOOK)
                if given_up():
                    return False
                self._taken[endpoint] += 1
                return True
            finally:
                queue.remove(place)
                self._changed.notify_all()

    def give_back(self, endpoint: str) -> None:
        """An export is not in progress any more, or nobody waits for it."""
        with self._changed:
            self._taken[endpoint] -= 1
            self._changed.notify_all()
