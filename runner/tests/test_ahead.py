"""What is imported ahead runs when it is told to, with what it is told, and otherwise not at all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from entities_runner import ahead, process

PROGRAM = """
import os, sys, time
from pathlib import Path

Path(sys.argv[-1], "imported").touch()

def main():
    print("arguments", sys.argv[:-1], "told", os.environ.get("TOLD"), "kept", "KEPT" in os.environ)
    print("input", sys.stdin.read() == "", "path", any(folder.endswith("entities_runner") for folder in sys.path))
    return 7
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    (tmp_path / "a_program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("KEPT", "yes")
    return ahead.waiting(sys.executable, "a_program:main", ["/bin/program", "run", str(tmp_path)], ("json.tool",))


def until_imported(folder: Path) -> None:
    ends = time.monotonic() + 30
    while not (folder / "imported").exists():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_it_runs_with_what_it_is_told_and_nothing_else(command: Sequence[str], tmp_path: Path) -> None:
    said: list[str] = []

    def follow(lines: Iterable[bytes]) -> None:
        said.extend(line.decode() for line in lines)

    with process.waiting(command) as program:
        until_imported(tmp_path)
        assert process.end(program, {"TOLD": "ü"}, follow) == 7
    assert said[0] == "arguments ['/bin/program', 'run'] told ü kept False\n"
    assert said[1] == "input True path False\n"


def test_it_never_runs_where_it_is_never_told(command: Sequence[str], tmp_path: Path) -> None:
    with process.waiting(command) as program:
        until_imported(tmp_path)
    assert program.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(program.pid, 0)


def test_what_cannot_be_imported_is_its_output_and_its_exit_code() -> None:
    said: list[bytes] = []
    with process.waiting(ahead.waiting(sys.executable, "no_such_module:main", ["program"])) as program:
        assert process.end(program, {}, said.extend) == 1
    assert b"No module named 'no_such_module'" in b"".join(said)
