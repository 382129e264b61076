"""Many workers and long lists cut into parts: the same tables and the same run log as with one worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.pipeline import Pipeline
from harness.truth import KEYS, OURS, all_differences, loaded

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess

SETTINGS = {"mode": "full", "page_size": 5}
LOG = """
select profile_id, entity_type, mode, status, items_upserted, pages_fetched, retries, error, high_watermark,
    details - array['session', 'last_synced_at']
from amazon_ads.sync_log order by 1, 2
"""


@pytest.fixture(scope="module")
def cut(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    # Few campaigns with many children: their lists are worth cutting by campaign.
    sizes = {"campaigns": 250, "ad_groups": 2, "ads": 4, "keywords": 4, "targets": 1, "negatives": 1}
    with SandboxProcess(profiles=2, seed=5, **sizes) as sandbox:
        made = Pipeline(sandbox, postgres, Path(tmp_path_factory.mktemp("cut")), SETTINGS)
        made.reset()
        yield made


def content(pipeline: Pipeline) -> dict[str, Any]:
    """Every table without what differs between any two runs."""
    return {
        table: {
            key: {name: row[name] for name in row if name not in OURS} for key, row in loaded(pipeline, table).items()
        }
        for table in KEYS
    }


def test_many_workers_load_the_same_tables_and_the_same_run_log_as_one(cut: Pipeline) -> None:
    results = []
    for workers in (1, 48):
        cut.reset()
        cut.sandbox.control.clear_requests()
        result = cut.direct(workers=workers)
        assert result.code == 0, result.output
        assert all_differences(cut) == []
        results.append((content(cut), cut.query(LOG)))
    assert results[0] == results[1]


def test_long_lists_are_cut_and_short_ones_are_not(cut: Pipeline) -> None:
    requests = cut.sandbox.control.requests()

    def asked(path: str, what: str) -> set[str]:
        return {
            json.dumps(json.loads(request["body"]).get(what))
            for request in requests
            if request["endpoint"] == path and request["method"] == "POST"
        }

    usual, others = ["ENABLED", "PAUSED", "ARCHIVED"], ["ENABLING", "USER_DELETED", "PROPOSED", "OTHER"]
    parts = [*([state] for state in usual), others]
    assert asked("sp/campaigns/list", "stateFilter") == {
        json.dumps({"include": states}) for states in [usual + others, *parts]
    }
    assert asked("portfolios/list", "nextToken") == {"null"}
    batches = asked("sp/keywords/list", "campaignIdFilter") - {"null"}
    assert len(batches) == 2
    starts = {request["query"] for request in requests if request["endpoint"] == "sd/targets/extended"}
    assert len(starts) > 8


def test_a_row_that_no_part_holds_is_still_read(cut: Pipeline) -> None:
    cut.reset()
    # One part comes back empty, as if it held nothing; the totals say otherwise.
    cut.sandbox.control.fault("empty_list", match={"endpoint": "sp/campaigns/list", "states": "PAUSED"}, times=1)
    result = cut.direct(entities=["campaigns"], profile_ids=[min(cut.sandbox.control.counts()["entity_profiles"])])
    assert result.code == 0, result.output
    assert result.lines(r"sp/campaigns/list: gave \d+ of 150 rows, reading it once more")
    assert cut.query("select count(*) from amazon_ads.entity_campaigns") == [(250,)]
