"""Whole runs of the tap against a small account: what it writes, in which order, and what it keeps in STATE."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from harness.account import NEW, PROFILE, Account, campaign, modes

from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.singer.coverage import coverage

ENTITIES = ("portfolios", "campaigns", "ad_groups", "ads", "targets")
WITH_WATERMARK = (
    '{"bookmarks": {"entity_ads": {"partitions": [{"context": {"profile_id": "4711"}, "replication_key_value": %s}]}}}'
)
DUE = "the table lost 3 rows"
BY_TIME = {"refresh_statuses": False}


# --- the order of what is written ---------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "schemas"),
    [
        ({}, ["entity_profiles", *(f"entity_{entity}" for entity in ENTITIES), "sync_log"]),
        ({"entities": "ads"}, ["entity_profiles", "entity_ads", "sync_log"]),
        (
            {"stream_maps": {"entity_ads": {"__alias__": "ads"}, "entity_targets": None}, "entities": "ads,targets"},
            ["entity_profiles", "ads", "sync_log"],
        ),
    ],
)
def test_the_run_log_is_announced_after_the_rows_it_speaks_of(
    run: Any, account: Account, config: dict[str, Any], schemas: list[str]
) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run(config=config)
    assert done.code == 0
    kinds = [(each["type"], each.get("stream")) for each in done.messages]
    assert [stream for kind, stream in kinds if kind == "SCHEMA"] == schemas
    first_log = kinds.index(("RECORD", "sync_log"))
    assert all(kinds.index(("SCHEMA", stream)) < first_log for stream in schemas)
    announced: set[str] = set()
    for kind, stream in kinds:
        if kind == "SCHEMA":
            announced.add(stream)
        elif kind == "RECORD":
            assert stream in announced


def test_what_a_source_does_not_have_is_said_and_no_error(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run(config={"entities": "campaigns,ad_extensions"})
    assert done.code == 0
    assert "ad_extensions: not in the source lists" in done.log
    assert "ad_extensions" not in done.slices
    assert "not in the source" not in run().log


# --- lists that need another ------------------------------------------------------------------


def test_the_ad_groups_that_targets_need_are_read_where_there_are_targets(run: Any, account: Account) -> None:
    account.broken = {"sd/adGroups"}
    assert run().code == 0
    target = {"targetId": 1, "adGroupId": 2, "state": "enabled", "expression": [], "resolvedExpression": []}
    account.rows["sd/negativeTargets/extended"] = [target]
    failed = run()
    assert failed.code == 1
    assert "sd/adGroups" in failed.slices["targets"]["error"]
    account.broken = set()
    account.rows["sd/adGroups"] = [{"adGroupId": 2, "campaignId": 3}]
    done = run()
    assert done.code == 0
    assert [row["campaign_id"] for row in done.records("entity_targets")] == ["3"]


# --- auto ---------------------------------------------------------------------------------


def test_auto_reads_in_full_what_never_was_and_then_incrementally(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), campaign(2, NEW)]
    first = run()
    assert first.code == 0
    assert set(modes(first).values()) == {"full"}
    assert [row["campaign_id"] for row in first.records("entity_campaigns")] == ["1", "2"]
    assert f"run {first.slices['ads']['run_id']}: auto, 1 profiles, each with {', '.join(ENTITIES)}" in first.log
    assert "5 slices are read in full, 0 incrementally" in first.log
    kept = first.bookmark("campaigns")
    lists = coverage("campaigns", frozenset({"SP", "SB", "SD"})).lists
    assert kept == {
        "context": {"profile_id": PROFILE},
        "replication_key": "last_updated_time",
        "replication_key_value": NEW,
        "run_id": first.slices["campaigns"]["run_id"],
        "rows": {"sp/campaigns/list": 2},
        "full_read": {"ad_products": ["SB", "SD", "SP"], "lists": lists},
    }
    second = run(first.state, config=BY_TIME)
    assert second.code == 0
    assert modes(second) == {"profiles": "full", **dict.fromkeys(ENTITIES, "incremental")}
    assert [row["campaign_id"] for row in second.records("entity_campaigns")] == ["2"]
    assert "0 slices are read in full, 5 incrementally" in second.log
    again = second.bookmark("campaigns")
    # By the time of change alone, old rows are left out: the next read must hold them as well.
    assert (again.pop("old_rows")[0], again.pop("made_before") < utc_text(datetime.now(tz=timezone.utc))) == (2, True)
    assert again == {**kept, "run_id": second.slices["campaigns"]["run_id"]}


def test_the_bookmarks_of_an_older_tap_are_read_in_full_once(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), campaign(2, NEW)]
    partition = {
        "context": {"profile_id": PROFILE},
        "replication_key": "last_updated_time",
        "replication_key_value": NEW,
    }
    state = {"bookmarks": {"entity_campaigns": {"version": 1, "partitions": [partition]}}}
    done = run(state)
    assert len(done.records("entity_campaigns")) == 2
    assert done.bookmark("campaigns")["full_read"]["ad_products"] == ["SB", "SD", "SP"]


def test_an_empty_account_is_read_in_full_once_and_what_appears_later_is_emitted_whenever(
    run: Any, account: Account
) -> None:
    first = run()
    assert first.code == 0
    assert first.bookmark("campaigns").keys() == {"context", "run_id", "full_read"}
    account.rows["sp/campaigns/list"] = [campaign(1, "2020-01-01T00:00:00.000Z")]
    second = run(first.state)
    assert modes(second)["campaigns"] == "incremental"
    assert [row["campaign_id"] for row in second.records("entity_campaigns")] == ["1"]


def test_a_failed_slice_leaves_its_bookmark_as_it_was_and_is_read_in_full_next_time(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    account.broken = {"sd/campaigns/extended"}
    first = run()
    assert first.code == 1
    assert first.bookmark("campaigns") == {}
    assert "full_read" in first.bookmark("ads")
    account.broken = set()
    second = run(first.state)
    assert modes(second) == {"profiles": "full", **dict.fromkeys(ENTITIES, "incremental"), "campaigns": "full"}
    account.broken = {"sd/campaigns/extended"}
    third = run(second.state)
    assert third.code == 1
    assert third.bookmark("campaigns") == second.bookmark("campaigns")
    assert third.bookmark("ads")["run_id"] == third.slices["ads"]["run_id"]


@pytest.mark.parametrize("maps", [{}, {"stream_maps": {"entity_campaigns": {"name": "name"}}}])
def test_no_state_holds_anything_of_a_slice_that_failed(run: Any, account: Account, maps: dict[str, Any]) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    before = run().state
    account.rows["sp/campaigns/list"] = [campaign(1, NEW)]
    account.broken = {"sd/campaigns/extended"}
    done = run(before, config=maps)
    assert done.code == 1
    assert [row["campaign_id"] for row in done.records("entity_campaigns")] == ["1"]
    kept = before["bookmarks"]["entity_campaigns"]
    states = [each["value"] for each in done.messages if each["type"] == "STATE"]
    assert [state["bookmarks"]["entity_campaigns"] for state in states] == [kept] * len(states)


@pytest.mark.parametrize("maps", [{}, {"stream_maps": {"entity_campaigns": {"name": "name"}}}])
def test_a_dry_run_reads_a_row_of_each_stream_and_moves_no_bookmark(
    run: Any, account: Account, maps: dict[str, Any]
) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), campaign(2, NEW)]
    done = run(None, "--test", config=maps)
    assert done.code == 0
    assert len(done.records("entity_profiles")) == len(done.records("entity_campaigns")) == 1
    states = [each["value"] for each in done.messages if each["type"] == "STATE"]
    assert not any(state["bookmarks"].get("entity_campaigns") for state in states)


def test_a_stream_map_that_fails_on_a_row_costs_its_slice_alone(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run(config={"stream_maps": {"entity_campaigns": {"number": "int(name)"}}})
    assert done.code == 1
    assert "'stream_maps' does not fit a row of entity_campaigns: ValueError: " in done.slices["campaigns"]["error"]
    assert not done.bookmark("campaigns")
    assert {row["status"] for entity, row in done.slices.items() if entity != "campaigns"} == {"success"}
    for stream in ("entity_profiles", "sync_log"):
        done = run(config={"stream_maps": {stream: {"number": "int(profile_id + 'x')"}}})
        assert done.code == 1
        assert f"'stream_maps' does not fit a row of {stream}: ValueError: " in done.log


@pytest.mark.parametrize(
    ("catalog", "words"),
    [
        ({}, "it holds no catalog of streams"),
        ({"streams": "entity_ads"}, "it holds no catalog of streams"),
        ({"streams": [{"tap_stream_id": "entity_add"}]}, "The catalog selects none of the streams: change_events"),
    ],
)
def test_a_catalog_that_selects_nothing_is_no_success(run: Any, tmp_path: Path, catalog: Any, words: str) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    done = run(None, "--catalog", str(path))
    assert done.code == 1
    assert words in done.log


def test_a_run_over_fewer_ad_products_does_not_hide_changes_of_the_others(run: Any, account: Account) -> None:
    account.rows = {"sp/campaigns/list": [campaign(1)], "sb/v4/campaigns/list": [campaign(2)]}
    first = run(config={"lookback_hours": 0})
    account.rows = {
        "sp/campaigns/list": [campaign(1, "2026-02-02T00:00:00.000Z")],
        "sb/v4/campaigns/list": [campaign(2, NEW)],
    }
    second = run(first.state, config={"lookback_hours": 0, "ad_products": "SP"})
    assert modes(second)["campaigns"] == "incremental"
    assert [row["campaign_id"] for row in second.records("entity_campaigns")] == ["1"]
    third = run(second.state, config={"lookback_hours": 0})
    assert modes(third)["campaigns"] == "incremental"
    assert [row["campaign_id"] for row in third.records("entity_campaigns")] == ["1", "2"]


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_mode_that_is_set_holds_for_every_slice_whatever_was_read(run: Any, account: Account, mode: str) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1, "2020-01-01T00:00:00.000Z")]
    first = run(config={"mode": mode, **BY_TIME})
    second = run(first.state, config={"mode": mode, **BY_TIME})
    for done in (first, second):
        assert set(modes(done).values()) == {mode}
        assert "slices are read" not in done.log
        assert f": {mode}, 1 profiles, each with " in done.log
    assert len(first.records("entity_campaigns")) == (1 if mode == "full" else 0)


def test_a_full_read_that_is_due_is_done_in_every_mode_and_asked_for_until_it_is(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), campaign(2, NEW)]
    first = run()
    state = first.state
    state["bookmarks"]["entity_campaigns"]["partitions"][0]["full_read_due"] = DUE
    account.broken = {"sd/campaigns/extended"}
    failed = run(state, config={"mode": "incremental"})
    assert failed.code == 1
    assert failed.bookmark("campaigns") == {**first.bookmark("campaigns"), "full_read_due": DUE}
    account.broken = set()
    healed = run(failed.state, config={"mode": "incremental"})
    assert healed.code == 0
    assert f"campaigns of profile {PROFILE}: read in full: {DUE}" in healed.log
    assert modes(healed) == dict.fromkeys(("profiles", *ENTITIES), "incremental") | {"campaigns": "full"}
    assert len(healed.records("entity_campaigns")) == 2
    assert "full_read_due" not in healed.bookmark("campaigns")


@pytest.mark.parametrize("mode", ["auto", "full", "incremental"])
def test_a_watermark_in_the_future_is_not_believed(run: Any, account: Account, mode: str) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), campaign(2, NEW)]
    state = run().state
    state["bookmarks"]["entity_campaigns"]["partitions"][0]["replication_key_value"] = "2099-01-01T00:00:00.000Z"
    done = run(state, config={"mode": mode})
    assert done.code == 0
    assert f"campaigns of profile {PROFILE}: read in full: its bookmark lies in the future: 2099-01-01" in done.log
    assert len(done.records("entity_campaigns")) == 2
    assert done.bookmark("campaigns")["replication_key_value"] == NEW
    assert done.slices["campaigns"]["high_watermark"] == NEW


# --- the run log --------------------------------------------------------------------------


def test_the_log_names_the_last_row_emitted_and_counts_the_rows_seen(run: Any, account: Account) -> None:
    account.rows = {
        "sp/campaigns/list": [campaign(1), campaign(2), campaign(3, NEW)],
        "sb/v4/campaigns/list": [campaign(7)],
    }
    first = run()
    details, last = first.slices["campaigns"]["details"], first.records("entity_campaigns")[-1]
    assert (details["last_key"], details["last_synced_at"]) == (last["campaign_id"], last["synced_at"])
    assert details["rows_seen"] == 4
    second = run(first.state, config=BY_TIME)
    details = second.slices["campaigns"]["details"]
    assert (details["last_key"], details["rows_seen"], second.slices["campaigns"]["items_upserted"]) == ("3", 4, 1)
    account.broken = {"sd/campaigns/extended"}
    assert "rows_seen" not in run(second.state).slices["campaigns"]["details"]
    empty = second.slices["ads"]["details"]
    assert empty["rows_seen"] == 0
    assert not empty.keys() & {"last_key", "last_synced_at"}


def test_an_id_that_two_lists_use_is_an_error_because_one_of_the_rows_is_not_stored(run: Any, account: Account) -> None:
    account.rows = {"sp/campaigns/list": [campaign(1), campaign(2)], "sb/v4/campaigns/list": [campaign(1)]}
    done = run()
    assert done.code == 1
    assert "1 ids occur in more than one list (1)" in done.slices["campaigns"]["error"]
    assert done.slices["campaigns"]["details"]["id_clashes"] == 1
    assert not done.bookmark("campaigns")


# --- what is refused -----------------------------------------------------------------------


def test_a_misspelt_setting_ends_the_run_before_it_begins(run: Any, account: Account) -> None:
    sentence = "Setting 'profil_ids' is not known; did you mean 'profile_ids'?"
    for arguments in ((), ("--test",), ("--test=schema",)):
        done = run(None, *arguments, config={"profil_ids": [PROFILE]})
        assert (done.code, done.messages) == (1, [])
        # Meltano's `config test` shows the last line alone.
        assert sentence in done.log.splitlines()[-1]
    prefix = "TAP_AMAZON_ADS_ENTITIES_"
    done = run(variables={f"{prefix}PROFIL_IDS": "not-a-secret"})
    assert (done.code, done.messages) == (1, [])
    assert f"Setting '{prefix}PROFIL_IDS' is not known; did you mean '{prefix}PROFILE_IDS'?" in done.log
    assert "not-a-secret" not in done.log
    assert account.rows == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "STATE", "value": {"bookmarks": {}}}', "pass the object in its 'value'"),
        ('{"singer_state": {"bookmarks": {}}}', "pass the object in its 'singer_state'"),
        ('{"bookmarks": {"orders": {}}}', "This STATE belongs to another tap"),
        ('{"bookmarks": null}', "bookmarks are null"),
        ('{"bookmarks": {"entity_ads": {"partitions": [{}]}}}', "The bookmark of entity_ads has a partition, number 1"),
        (WITH_WATERMARK % "NaN", "The bookmark of entity_ads for profile 4711 is not a timestamp"),
        (WITH_WATERMARK % "1e999", "The bookmark of entity_ads for profile 4711 is not a timestamp"),
        ("[]", "does not hold a JSON object"),
        ("", "does not hold a JSON object"),
    ],
)
def test_a_broken_state_ends_the_run_before_it_begins(run: Any, text: str, words: str) -> None:
    done = run(text=text)
    assert (done.code, done.messages) == (1, [])
    assert words in done.log


def test_an_empty_state_is_none(run: Any) -> None:
    assert run({}).code == 0


def test_an_item_that_is_no_row_is_named_and_costs_no_other(account: Account, run: Any) -> None:
    account.rows["sp/campaigns/list"] = [
        campaign(1),
        {**campaign(2), "dynamicBidding": "x"},
        {**campaign(3), "budget": 7},
        {**campaign(4), "campaignId": ""},
        {**campaign(5), "extendedData": []},
        campaign(6),
    ]
    account.rows["sp/adGroups/list"] = [{"adGroupId": "", "campaignId": "1"}, {"adGroupId": "8", "campaignId": "1"}]
    done = run()
    assert done.code == 1
    assert [row["campaign_id"] for row in done.records("entity_campaigns")] == ["1", "6"]
    assert [row["ad_group_id"] for row in done.records("entity_ad_groups")] == ["8"]
    assert {entity: row["status"] for entity, row in done.slices.items() if row["status"] != "success"} == {
        "campaigns": "error",
        "ad_groups": "error",
    }
    assert done.slices["campaigns"]["error"] == (
        "sp/campaigns/list: 4 items are no row and left out: dynamicBidding is not an object (campaignId 2); "
        "budget is not an object (campaignId 3); campaignId is empty and 1 more"
    )
    assert "adGroupId is empty (campaignId 1)" in done.slices["ad_groups"]["error"]
    assert done.slices["campaigns"]["details"]["endpoints"]["sp/campaigns/list"]["refused"]["count"] == 4
    assert "watermark" not in json.dumps(done.bookmark("campaigns"))
    assert "unexpected" not in done.log


def test_a_value_that_cannot_be_read_is_null_and_told(account: Account, run: Any) -> None:
    account.rows["sp/campaigns/list"] = [
        campaign(1, "0000-00-00T00:00:00.000Z"),
        {**campaign(2), "budget": {"budget": "not-a-secret-4711 " + "9" * 500, "budgetType": "DAILY"}},
        {**campaign(3), "state": {"a": 1}},
        campaign(4, "0000-00-00T00:00:00.000Z"),
    ]
    done = run()
    assert done.code == 0
    rows = {row["campaign_id"]: row for row in done.records("entity_campaigns")}
    assert rows["1"]["last_updated_time"] is None
    assert rows["2"]["budget_micros"] is None
    assert rows["2"]["bidding"]["unreadable"]["budget.budget"].endswith("9" * 500)
    assert rows["3"]["bidding"]["unreadable"] == {"state": '{"a":1}'}
    noted = done.slices["campaigns"]["details"]["endpoints"]["sp/campaigns/list"]["unreadable"]
    assert noted["extendedData.lastUpdateDateTime"] == {"count": 2, "sample": "0000-00-00T00:00:00.000Z"}
    assert noted["budget.budget"]["sample"].startswith("***-4711 999")
    assert len(noted["budget.budget"]["sample"]) < 200


def test_an_element_that_is_no_object_costs_no_other(account: Account, run: Any) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), "x", campaign(2)]  # type: ignore[list-item]
    done = run()
    assert done.code == 1
    assert [row["campaign_id"] for row in done.records("entity_campaigns")] == ["1", "2"]
    assert "element 2 of a page" in done.slices["campaigns"]["error"]


def test_a_profile_that_is_no_row_costs_no_other(account: Account, run: Any) -> None:
    account.more_profiles = [{"accountInfo": {"type": "seller"}}, {"profileId": 5, "accountInfo": "seller"}]
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run()
    assert done.code == 1
    assert [row["profile_id"] for row in done.records("entity_profiles")] == [PROFILE]
    assert [row["campaign_id"] for row in done.records("entity_campaigns")] == ["1"]
    assert "profileId is missing" in done.slices["profiles"]["error"]
    assert "accountInfo is not an object (profileId 5)" in done.slices["profiles"]["error"]
