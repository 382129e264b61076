"""Two sources compared: what they disagree about is found, and a change between two reads is no disagreement."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from harness.chaos import prepare
from harness.pipeline import Pipeline, Result

from amazon_ads_sandbox.process import SandboxProcess

COMPARED = {"source": "lists", "reconcile_with": "exports"}
TABLES = {"campaigns": "entity_campaigns", "ads": "entity_ads", "targets": "entity_targets"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60) as server:
        yield server


@pytest.fixture
def account(pipeline: Pipeline) -> Iterator[Pipeline]:
    prepare(pipeline)
    yield pipeline
    pipeline.sandbox.control.agree()
    pipeline.sandbox.control.configure(latency_ms=0)


def found(account: Pipeline, run: Result) -> list[dict[str, Any]]:
    columns = "profile_id, entity_type, entity_id, kind, missing_from, column_name, value, compared_value"
    rows = account.query(f"select {columns} from amazon_ads.sync_differences where run_id = %s", run.run_id)
    return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]


def test_two_sources_of_the_same_account_agree(account: Pipeline) -> None:
    run = account.direct(**COMPARED)
    assert run.code == 0, run.output
    assert found(account, run) == []
    assert account.query("select count(*) from amazon_ads.entity_targets") == [(0,)]
    slices = account.query("select entity_type, mode, status from amazon_ads.sync_runs where run_id = %s", run.run_id)
    assert sorted(slices) == [("differences", "reconcile", "success")] * 3 + [("profiles", "full", "success")]


@pytest.mark.parametrize(
    ("other", "source", "page_size"),
    [("exports", "exports", None), ("exports", "lists", None), ("unified", "unified", 20)],
    ids=["exports hide", "lists hide", "unified hides, asked by ids"],
)
def test_exactly_what_is_hidden_and_altered_is_found(
    account: Pipeline, other: str, source: str, page_size: int | None
) -> None:
    compared: dict[str, Any] = {"source": "lists", "reconcile_with": other}
    compared |= {"page_size": page_size} if page_size else {}
    account.sandbox.control.clear_requests()
    told = account.sandbox.control.disagree(source=source, hide=37, alter=11, seed=len(source))
    assert sorted(each["kind"] for each in told) == ["altered"] * 11 + ["hidden"] * 37
    run = account.direct(**compared)
    assert run.code != 0
    rows = found(account, run)
    assert len(rows) == 48
    # Long lists are asked for those ids alone.
    by_ids = {each["endpoint"] for each in account.sandbox.control.requests() if each.get("ids")}
    assert by_ids >= ({"sp/keywords/list", "adsApi/v1/query/targets"} if page_size else set())
    wanted = {(each["profile_id"], each["table"], each["id"], each["kind"]) for each in told}
    kinds = {"missing": "hidden", "differs": "altered"}
    actual = {(row["profile_id"], TABLES[row["entity_type"]], row["entity_id"], kinds[row["kind"]]) for row in rows}
    assert actual == wanted
    for row in rows:
        if row["kind"] == "missing":
            assert (row["missing_from"], row["column_name"]) == (source, "*")
        else:
            assert row["column_name"] == "bid_micros"
            more = int(row["compared_value"]) - int(row["value"])
            assert more == (-10_000 if source == "lists" else 10_000)
    [(errors,)] = account.query(
        "select string_agg(error, ' ') from amazon_ads.sync_runs where run_id = %s and status = 'error'", run.run_id
    )
    assert f"lists and {other} differ" in errors
    assert f"missing from {source}" in errors

    # When they agree again nothing new is found, and what was seen stays to be read.
    account.sandbox.control.agree()
    after = account.direct(**compared)
    assert after.code == 0
    assert (len(found(account, after)), len(found(account, run))) == (0, 48)


def test_what_a_whole_list_lacks_is_missing_although_it_is_there_when_it_is_asked_for(account: Pipeline) -> None:
    hidden = {"endpoint": "adsApi/v1/query/ads", "ad_product": "sp", "page": 1, "ids": 0}
    account.sandbox.control.fault("hole", match=hidden, times=None)
    account.sandbox.control.clear_requests()
    run = account.direct(source="lists", reconcile_with="unified", page_size=20)
    account.sandbox.control.clear_faults()
    assert any(
        each.get("ids") for each in account.sandbox.control.requests() if each["endpoint"] == "sp/productAds/list"
    )
    rows = found(account, run)
    assert [(row["entity_type"], row["kind"], row["missing_from"]) for row in rows] == [
        ("ads", "missing", "unified")
    ] * 3


def test_what_changes_while_it_is_read_is_no_difference(account: Pipeline) -> None:
    control = account.sandbox.control
    late = ("sp/targets/list", "sb/v4/adGroups/list", "sd/productAds/extended")
    for endpoint in late:
        control.fault("status", match={"endpoint": endpoint}, times=None, status=503)
    control.clear_requests()
    run = account.start_direct(**COMPARED)
    exported = {"campaigns/export": 3, "adGroups/export": 3, "ads/export": 3, "targets/export": 3}
    # Files are of the moment at which they are asked for; those lists are read after the change.
    ends = time.monotonic() + 120
    while Counter(each["endpoint"] for each in control.requests() if each["endpoint"] in exported) != exported:
        assert time.monotonic() < ends
        time.sleep(0.05)
    changed = control.change(fraction=0.2, create=5, seed=5)
    # What belongs to a campaign or an ad group that is gone is in no list.
    gone = control.change(vanish=3, seed=5, tables=["entity_ads", "entity_targets"])
    control.clear_faults()
    ended = run.wait()
    assert min(changed["updated"], changed["created"], gone["vanished"]) > 50
    assert "reading them once more" in ended.output
    assert (ended.code, found(account, ended)) == (0, []), ended.output[-3000:]


def test_a_source_that_fails_is_an_error_and_no_difference(account: Pipeline) -> None:
    account.sandbox.control.fault("status", match={"endpoint": "ads/export"}, times=None, status=400)
    run = account.direct(**COMPARED)
    account.sandbox.control.clear_faults()
    assert run.code != 0
    assert found(account, run) == []
    errors = account.query(
        "select distinct error from amazon_ads.sync_runs where run_id = %s and error is not null", run.run_id
    )
    assert all("ads cannot be compared, exports failed" in error for (error,) in errors)


def test_the_differences_are_seen_by_those_who_see_the_profile(account: Pipeline) -> None:
    secured = account.query("select relrowsecurity from pg_class where oid = 'amazon_ads.sync_differences'::regclass")
    policies = account.query("select polname from pg_policy where polrelid = 'amazon_ads.sync_differences'::regclass")
    assert secured == [(True,)]
    assert ("amazon_ads_members_read",) in policies
