"""Bookmarks, tallies and the throttle."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from tap_amazon_ads_entities import bookmarks
from tap_amazon_ads_entities.deadline import Stop
from tap_amazon_ads_entities.errors import StateError
from tap_amazon_ads_entities.settings import Settings
from tap_amazon_ads_entities.tallies import Distinct, EndpointTally
from tap_amazon_ads_entities.throttle import Throttle

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
STARTED = "2026-11-24T12:00:00.000Z"


def settings(**config: Any) -> Settings:
    return Settings.from_config({"client_id": "a", "client_secret": "b", "refresh_token": "c", **config})


@pytest.mark.parametrize(
    ("config", "watermark", "expected"),
    [
        ({}, "2026-11-24T10:00:00.000Z", "2026-11-23T09:00:00.000Z"),
        ({}, None, "2026-10-25T12:00:00.000Z"),
        ({"lookback_hours": 1}, "2026-11-24T10:00:00.000Z", "2026-11-24T09:00:00.000Z"),
        ({"initial_window_days": 2}, None, "2026-11-22T12:00:00.000Z"),
        ({"start_date": "2020-01-01"}, None, "2020-01-01T00:00:00.000Z"),
        ({"start_date": "2020-01-01"}, "2026-11-24T10:00:00.000Z", "2026-11-23T09:00:00.000Z"),
    ],
)
def test_where_an_incremental_slice_starts(config: dict[str, Any], watermark: str | None, expected: str) -> None:
    assert bookmarks.emit_since(settings(**config), watermark, NOW) == expected


@pytest.mark.parametrize(
    ("old", "seen", "expected"),
    [
        (None, "2026-11-24T10:00:00.000Z", "2026-11-24T10:00:00.000Z"),
        ("2026-11-24T11:00:00.000Z", "2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z"),
        ("2026-11-24T09:00:00.000Z", "2027-01-01T00:00:00.000Z", STARTED),
        ("2026-11-24T09:00:00.000Z", None, "2026-11-24T09:00:00.000Z"),
        (None, None, None),
    ],
)
def test_a_watermark_never_goes_back_and_never_past_the_start(
    old: str | None,
    seen: str | None,
    expected: str | None,
) -> None:
    state: dict[str, Any] = {} if old is None else {"replication_key_value": old}
    assert bookmarks.advance(state, seen, STARTED) == expected
    assert state.get("replication_key_value") == expected


@pytest.mark.parametrize(
    "state",
    [
        {"bookmarks": {"entity_ads": {"version": 2}}},
        {"bookmarks": {"entity_ads": {"partitions": [{"replication_key_value": "soon"}]}}},
        {"bookmarks": []},
        {"bookmarks": {"entity_ads": "x"}},
    ],
)
def test_a_state_that_cannot_be_understood_is_refused(state: dict[str, Any]) -> None:
    if not state["bookmarks"]:
        state = {"bookmarks": [1]}
    with pytest.raises(StateError):
        bookmarks.check(state)


def test_a_state_of_ours_is_accepted() -> None:
    bookmarks.check({})
    partition = {"context": {"profile_id": "1"}, "replication_key_value": STARTED}
    bookmarks.check({"bookmarks": {"entity_ads": {"version": 1, "partitions": [partition]}, "sync_log": {}}})


def test_distinct_rows_are_counted_and_clashes_named() -> None:
    first, second = Distinct(), Distinct()
    first.add(["1", "2", "2", "18446744073709551615", "sb-legacy-1"])
    second.add(["2", "3", "sb-legacy-2"])
    assert first.count() == 4
    assert Distinct.clashes([first, second]) == [2]


def test_a_shortfall_against_amazons_total_is_reported() -> None:
    tally = EndpointTally()
    tally.rows, tally.pages, tally.total = 3, 1, 5
    tally.ids.add(["1", "2", "2"])
    assert tally.details() == {
        "pages": 1,
        "rows": 3,
        "emitted": 0,
        "duplicates": 1,
        "total_reported": 5,
        "shortfall": 3,
    }


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SkippingStop(Stop):
    """Sleeps by moving the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def sleep(self, seconds: float) -> bool:
        self._clock.now += seconds
        return False


def test_nothing_waits_until_something_is_refused() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [throttle.acquire(SkippingStop(clock), 10) for _ in range(50)] == [0.0] * 50


def test_a_refusal_makes_everybody_wait_as_long_as_asked() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    throttle.acquire(SkippingStop(clock), 10)
    throttle.refused(7.0)
    assert throttle.acquire(SkippingStop(clock), 60) == pytest.approx(7.0)


def test_a_wait_beyond_the_deadline_is_refused_at_once() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    throttle.refused(30.0)
    assert throttle.acquire(SkippingStop(clock), 5) is None
    assert clock.now == 100.0


def test_it_slows_down_and_recovers() -> None:
    clock = Clock()
    stop = SkippingStop(clock)
    throttle = Throttle(clock)
    for _ in range(40):
        throttle.acquire(stop, 100)
        clock.now += 0.05
        throttle.granted()
    throttle.refused(1.0)
    waits = []
    for _ in range(60):
        before = clock.now
        throttle.acquire(stop, 100)
        throttle.granted()
        waits.append(clock.now - before)
    assert waits[0] == pytest.approx(1.0)
    # Half of the twenty a second that were served, and just below them soon.
    assert waits[1] == pytest.approx(1 / 10, rel=0.15)
    assert waits[-1] == pytest.approx(1 / 20, rel=0.1)
    assert waits[-1] >= 1 / 20


def test_refusals_in_flight_together_lower_the_rate_once() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(40):
        clock.now += 0.05
        throttle.granted()
    for _ in range(10):
        throttle.refused(1.0)
    clock.now += 5.0
    stop = SkippingStop(clock)
    throttle.acquire(stop, 10)
    before = clock.now
    throttle.acquire(stop, 10)
    assert clock.now - before == pytest.approx(1 / 20, rel=0.1)
