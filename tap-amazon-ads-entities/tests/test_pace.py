"""The pace against a simulated region: no clock, no thread."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tap_amazon_ads_entities.amazon.pace import FIRST_WINDOW, Pace


class Region:
    """A bucket that refills evenly and holds a second's worth of requests, asked by workers that never rest."""

    def __init__(self, rate: float, *, workers: int = 40, latency: float = 0.1, seed: int = 1) -> None:
        self.rate = rate
        self.pace = Pace()
        self.served = self.refused = 0
        self.last = 0.0
        self._latency = latency
        self._level, self._since = rate, 0.0
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._idle = self._workers = 0
        self._wakes_at: float | None = None
        self.work(workers)

    def work(self, workers: int) -> None:
        """So many workers, from now on."""
        self._idle += workers - self._workers
        self._workers = workers
        self._ask(self.last)

    def serve(self, requests: int) -> None:
        while self.served < requests:
            now, _, happens, arguments = heapq.heappop(self._events)
            happens(now, *arguments)

    def _at(self, moment: float, happens: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happens, arguments))

    def _wake(self, now: float) -> None:
        self._wakes_at = None
        self._ask(now)

    def _ask(self, now: float) -> None:
        while self._idle and (moment := self.pace.moment(now)) is not None:
            if moment > now:
                if self._wakes_at is None or moment < self._wakes_at:
                    self._wakes_at = moment
                    self._at(moment, self._wake)
                return
            self._idle -= 1
            self.pace.sent(now)
            self._at(now + self._latency * (0.5 + self._chance.random() / 2), self._arrive)

    def _arrive(self, now: float) -> None:
        self._level = min(self.rate, self._level + (now - self._since) * self.rate)
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
        self._idle += 1
        self._ask(now)


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


def test_a_pace_that_nobody_uses_does_not_grow() -> None:
    region = Region(25)
    region.serve(25 * 20)
    region.work(1)
    region.serve(25 * 60)
    quiet = region.last
    refused = region.refused
    region.work(40)
    region.serve(25 * 120)
    assert 25 * 60 / (region.last - quiet) >= 0.9 * 25
    assert (region.refused - refused) / (25 * 60) < 0.05


def test_only_a_few_are_under_way_at_first() -> None:
    pace = Pace()
    for _ in range(FIRST_WINDOW):
        assert pace.moment(100.0) == 100.0
        pace.sent(100.0)
    assert pace.moment(100.0) is None
    pace.granted(100.1)
    for _ in range(2):
        assert pace.moment(100.1) == 100.1
        pace.sent(100.1)
    assert pace.moment(100.1) is None


def test_a_refusal_makes_everybody_wait_as_long_as_asked() -> None:
    pace = Pace()
    pace.sent(0.0)
    pace.refused(0.5, 7.0)
    assert pace.limited_since == 0.5
    assert pace.moment(1.0) == 7.5
    assert pace.moment(8.0) == 8.0


def test_refusals_in_flight_together_lower_the_pace_once() -> None:
    def pause(refusals: int) -> float:
        pace = Pace()
        for number in range(100):
            pace.sent(number / 20)
            pace.granted(number / 20)
        for _ in range(refusals):
            pace.refused(5.0, 1.0)
        pace.sent(6.0)
        return (pace.moment(6.0) or 0.0) - 6.0

    assert pause(1) == pause(10) > 0


def test_a_thread_that_is_late_costs_the_pace_nothing() -> None:
    def following(sent: float) -> float | None:
        pace = Pace()
        pace.sent(0.0)
        pace.refused(0.0, 1.0)
        pace.sent(sent)
        return pace.moment(sent)

    assert following(1.01) == following(1.0)
