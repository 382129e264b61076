"""Bookmarks and tallies."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from tap_amazon_ads_entities import bookmarks
from tap_amazon_ads_entities.errors import StateError
from tap_amazon_ads_entities.settings import Settings
from tap_amazon_ads_entities.tallies import Distinct, EndpointTally

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
