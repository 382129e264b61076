"""The same for the unified API and for exports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.export_scenarios import EXPORT_SCENARIOS
from harness.fault_checks import holds
from harness.pipeline import Pipeline
from harness.scenarios import SIZES, Scenario
from harness.unified_scenarios import UNIFIED_SCENARIOS

from amazon_ads_sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(**SIZES) as server:
        yield server


@pytest.mark.parametrize("scenario", [*UNIFIED_SCENARIOS, *EXPORT_SCENARIOS], ids=lambda scenario: scenario.name)
def test_fault(pipeline: Pipeline, scenario: Scenario) -> None:
    holds(pipeline, scenario)
