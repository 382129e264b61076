"""The assets in a real Dagster: materialized once from the made-up account."""

from __future__ import annotations

from pathlib import Path

from harness.installation import EVERYTHING, Installation
from harness.programs import run_to_end
from harness.project import ROOT

DAGSTER = ROOT / ".tools/dagster/bin/dagster"


def test_every_table_is_an_asset_that_knows_its_rows(tmp_path: Path) -> None:
    project = Installation(tmp_path / "project")
    (tmp_path / "dagster.yaml").touch()
    code, output = run_to_end(
        [DAGSTER, "asset", "materialize", "--select=*", "-f", ROOT / "scheduling/dagster/amazon_ads_entities.py"],
        project.environment(DAGSTER_HOME=str(tmp_path), AMAZON_ADS_PROJECT=str(project.folder)),
        timeout=900,
    )
    assert code == 0, output[-4000:]
    for table in EVERYTHING:
        assert f"Materialized value entity_{table}." in output
    assert project.counts() == EVERYTHING
    project.stop()
