"""After every fault: all rows are there, or the run log and the exit code say error; and the next clean run heals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.fault_checks import holds
from harness.pipeline import Pipeline
from harness.scenarios import SCENARIOS, SIZES, Scenario

from amazon_ads_sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(**SIZES) as server:
        yield server


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_fault(pipeline: Pipeline, scenario: Scenario) -> None:
    holds(pipeline, scenario)
