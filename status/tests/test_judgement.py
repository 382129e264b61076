"""A cell is the worst of three facts, and what is not known is never well."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from entities_status.judgement import Level, judge
from entities_status.values import Unreadable

FULL = datetime(2026, 1, 1, tzinfo=timezone.utc)
LIST = {"rows": 30, "pages": 1, "emitted": 30, "total_reported": 30}
WELL = {"status": "success", "freshness": "fresh", "last_full_sync_at": FULL, "endpoints": {"sp/ads/list": LIST}}


def gave(**numbers: Any) -> dict[str, Any]:
    """A slice that is well but for what one of its lists gave."""
    return {**WELL, "endpoints": {"sp/ads/list": LIST, "sb/ads/list": {**LIST, **numbers}}}


@pytest.mark.parametrize(
    ("row", "level", "reason"),
    [
        (None, Level.UNKNOWN, "never read in full"),
        ({}, Level.UNKNOWN, "never read in full"),
        (WELL, Level.OK, "complete"),
        ({**WELL, "freshness": "late"}, Level.WARNING, "late: complete more than 6 hours ago"),
        ({**WELL, "freshness": "stale"}, Level.ERROR, "stale: complete more than 26 hours ago"),
        ({**WELL, "freshness": "never"}, Level.UNKNOWN, "never complete"),
        ({**WELL, "freshness": "a word of tomorrow"}, Level.UNKNOWN, "not known"),
        ({**WELL, "last_full_sync_at": None}, Level.UNKNOWN, "never read in full"),
        ({**WELL, "status": "error", "consecutive_errors": 3}, Level.ERROR, "failed, 3 times in a row"),
        ({**WELL, "status": "error", "error": "aborted: it died"}, Level.ERROR, "aborted"),
        ({**WELL, "status": None}, Level.UNKNOWN, "not known since the last complete run"),
        ({**gave(shortfall=50, total_reported=80), "status": "error"}, Level.ERROR, "50 of 80 rows are missing"),
        (gave(problem="was not read to its end"), Level.ERROR, "a list is not complete"),
        (
            gave(unreadable={"bid": {"count": 2, "sample": "x"}}),
            Level.WARNING,
            "complete, but for 2 values that no column holds",
        ),
        (
            gave(shortfall=3, accepted_shortfall=3, total_reported=900),
            Level.OK,
            "complete, but for 3 rows that may be missing (accepted_shortfall)",
        ),
        (
            {
                **WELL,
                "last_full_sync_at": None,
                "freshness": "never",
                "last_error": "lost rows: entity_ads holds 1 of 2",
            },
            Level.ERROR,
            "rows were lost since they were stored",
        ),
    ],
)
def test_a_slice_is_as_well_as_the_worst_of_its_facts(row: dict[str, Any] | None, level: Level, reason: str) -> None:
    judged = judge("4711", "ads", row)
    assert judged.level is level
    if level is Level.OK:
        assert judged.facts[2].words == reason
    else:
        assert judged.reason == reason
    assert [fact.name for fact in judged.facts] == ["last run", "freshness", "completeness"]


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        "complete",
        [],
        {},
        {"sp/ads/list": None},
        {"sp/ads/list": {"shortfall": "0"}},
        {"sp/ads/list": {"shortfall": -5}},
        {"sp/ads/list": {"shortfall": 1.5}},
        {"sp/ads/list": {"accepted_shortfall": True}},
        {"sp/ads/list": {"unreadable": {"bid": 2}}},
        Unreadable("NaN"),
    ],
)
def test_what_is_not_in_the_run_log_as_the_tap_writes_it_is_not_known(endpoints: object) -> None:
    judged = judge("4711", "ads", {**WELL, "endpoints": endpoints})
    assert (judged.level, judged.reason) == (Level.UNKNOWN, "what its lists gave cannot be read in the run log")
