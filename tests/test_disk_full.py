"""The disk of the database is full during the first sync; room is made; plain runs follow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.installation import EVERYTHING, Installation
from harness.volume import small_volume

_VERDICTS = """
select profile_id, entity_type, settled_status, settled_error from amazon_ads.sync_log
where run_id = (select run_id from amazon_ads.sync_log order by created_at limit 1) order by 1, 2
"""


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A small volume of its own."""
    with small_volume(tmp_path / "volume", 300) as folder:
        if folder is None:
            pytest.skip("only root can mount a small volume, and not everywhere")
        yield folder


def test_the_first_sync_on_a_full_disk_is_made_good_by_the_next_and_keeps_its_verdict(
    tmp_path: Path, volume: Path
) -> None:
    project = Installation(tmp_path / "project", home=volume / "home")
    project.control()
    ballast = volume / "ballast"
    free = os.statvfs(volume).f_bavail * os.statvfs(volume).f_frsize
    ballast.write_bytes(bytes(free - 3_500_000))
    try:
        first = project.sync()
        assert first.code != 0
        assert first.lines("the disk of the database is full; make room"), first.output
        assert "Traceback" not in first.output
        ballast.unlink()
        second = project.sync()
        assert second.code == 0, second.output
        assert second.lines(r"21 slices succeeded, 0 failed \(.*20 full\)"), second.output
        assert project.counts() == EVERYTHING
        verdicts = project.query(_VERDICTS)
        failed = [error for _, _, status, error in verdicts if status == "error"]
        assert failed
        assert all("the disk of the database is full" in error for error in failed)
        third = project.sync()
        assert third.code == 0, third.output
        assert third.lines(r"\(20 incremental\)"), third.output
        assert project.query(_VERDICTS) == verdicts
        assert project.counts() == EVERYTHING
    finally:
        project.stop()
