"""Amazon's own history of changes: whole, in periods, at its own pace, and matched to what the runs have seen."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from harness.pipeline import Pipeline
from harness.truth import expected, plain

from amazon_ads_sandbox.process import SandboxProcess

SIZES = {"profiles": 2, "campaigns": 12, "portfolios": 1, "ad_groups": 1, "ads": 1, "keywords": 2, "targets": 1}
ON = {"change_events": True}
DAY = 86_400_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(**SIZES) as server:
        yield server


@pytest.fixture(scope="module")
def profile(sandbox: SandboxProcess) -> str:
    return str(min(sandbox.control.counts()["entity_profiles"]))


def edit(pipeline: Pipeline, profile: str, product: str, kind: str, number: int, **what: Any) -> None:
    place = {"profile_id": profile, "product": product, "kind": kind, "number": number}
    pipeline.sandbox.control.edit([{**place, **what}])


def asked(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The bodies of all requests for the history."""
    requests = pipeline.sandbox.control.requests()
    return [json.loads(each["body"]) for each in requests if each["endpoint"] == "history"]


def slices(pipeline: Pipeline, run_id: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = pipeline.query(
        "select profile_id, entity_type, status, mode, details from amazon_ads.sync_runs where run_id = %s", run_id
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def steps(pipeline: Pipeline, profile: str, of: str) -> list[tuple[Any, ...]]:
    """What is known of the changes of one kind of column of a profile."""
    return pipeline.query(
        "select old_value, new_value, known_by, occurred_at is not null from amazon_ads.exact_changes"
        " where profile_id = %s and entity_type || '.' || path = %s order by coalesce(occurred_at, seen_at)",
        profile,
        of,
    )


def test_nothing_asks_for_it_unless_it_is_wanted(pipeline: Pipeline) -> None:
    assert pipeline.direct().code == 0
    assert asked(pipeline) == []
    assert pipeline.query("select count(*) from amazon_ads.sync_runs where entity_type = 'change_events'") == [(0,)]


def test_all_of_it_is_loaded_and_matched_to_what_the_runs_have_seen(pipeline: Pipeline, profile: str) -> None:
    control = pipeline.sandbox.control
    # Too old for Amazon to tell, and just young enough.
    now = int(time.time() * 1000)
    edit(pipeline, profile, "sp", "campaign", 1, fields={"amount": 1_000_000}, at_ms=now - 91 * DAY)
    edit(pipeline, profile, "sp", "campaign", 1, fields={"amount": 2_000_000}, at_ms=now - 80 * DAY)
    # Twice between two runs, there and back again, a place in a document, and what Amazon tells nothing of.
    for bid in (310_000, 320_000):
        edit(pipeline, profile, "sp", "keyword", 1, fields={"amount": bid})
    for state in ("archived", "enabled", "paused"):
        edit(pipeline, profile, "sb", "campaign", 0, fields={"state": state})
    edit(pipeline, profile, "sp", "campaign", 2, more={"percentage": 77})
    edit(pipeline, profile, "sb", "theme", 0, fields={"amount": 440_000})
    edit(pipeline, profile, "sd", "target", 0, fields={"amount": 550_000})
    control.change(fraction=0.9, profile_ids=[profile], tables=["entity_ads", "entity_ad_groups", "entity_targets"])
    result = pipeline.direct(**ON, confirm_reads=True)
    assert result.code == 0, result.output
    # What has happened is not read until two reads agree: only its ends are asked for again.
    assert set(Counter(map(str, asked(pipeline))).values()) == {2 * SIZES["profiles"]}
    told = expected_events(pipeline, since=now - 90 * DAY)
    assert len(told) > 30
    assert events(pipeline) == told
    assert pipeline.query("select count(*) from amazon_ads.change_events") == [(len(told),)]
    # Numbers were asked for, in batches no larger than Amazon takes.
    assert all(len(each["eventTypes"]["CAMPAIGN"]["eventTypeIds"]) <= 10 for each in asked(pipeline))
    assert {each["count"] for each in asked(pipeline)} == {200}
    assert pipeline.query("select count(*) from amazon_ads.change_events where entity_id !~ '^[0-9]+$'") == [(0,)]
    assert slices(pipeline, result.run_id)[profile, "change_events"][:2] == ("success", "full")

    bids = steps(pipeline, profile, "targets.bid_micros")
    assert (310_000, 320_000, "between", True) in bids
    assert any(each[1:] == (330_000, "both", True) for each in bids)
    assert any(each[1:] == (550_000 + 10_000, "runs", False) for each in bids)
    assert [each[1:] for each in steps(pipeline, profile, "campaigns.state")][-2:] == [
        ("ENABLED", "between", True), ("PAUSED", "both", True),
    ]  # fmt: skip
    placed = steps(pipeline, profile, "campaigns.bidding.placementBidding[PLACEMENT_TOP].percentage")
    assert [each[2:] for each in placed] == [("both", True)]
    budgets = steps(pipeline, profile, "campaigns.budget_micros")
    assert [each[1:] for each in budgets] == [(2_000_000, "both", True)]
    # Every change of the runs is there, and once.
    lacking = (
        "select count(*) from amazon_ads.entity_changes as c where 1 <> (select count(*) from amazon_ads.exact_changes"
        " as e where (e.profile_id, e.entity_type, e.entity_id, e.path, e.seen_at) = (c.profile_id, c.entity_type,"
        " c.entity_id, c.path, c.seen_at) and e.known_by in ('both', 'runs'))"
    )
    assert pipeline.query(lacking) == [(0,)]


def expected_events(pipeline: Pipeline, since: int) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What the account says of the campaigns that it lists."""
    listed = {row["campaign_id"] for row in expected(pipeline, "entity_campaigns").values()}
    rows = [row for row in pipeline.sandbox.control.truth("change_events") if row["campaign_id"] in listed]
    first = time.strftime("%Y-%m-%dT%H", time.gmtime(since / 1000))
    return {key(row): row for row in rows if row["occurred_at"] > first}


def events(pipeline: Pipeline) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = [row[0] for row in pipeline.query("select column_name from information_schema.columns where"
             " table_schema = 'amazon_ads' and table_name = 'change_events' order by ordinal_position")]  # fmt: skip
    rows = [dict(zip(names, row, strict=True)) for row in pipeline.query("select * from amazon_ads.change_events")]
    ours = {"event_id", "synced_at", "created_at"}
    return {key(row): row for row in ({n: plain(v) for n, v in row.items() if n not in ours} for row in rows)}


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("profile_id", "occurred_at", "amazon_entity_type", "entity_id", "change_type", "old_value", "new_value")
    return tuple(row[name] for name in names)


def test_a_later_run_reads_what_has_happened_since_and_nothing_twice(pipeline: Pipeline, profile: str) -> None:
    pipeline.sandbox.control.clear_requests()
    before = pipeline.query("select count(*) from amazon_ads.change_events")
    edit(pipeline, profile, "sp", "campaign", 3, fields={"name": "later"})
    result = pipeline.direct(**ON)
    assert result.code == 0, result.output
    assert {round((each["toDate"] - each["fromDate"]) / 3_600_000) for each in asked(pipeline)} == {25}
    assert slices(pipeline, result.run_id)[profile, "change_events"][:2] == ("success", "incremental")
    assert pipeline.query("select count(*) from amazon_ads.change_events") == [(before[0][0] + 1,)]
    pipeline.query_none(f"select amazon_ads.settle_runs('{result.run_id}', 'tests', 'stored')")
    state = (
        "select freshness, high_watermark is not null from amazon_ads.sync_state where entity_type = 'change_events'"
    )
    assert pipeline.query(state) == [("fresh", True)] * 2


def test_a_low_limit_of_its_own_slows_nothing_else(pipeline: Pipeline) -> None:
    pipeline.sandbox.control.configure(history_rate_limit=2)
    result = pipeline.direct(**ON)
    pipeline.sandbox.control.configure(history_rate_limit=None)
    assert result.code == 0, result.output
    refused = {
        entity: sum(each.get("refusals", 0) for each in details["endpoints"].values())
        for (_, entity), (_, _, details) in slices(pipeline, result.run_id).items()
    }
    assert refused.pop("change_events") > 0
    assert set(refused.values()) == {0}


def test_where_it_cannot_be_read_the_rest_is_and_its_bookmark_stays(pipeline: Pipeline, profile: str) -> None:
    fault = {"endpoint": "history", "profile_id": profile}
    pipeline.sandbox.control.fault("status", match=fault, times=None, after=2, status=400)
    edit(pipeline, profile, "sp", "campaign", 3, fields={"name": "later still"})
    broken = pipeline.direct(**ON)
    pipeline.sandbox.control.clear_faults()
    assert broken.code == 1
    failed = {key for key, each in slices(pipeline, broken.run_id).items() if each[0] != "success"}
    assert failed == {(profile, "change_events")}
    pipeline.sandbox.control.clear_requests()
    assert pipeline.direct(**ON).code == 0
    renamed = "select count(*) from amazon_ads.change_events where new_value = 'later still'"
    assert pipeline.query(renamed) == [(1,)]
    since = {each["fromDate"] for each in asked(pipeline)}
    assert len(since) == 2, "the profile that failed begins where it was last read to its end"


def test_rows_that_were_lost_are_read_again(pipeline: Pipeline) -> None:
    assert pipeline.query("select relrowsecurity from pg_class where oid = 'amazon_ads.change_events'::regclass") == [
        (True,)
    ]
    had = pipeline.query("select count(*) from amazon_ads.change_events")
    pipeline.query_none("truncate amazon_ads.change_events")
    assert pipeline.direct(mode="full", **ON).code == 0
    assert pipeline.query("select count(*) from amazon_ads.change_events") == had
