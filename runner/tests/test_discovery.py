"""The catalog is kept while the tap is the same, and asked for anew as soon as it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from entities_runner.launch.discovery import discover


class Tap:
    """A virtual environment with a program that writes what its source says."""

    def __init__(self, folder: Path, *, editable: bool) -> None:
        installed = folder / "venv/lib/python3.11/site-packages"
        place = folder / "src" if editable else installed
        self.sources = place / "tap_amazon_ads_entities"
        self.packages = installed
        self.program = folder / "venv/bin/tap-amazon-ads-entities"
        self.starts = folder / "starts"
        for each in (installed / "singer_sdk-0.54.9.dist-info", self.sources, self.program.parent):
            each.mkdir(parents=True)
        if editable:
            (installed / "_editable_impl_tap_amazon_ads_entities.pth").write_text(f"{place}\n")
        self.says("one ü")
        self.program.write_text(
            f'#!/bin/sh\necho >> "{self.starts}"\ncat "{self.sources}/tap.py"\nexit "${{CODE:-0}}"\n'
        )
        self.program.chmod(0o700)

    def says(self, text: str) -> None:
        (self.sources / "tap.py").write_text(text)

    def started(self) -> int:
        return len(self.starts.read_text().splitlines()) if self.starts.exists() else 0


@pytest.mark.parametrize("editable", [True, False])
def test_the_tap_is_started_when_it_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, editable: bool
) -> None:
    tap, kept = Tap(tmp_path, editable=editable), tmp_path / ".sandbox"

    def ask(**settings: str) -> tuple[int, str]:
        return discover([str(tap.program), "--discover"], {**os.environ, **settings}, kept), capsys.readouterr().out

    assert [ask(CODE="1"), ask(), ask()] == [(1, "one ü"), (0, "one ü"), (0, "one ü")]
    assert tap.started() == 2, "what failed is not kept"
    assert (kept / "catalog.json").stat().st_mode & 0o777 == 0o600
    tap.says("two")
    assert [ask(), ask()] == [(0, "two"), (0, "two")]
    assert tap.started() == 3
    (tap.packages / "singer_sdk-0.54.9.dist-info").rename(tap.packages / "singer_sdk-0.55.0.dist-info")
    assert [ask(), tap.started()] == [(0, "two"), 4]
    (kept / "catalog.json").write_text("{")
    assert [ask(), tap.started()] == [(0, "two"), 5]


def test_where_nothing_can_be_kept_or_found_the_tap_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tap, no_folder = Tap(tmp_path, editable=True), tmp_path / "file"
    no_folder.touch()
    assert discover([str(tap.program), "--discover"], os.environ, no_folder) == 0
    next(tap.packages.glob("*.pth")).unlink()
    assert [discover([str(tap.program), "--discover"], os.environ, tmp_path) for _ in range(2)] == [0, 0]
    assert (capsys.readouterr().out, tap.started()) == ("one ü" * 3, 3)
