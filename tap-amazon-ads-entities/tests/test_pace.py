"""The pace against a simulated region: no clock, no thread."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import pytest

from tap_amazon_ads_entities.deadline import Stop
from tap_amazon_ads_entities.pace import FIRST_WINDOW, Pace
from tap_amazon_ads_entities.throttle import Throttle


class Region:
    """A bucket that refills evenly and holds a second's worth of requests, asked by workers that never rest."""

    def __init__(self, rate: float, *, workers: int = 40, latency: float = 0.1, seed: int = 1) -> None:
        self.pace = Pace()
        self.served = self.refused = 0
        self.last = 0.0
        self._rate, self._latency = rate, latency
        self._level, self._since = rate, 0.0
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._held_back = 0
        for _ in range(workers):
            self._at(0.0, self._want)

    def serve(self, requests: int) -> None:
        while self.served < requests:
            now, _, happens, arguments = heapq.heappop(self._events)
            happens(now, *arguments)

    def _at(self, moment: float, happens: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happens, arguments))

    def _want(self, now: float) -> None:
        slot = self.pace.reserve(now)
        if slot is None:
            self._held_back += 1
        else:
            self._at(slot, self._send, self.pace.generation)

    def _send(self, now: float, generation: int) -> None:
        if generation != self.pace.generation:
            self.pace.void()
            self._want(now)
            return
        self._at(now + self._latency * (0.5 + self._chance.random() / 2), self._arrive)

    def _arrive(self, now: float) -> None:
        self._level = min(self._rate, self._level + (now - self._since) * self._rate)
        self._since = now
        allowed = self._level >= 1
        self._level -= allowed
        self._at(now + self._latency * 0.3, self._answer, int(allowed))

    def _answer(self, now: float, allowed: int) -> None:
        if allowed:
            self.served, self.last = self.served + 1, now
            self.pace.granted(now)
        else:
            self.refused += 1
            self.pace.refused(now, 1.0)
        freed, self._held_back = self._held_back + 1, 0
        for _ in range(freed):
            self._want(now)


@pytest.mark.parametrize("latency", [0.1, 0.3])
@pytest.mark.parametrize("rate", [5, 10, 25, 50])
def test_it_uses_nine_tenths_of_a_limit_nobody_told_it_and_is_rarely_refused(rate: float, latency: float) -> None:
    region = Region(rate, latency=latency)
    region.serve(int(rate * 60))
    assert region.served / region.last >= 0.9 * rate
    assert region.refused / (region.served + region.refused) < 0.05


def test_without_refusals_everybody_may_soon_ask_at_once() -> None:
    region = Region(10_000, workers=40)
    region.serve(4000)
    assert region.refused == 0
    # All forty at work nearly all the time; an exchange takes 0.8 to 1.3 latencies.
    assert region.served / region.last >= 0.9 * 40 / 0.13


def test_only_a_few_are_under_way_at_first() -> None:
    pace = Pace()
    assert [pace.reserve(100.0) for _ in range(FIRST_WINDOW)] == [100.0] * FIRST_WINDOW
    assert pace.reserve(100.0) is None
    pace.granted(100.1)
    assert [pace.reserve(100.1), pace.reserve(100.1), pace.reserve(100.1)] == [100.1, 100.1, None]


def test_a_refusal_makes_everybody_wait_as_long_as_asked_and_voids_what_was_reserved() -> None:
    pace = Pace()
    assert pace.reserve(0.0) == 0.0
    before = pace.generation
    pace.refused(0.5, 7.0)
    assert pace.generation != before
    assert pace.reserve(1.0) == 7.5


def test_refusals_in_flight_together_lower_the_pace_once() -> None:
    def pauses(refusals: int) -> list[float]:
        pace = Pace()
        for number in range(100):
            pace.reserve(number / 20)
            pace.granted(number / 20)
        for _ in range(refusals):
            pace.refused(5.0, 1.0)
        slots = [pace.reserve(20.0) or 0.0 for _ in range(3)]
        return [later - sooner for sooner, later in pairwise(slots)]

    assert pauses(1) == pauses(10)


def test_a_thread_waits_no_longer_than_its_time() -> None:
    throttle = Throttle()
    assert throttle.acquire(Stop(), 1.0) == 0.0
    throttle.refused(30.0)
    assert throttle.acquire(Stop(), 5.0) is None


def test_a_thread_that_is_told_to_stop_does_not_wait() -> None:
    throttle = Throttle()
    for _ in range(FIRST_WINDOW):
        assert throttle.acquire(Stop(), 1.0) == 0.0
    stop = Stop()
    stop.request()
    assert throttle.acquire(stop, 60.0) is None
    throttle.unanswered()
    assert throttle.acquire(Stop(), 1.0) == 0.0
