"""Processes and services that die in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from harness.chaos import heal
from harness.kills import KILLS
from harness.pipeline import Pipeline, Result
from harness.truth import all_differences
from harness.warehouse import renew

from amazon_ads_sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60, portfolios=3, ad_groups=1, keywords=2, targets=1) as server:
        yield server


@pytest.mark.parametrize(("name", "kill"), KILLS, ids=[name for name, _ in KILLS])
def test_kill(pipeline: Pipeline, name: str, kill: Callable[[Pipeline], Result]) -> None:
    result = kill(pipeline)
    if result.code == 0:
        assert all_differences(pipeline) == [], name
    else:
        assert pipeline.query("select error from amazon_ads.sync_runs where status = 'error'"), name
        assert pipeline.query("select 1 from amazon_ads.sync_runs where status = 'running'") == []
    assert heal(pipeline) == []


def test_a_profile_that_fails_under_meltano_costs_the_others_nothing(pipeline: Pipeline) -> None:
    renew(pipeline)
    first = min(pipeline.sandbox.control.counts()["entity_profiles"])
    pipeline.sandbox.control.fault("forbidden", match={"profile_id": first}, times=None)
    failed = pipeline.meltano("run", "sync", mode="full")
    assert failed.code == 1
    pipeline.sandbox.control.clear_faults()
    # The bookmarks of the others moved: the next run reads them incrementally, and the failed one in full.
    again = pipeline.meltano("run", "sync")
    assert again.code == 0, again.output
    rows = pipeline.query(
        "select profile_id, bool_and(high_watermark is not null) from amazon_ads.sync_log"
        " where run_id = %s and entity_type in ('campaigns', 'ads') group by 1",
        failed.run_id,
    )
    assert dict(rows)[first] is False
    assert [done for profile, done in rows if profile != first] == [True, True]
    assert heal(pipeline) == []
