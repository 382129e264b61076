"""The assets in a real Dagster: materialized once from the made-up account."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.installation import EVERYTHING, Installation
from harness.project import ROOT

DAGSTER = ROOT / ".tools/dagster/bin/dagster"


def test_every_table_is_an_asset_that_knows_its_rows(tmp_path: Path) -> None:
    project = Installation(tmp_path / "project")
    (tmp_path / "dagster.yaml").touch()
    done = subprocess.run(
        [DAGSTER, "asset", "materialize", "--select=*", "-f", ROOT / "scheduling/dagster/amazon_ads_entities.py"],
        env=project.environment(DAGSTER_HOME=str(tmp_path), AMAZON_ADS_PROJECT=str(project.folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    for table in EVERYTHING:
        assert f"Materialized value entity_{table}." in done.stdout
    assert project.counts() == EVERYTHING
    project.stop()
