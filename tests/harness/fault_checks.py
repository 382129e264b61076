"""What has to be true after a fault, whatever it was."""

from __future__ import annotations

from harness.chaos import heal, play
from harness.pipeline import Pipeline
from harness.scenarios import Scenario
from harness.truth import KEYS, all_differences, expected, loaded


def holds(pipeline: Pipeline, scenario: Scenario) -> None:
    """Play a scenario; all rows are there, or log and exit code say error; and the next clean run heals."""
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
        _complete_slices_are_complete(pipeline, scenario.source)
    if outcome.missing or scenario.changed_values or not scenario.complete:
        assert heal(pipeline, scenario.source) == []


def _complete_slices_are_complete(pipeline: Pipeline, source: str) -> None:
    """Whatever the log calls a success has all its rows, and its bookmark; failed slices have none."""
    missing = {
        entity: expected(pipeline, f"entity_{entity}", source).keys() - loaded(pipeline, f"entity_{entity}").keys()
        for entity in (table.removeprefix("entity_") for table in KEYS)
    }
    for profile, entity, status, watermark in pipeline.query(
        "select profile_id, entity_type, status, high_watermark from amazon_ads.sync_runs where profile_id <> '*'",
    ):
        if entity not in missing:
            continue
        if status == "success":
            assert not [key for key in missing[entity] if key[0] == profile], (profile, entity)
        else:
            assert watermark is None
