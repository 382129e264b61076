from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.pipeline import Pipeline
from harness.truth import all_differences
from harness.warehouse import renew

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def large(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with SandboxProcess(profiles=1, campaigns=5000, seed=7, keywords=2, ads=1) as sandbox:
        made = Pipeline(sandbox, postgres, Path(tmp_path_factory.mktemp("large")))
        renew(made)
        yield made


def test_one_profile_with_5000_campaigns_equals_the_ground_truth(large: Pipeline) -> None:
    result = large.meltano("run", "sync", mode="full")
    assert result.code == 0, result.output
    assert large.query("select count(*) from amazon_ads.entity_campaigns") == [(5000,)]
    assert all_differences(large) == []
