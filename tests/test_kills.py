"""Processes and services that die in the middle of a run."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator

import pytest
from harness.chaos import heal, prepare
from harness.pipeline import Direct, Pipeline, Result
from harness.truth import all_differences

from amazon_ads_sandbox.process import SandboxProcess

CHANCE = random.Random(20_261_124)  # noqa: S311 - chosen once, so that a failure can be repeated
MOMENTS = [round(CHANCE.uniform(0.3, 2.4), 2) for _ in range(10)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60, portfolios=3, ad_groups=1, keywords=2, targets=1) as server:
        yield server


def started(pipeline: Pipeline) -> Direct:
    prepare(pipeline)
    pipeline.sandbox.control.configure(latency_ms=60)
    return pipeline.start_direct(mode="full", page_size=10, workers=4)


def judge(pipeline: Pipeline, result: Result) -> None:
    """All rows and a success, or an error in exit code and log; then a clean run heals."""
    pipeline.sandbox.control.configure(latency_ms=0)
    if result.code == 0:
        assert all_differences(pipeline) == []
    else:
        # The mark of the run may still be young: it counts as dead once the next run has left its own.
        pipeline.query_none("update amazon_ads.sync_run_markers set started_at = started_at - interval '2 minutes'")
        errors = pipeline.query("select error from amazon_ads.sync_runs where status = 'error'")
        assert errors
        assert pipeline.query("select 1 from amazon_ads.sync_runs where status = 'running'") == []
    assert heal(pipeline) == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_sigterm_of_the_tap(pipeline: Pipeline, moment: float) -> None:
    run = started(pipeline)
    time.sleep(moment)
    finished = run.tap.poll() is not None
    run.tap.send_signal(signal.SIGTERM)
    result = run.wait()
    assert finished or result.code != 0
    judge(pipeline, result)


@pytest.mark.parametrize("moment", MOMENTS)
def test_sigkill_of_the_tap(pipeline: Pipeline, moment: float) -> None:
    run = started(pipeline)
    time.sleep(moment)
    run.tap.kill()
    judge(pipeline, run.wait())


@pytest.mark.parametrize("moment", MOMENTS[:3])
def test_sigkill_of_the_loader(pipeline: Pipeline, moment: float) -> None:
    run = started(pipeline)
    time.sleep(moment)
    run.target.kill()
    result = run.wait()
    assert result.code != 0
    judge(pipeline, result)


def test_postgres_killed_and_started_again_mid_run(pipeline: Pipeline) -> None:
    run = started(pipeline)
    time.sleep(1.5)
    pipeline.postgres.kill()
    time.sleep(0.5)
    pipeline.postgres.start()
    judge(pipeline, run.wait())


def test_a_read_only_database(pipeline: Pipeline) -> None:
    prepare(pipeline)
    pipeline.query_none("alter database amazon_ads set default_transaction_read_only = on")
    try:
        result = pipeline.direct(mode="full")
    finally:
        pipeline.query_none(
            "set transaction_read_only = off; alter database amazon_ads reset default_transaction_read_only"
        )
    assert result.code != 0
    judge(pipeline, result)


def test_a_profile_that_fails_under_meltano_costs_the_others_nothing(pipeline: Pipeline) -> None:
    pipeline.reset()
    first = min(pipeline.sandbox.control.counts()["entity_profiles"])
    pipeline.sandbox.control.fault("forbidden", match={"profile_id": first}, times=None)
    failed = pipeline.meltano("run", "sync", mode="full")
    assert failed.code == 1
    pipeline.sandbox.control.clear_faults()
    # The bookmarks of the others moved: an incremental run emits little of them, and everything due of the failed one.
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
