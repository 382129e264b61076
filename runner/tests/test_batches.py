"""Folders of BATCH files: made where they are asked for, private, and gone when nobody lives who uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entities_runner import batches
from entities_runner.account import MADE_UP, TAP, Choice
from entities_runner.run import Run


def run_of(project: Path, run_id: str, **variables: str) -> Run:
    return Run(project, project, run_id, Choice(MADE_UP, embedded_database=True), variables)


def folder_of(run: Run) -> Path:
    return Path(json.loads(batches.settings(run)[f"{TAP}BATCH_CONFIG"])["storage"]["root"])


def test_the_folder_that_the_tap_is_told_of_is_there_while_the_loader_is(tmp_path: Path) -> None:
    run = run_of(tmp_path, "a")
    folder = folder_of(run)
    assert not folder.exists()
    with batches.asked_for(run) as held:
        assert len(held) == 1
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "rows.jsonl").touch()
    assert not folder.exists()


def test_what_a_killed_run_has_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    dead, alive, own = (run_of(tmp_path, name) for name in ("dead", "alive", "own"))
    for run in (dead, own):
        folder_of(run).mkdir(parents=True)
        (folder_of(run) / "rows.jsonl").touch()
    with batches.asked_for(alive):
        batches.remove_left_overs(own)
        # The loader of this run may have made its folder a moment ago.
        assert [folder_of(run).exists() for run in (dead, alive, own)] == [False, True, True]


def test_without_room_for_a_folder_nobody_asks_for_files(tmp_path: Path) -> None:
    run = run_of(tmp_path, "a")
    run.folder.mkdir()
    (run.folder / "batches").touch()
    with batches.asked_for(run) as held:
        assert held == ()


@pytest.mark.parametrize("name", ["BATCH_CONFIG", "BATCH_CONFIG_STORAGE_ROOT", "BATCH_FILES_MB"])
def test_what_the_user_says_of_files_stands(tmp_path: Path, name: str) -> None:
    assert batches.settings(run_of(tmp_path, "a", **{f"{TAP}{name}": "1"})) == {}
