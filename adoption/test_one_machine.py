"""Cron lines and systemd units as they are copied."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.programs import run_to_end
from harness.project import ROOT

from amazon_ads_sandbox.places import free_port

FOLDER = ROOT / "scheduling"
CRON = (FOLDER / "cron").read_text()
LINES = re.findall(r"^\S+ \S+ \S+ \S+ \S+ amazon-ads (.+)$", CRON, re.MULTILINE)


class Cron:
    """A line as cron runs it: its shell, nothing in the environment but what the file and cron itself set."""

    def __init__(self, home: Path) -> None:
        self._environment = {
            **dict(re.findall(r"^(SHELL|PATH)=(.*)$", CRON, re.MULTILINE)),
            "HOME": str(home),
            "LOGNAME": pwd.getpwuid(os.getuid()).pw_name,
            # Only here: what keeps the test's services apart from those of the checkout.
            "AMAZON_ADS_SANDBOX_HOME": str(home / "services"),
            "AMAZON_ADS_SANDBOX_PORT": str(free_port()),
            "AMAZON_ADS_SANDBOX_PG_PORT": str(free_port()),
        }

    def run(self, line: str) -> str:
        """What cron would mail."""
        command = [self._environment["SHELL"], "-c", line.replace("/opt/amazon-ads-entities", f"'{ROOT}'")]
        return run_to_end(command, self._environment, folder=Path(self._environment["HOME"]), timeout=900)[1]

    def ask(self, sql: str) -> str:
        return subprocess.run(
            [ROOT / ".venv/bin/amazon-ads-sandbox", "psql", sql],
            env={**self._environment, "PSQL_PAGER": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout


@pytest.fixture
def cron(tmp_path: Path) -> Iterator[Cron]:
    made = Cron(tmp_path)
    yield made
    subprocess.run([ROOT / ".venv/bin/amazon-ads-sandbox", "down"], env=made._environment, check=True)  # noqa: SLF001


def test_cron_is_silent_about_a_run_that_succeeds_and_mails_one_that_fails(cron: Cron) -> None:
    assert len(LINES) == 2
    for line in LINES:
        assert "%" not in line, "cron takes it for the end of the line"
    assert cron.run(LINES[0]) == ""
    found = cron.ask("select count(*) from amazon_ads.entity_targets")
    assert "2940" in found
    assert "is 'never', which is none of" in cron.run(LINES[0].replace("make sync", "make sync MODE=never"))
    assert "elsewhere" in cron.run(LINES[0].replace("/opt/amazon-ads-entities", "/opt/elsewhere"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "systemd", tmp_path, dirs_exist_ok=True)
    names = [path.name for path in tmp_path.glob("*.timer")]
    assert len(names) == 2
    names += [f"amazon-ads-entities@{mode}.service" for mode in ("auto", "full")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", *names],  # noqa: S607 - the first on the PATH
        cwd=tmp_path,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    timers = "".join(path.read_text() for path in tmp_path.glob("*.timer"))
    assert set(re.findall(r"^Unit=(.+)$", timers, re.MULTILINE)) == set(names[2:])
