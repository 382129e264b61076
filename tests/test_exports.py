"""Whole runs that read exports: the rows of lists, of one moment, within Amazon's limits, without credentials."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from harness.chaos import prepare
from harness.pipeline import Pipeline
from harness.truth import KEYS, OURS, Rows, all_differences, differences, expected, loaded

from amazon_ads_sandbox.exports.catalogue import EXPORTS, MOST_IN_PROGRESS
from amazon_ads_sandbox.process import SandboxProcess

SOURCE = {"source": "exports", "mode": "full"}

# Kept in step with docs/sources.md: which columns exports fill otherwise, of which ad products.
OTHERWISE: dict[str, dict[str, set[str]]] = {
    "entity_campaigns": {"bidding": {"sp", "sb", "sd"}, "last_updated_time": {"sb"}},
    "entity_ad_groups": {"other_fields": {"sp", "sd"}, "last_updated_time": {"sb"}},
    "entity_ads": {"creative": {"sp", "sb", "sd"}, "last_updated_time": {"sb"}},
    "entity_targets": {
        "expression": {"sp", "sb", "sd"},
        "serving_status": {"sb"},
        "computed_status": {"sb"},
        "creation_time": {"sb"},
        "last_updated_time": {"sb"},
        "target_type": {"sd"},
        "match_type": {"sd"},
    },
}
LEGACY = "sb-legacy-"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60) as server:
        yield server


@pytest.fixture
def exports(pipeline: Pipeline) -> Iterator[Pipeline]:
    prepare(pipeline)
    pipeline.sandbox.control.clear_requests()
    yield pipeline
    pipeline.sandbox.control.configure(export_seconds=0, latency_ms=0)


def product(row: dict[str, Any]) -> str:
    return str(row.get("ad_product") or row.get("campaign_type") or "")


def unlike(table: str, by_lists: Rows, by_exports: Rows) -> Iterator[str]:
    """How the rows of a table differ, but for what is documented."""
    documented = OTHERWISE.get(table, {})
    # The old ads of Sponsored Brands have an id here.
    keys = {key for key in by_lists if not key[1:] or not str(key[1]).startswith(LEGACY)}
    yield from (f"exports lack {key}" for key in keys - by_exports.keys())
    if len(by_lists) != len(by_exports):
        yield f"{len(by_lists)} rows by lists, {len(by_exports)} by exports"
    for key in keys & by_exports.keys():
        for name, value in by_lists[key].items():
            other = by_exports[key][name]
            if name in OURS or value == other or product(by_lists[key]) in documented.get(name, ()):
                continue
            yield f"{key} {name}: {value!r} by lists, {other!r} by exports"


def test_the_same_account_gives_the_same_rows_by_lists_and_by_exports(exports: Pipeline) -> None:
    assert exports.direct(mode="full").code == 0
    by_lists = {table: loaded(exports, table) for table in KEYS}
    prepare(exports)
    assert exports.direct(**SOURCE).code == 0
    by_exports = {table: loaded(exports, table) for table in KEYS}
    assert {row["region"] for row in by_exports["entity_profiles"].values()} == {"NA", "EU", "FE"}
    found = [line for table in KEYS for line in unlike(table, by_lists[table], by_exports[table])]
    assert found == []
    assert all_differences(exports, source="exports") == []


def test_files_are_asked_for_without_credentials_and_their_addresses_are_in_no_log(exports: Pipeline) -> None:
    done = exports.direct(**SOURCE, loglevel="DEBUG", entities=["ad_groups"])
    assert done.code == 0
    requests = exports.sandbox.control.requests()
    files = [each for each in requests if each["endpoint"] == "snapshots"]
    assert len(files) == 3
    assert {name for each in files for name in each["headers"]} == {"host", "user-agent", "accept-encoding"}
    assert "/snapshots/" in done.output, "the log is not as chatty as it can be"
    assert "X-Amz-" not in done.output


def test_the_rows_are_those_of_the_moment_at_which_the_export_was_asked_for(exports: Pipeline) -> None:
    control = exports.sandbox.control
    control.configure(export_seconds=2)
    before = expected(exports, "entity_targets", "exports")
    run = exports.start_direct(**SOURCE, entities=["targets"])
    wait_until(lambda: asked(control.requests())["targets/export"] == 3)
    done = control.change(fraction=0.3, vanish=20, seed=7, tables=["entity_targets"])
    assert done["vanished"] > 50
    assert run.wait().code == 0
    rows = loaded(exports, "entity_targets")
    assert rows.keys() == before.keys()
    assert [key for key, row in rows.items() if row["bid_micros"] != before[key]["bid_micros"]] == []
    # And the next run is of the next moment.
    assert exports.direct(**SOURCE, entities=["targets"]).code == 0
    assert differences(exports, "entity_targets", vanished_stay=True, source="exports") == []


def test_an_incremental_run_emits_what_has_changed(exports: Pipeline) -> None:
    assert exports.direct(**SOURCE).code == 0
    exports.sandbox.control.change(count=7, seed=11)
    settings = {"source": "exports", "mode": "incremental", "refresh_statuses": False, "lookback_hours": 0}
    assert exports.direct(**settings).code == 0
    assert all_differences(exports, vanished_stay=True, source="exports") == []
    emitted = exports.query(
        "select entity_type, min(items_upserted), max(items_upserted) from amazon_ads.sync_runs "
        "where mode = 'incremental' and entity_type in ('campaigns', 'ad_groups', 'ads') group by 1"
    )
    # Three ad products, seven each.
    assert len(emitted) == 3
    # And what is as new as the watermark comes again.
    assert all(21 <= least <= most <= 25 for _, least, most in emitted)


def test_no_more_exports_are_in_progress_than_amazon_allows(exports: Pipeline) -> None:
    with another_account(exports, profiles=8, campaigns=5) as many:
        control = many.sandbox.control
        control.configure(export_seconds=1)
        control.clear_requests()
        assert many.direct(**SOURCE, export_deadline=60).code == 0
        requests = control.requests()
    # One job of each kind and profile, although ads and targets need those of ad groups; and none was refused.
    assert asked(requests) == dict.fromkeys(EXPORTS, 8)
    assert {each["status"] for each in requests if each["endpoint"] in EXPORTS} == {202}
    assert MOST_IN_PROGRESS == 5


def test_a_run_that_waits_for_an_export_ends_at_once_when_told_to(exports: Pipeline) -> None:
    exports.sandbox.control.configure(export_seconds=600)
    run = exports.start_direct(**SOURCE)
    wait_until(lambda: sum(asked(exports.sandbox.control.requests()).values()) == 12)
    since = time.monotonic()
    run.tap.send_signal(signal.SIGTERM)
    assert run.wait().code != 0
    assert time.monotonic() - since < 10


def asked(requests: list[dict[str, Any]]) -> Counter[str]:
    """How many exports of each kind were created."""
    return Counter(each["endpoint"] for each in requests if each["method"] == "POST" and each["endpoint"] in EXPORTS)


def wait_until(true: Any) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def another_account(pipeline: Pipeline, **sizes: int) -> Iterator[Pipeline]:
    with SandboxProcess(**sizes) as sandbox:
        made = Pipeline(sandbox, pipeline.postgres, pipeline.folder)
        prepare(made)
        yield made
