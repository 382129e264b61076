"""Random deaths of whole runs; `make havoc ROUNDS=30` plays more of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness.havoc import Havoc
from harness.installation import Installation
from harness.volume import small_volume

ROUNDS = int(os.environ.get("ROUNDS") or 2)
SEED = int(os.environ.get("SEED") or 20_261_125)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_after_the_first_green_run_the_tables_equal_the_truth_and_no_verdict_has_changed(tmp_path: Path) -> None:
    with small_volume(tmp_path / "volume", 400) as volume:
        if volume is None:
            pytest.skip("only root can mount a small volume, and not everywhere")
        project = Installation(tmp_path / "project", home=volume / "home")
        project.control()
        havoc = Havoc(project, volume, SEED)
        try:
            for number in range(1, ROUNDS + 1):
                played = havoc.play()
                print(f"round {number}: {played}")  # noqa: T201 - what `make havoc` shows
                assert played.problems == [], f"round {number} of seed {SEED}"
        finally:
            project.stop()
