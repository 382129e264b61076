"""Whole runs that read the unified API: the rows of lists, and what no list has: Television and ad extensions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.chaos import prepare
from harness.pipeline import Pipeline
from harness.sources import unlike
from harness.truth import ALONE, KEYS, all_differences, loaded

from amazon_ads_sandbox.process import SandboxProcess

UNIFIED = {"source": "unified"}
WITH_TELEVISION = {**UNIFIED, "ad_products": ["SP", "SB", "SD", "ST"]}

# Kept in step with docs/sources.md: which columns the unified API fills otherwise, of which ad products.
OTHERWISE: dict[str, dict[str, set[str]]] = {
    "entity_campaigns": {"bidding": {"sp", "sb", "sd"}, "last_updated_time": {"sb"}},
    "entity_ad_groups": {"other_fields": {"sp", "sb", "sd"}, "last_updated_time": {"sb"}},
    "entity_ads": {"creative": {"sp", "sb", "sd"}, "last_updated_time": {"sb"}, "name": {"sb"}, "asin": {"sd"}},
    "entity_targets": {
        "expression": {"sp", "sb", "sd"},
        "serving_status": {"sb", "sd"},
        "computed_status": {"sb"},
        "creation_time": {"sb"},
        "last_updated_time": {"sb"},
        "target_type": {"sp", "sd"},
        "match_type": {"sp", "sd"},
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60, st_share=0.1, extensions=2) as server:
        yield server


@pytest.fixture
def unified(pipeline: Pipeline) -> Pipeline:
    prepare(pipeline)
    pipeline.sandbox.control.clear_faults()
    return pipeline


def test_the_same_account_gives_the_same_rows_by_lists_and_by_the_unified_api(unified: Pipeline) -> None:
    assert unified.direct(mode="full").code == 0
    by_lists = {table: loaded(unified, table) for table in KEYS}
    prepare(unified)
    assert unified.direct(mode="full", **UNIFIED).code == 0
    by_unified = {table: loaded(unified, table) for table in KEYS}
    assert {row["region"] for row in by_unified["entity_profiles"].values()} == {"NA", "EU", "FE"}
    assert all(by_lists.pop(table) == {} != by_unified[table] for table in ALONE)
    for table, rows in by_lists.items():
        assert list(unlike(rows, by_unified[table], OTHERWISE.get(table, {}))) == []


def test_sponsored_television_comes_with_the_others(unified: Pipeline) -> None:
    assert unified.direct(mode="full", **WITH_TELEVISION).code == 0
    assert all_differences(unified, source="unified") == []
    assert unified.query("select count(*) > 0 from amazon_ads.entity_targets where ad_product = 'st'") == [(True,)]


def test_a_change_of_source_reads_in_full_and_incremental_runs_follow(unified: Pipeline) -> None:
    assert unified.direct(mode="auto", **WITH_TELEVISION).code == 0
    unified.sandbox.control.change(count=7, seed=11)
    settings = {**WITH_TELEVISION, "mode": "auto", "refresh_statuses": False, "lookback_hours": 0}
    assert unified.direct(**settings).code == 0
    assert all_differences(unified, source="unified") == []
    modes = (
        "select distinct mode from amazon_ads.sync_log where entity_type = %s"
        " and run_id = (select run_id from amazon_ads.sync_log order by started_at desc limit 1)"
    )
    assert unified.query(modes, "targets") == [("incremental",)]
    assert unified.direct(**{**settings, "source": "lists", "ad_products": ["SP", "SB", "SD"]}).code == 0
    assert unified.query(modes, "targets") == [("full",)]


@pytest.mark.parametrize(
    ("kind", "action"),
    [("early_end", {}), ("shift", {}), ("empty_list", {})],
    ids=["early_end", "shift", "empty_list"],
)
def test_what_hides_rows_for_a_moment_hides_none_for_good(unified: Pipeline, kind: str, action: dict[str, int]) -> None:
    unified.sandbox.control.fault(
        kind, match={"endpoint": "adsApi/v1/query/targets", "page": 2 if kind == "shift" else 1}, times=1, **action
    )
    # Its answers name no total: what moves between pages shows only to who reads twice, as full runs do.
    done = unified.direct(mode="full", page_size=100, **WITH_TELEVISION)
    assert done.code == 0
    assert all_differences(unified, source="unified") == []
