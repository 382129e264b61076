"""After every fault: all rows are there, or the run log and the exit code say error; and the next clean run heals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.chaos import heal, play
from harness.export_scenarios import EXPORT_SCENARIOS
from harness.pipeline import Pipeline
from harness.scenarios import SCENARIOS, SIZES, Scenario
from harness.truth import KEYS, all_differences, expected, loaded
from harness.unified_scenarios import UNIFIED_SCENARIOS

from amazon_ads_sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(**SIZES) as server:
        yield server


@pytest.mark.parametrize(
    "scenario", [*SCENARIOS, *UNIFIED_SCENARIOS, *EXPORT_SCENARIOS], ids=lambda scenario: scenario.name
)
def test_fault(pipeline: Pipeline, scenario: Scenario) -> None:
    outcome = play(pipeline, scenario)
    output = "\n".join(outcome.result.lines("WARNING|ERROR|Traceback"))
    assert outcome.seconds >= scenario.least_seconds
    assert "Traceback" not in outcome.result.output
    if scenario.complete:
        assert (outcome.exit_code, outcome.slices_failed, outcome.missing) == (0, 0, 0), output
        if not scenario.changed_values:
            assert all_differences(pipeline, source=scenario.source) == []
        late = pipeline.query("select 1 from amazon_ads.sync_runs where high_watermark > started_at")
        assert late == []
    else:
        assert outcome.exit_code != 0
        assert outcome.slices_failed > 0
        if scenario.profiles_failed is not None:
            assert outcome.profiles_failed == scenario.profiles_failed
        complete_slices_are_complete(pipeline, scenario.source)
    if outcome.missing or scenario.changed_values or not scenario.complete:
        assert heal(pipeline, scenario.source) == []


def complete_slices_are_complete(pipeline: Pipeline, source: str) -> None:
    """Whatever the log calls a success has all its rows, and its bookmark; failed slices have none."""
    for profile, entity, status, watermark in pipeline.query(
        "select profile_id, entity_type, status, high_watermark from amazon_ads.sync_runs where profile_id <> '*'",
    ):
        table = f"entity_{entity}"
        if table not in KEYS:
            continue
        if status == "success":
            wanted = {key for key in expected(pipeline, table, source) if key[0] == profile}
            assert wanted <= loaded(pipeline, table).keys(), (profile, entity)
        else:
            assert watermark is None
