"""A run that is stopped, or whose runner is killed, ends with everything it has started, and the next one heals it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.installation import EVERYTHING, Installation
from harness.pipeline import BIN

BOUND = 10.0


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("stopping") / "project")
    made.control()
    yield made
    made.stop()


def at_work(project: Installation) -> list[str]:
    """What works for the project, its services aside."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            inside = (process / "cwd").resolve() == project.folder.resolve()
            if inside and command and "amazon_ads_sandbox serve" not in command:
                found.append(command)
    return found


def told(project: Installation) -> Path:
    """Where alerts go."""
    return project.folder / "told"


def start(project: Installation) -> subprocess.Popen[bytes]:
    """A sync that lasts, with tap and loader at work."""
    project.control().configure(latency_ms=400)
    runner = subprocess.Popen(
        [str(BIN / "entities-sync")],
        cwd=project.folder,
        env=project.environment(
            MODE="full", TAP_AMAZON_ADS_ENTITIES_WORKERS="1", AMAZON_ADS_ALERT_COMMAND=f"cat >> {told(project)}"
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    ends = time.monotonic() + 120
    while not {"tap", "loader"} <= {
        name
        for command in at_work(project)
        for name, program in (("tap", "/bin/tap-amazon-ads-entities"), ("loader", "/bin/target-postgres"))
        if program in command and "--discover" not in command
    }:
        assert runner.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.1)
    time.sleep(2)
    return runner


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_of_a_stopped_run_lives_on(project: Installation, number: signal.Signals) -> None:
    runner = start(project)
    begun = time.monotonic()
    os.kill(runner.pid, number)
    code = runner.wait(60)
    assert code == (-number if number == signal.SIGKILL else 128 + number)
    while left := at_work(project):
        assert time.monotonic() - begun < BOUND, left
        time.sleep(0.1)
    assert time.monotonic() - begun < BOUND
    assert not told(project).exists(), "who stops a run is told nothing of it"


def test_a_second_run_is_told_and_the_next_one_heals(project: Installation) -> None:
    runner = start(project)
    for command in (("entities-sync",), ("meltano", "run", "--force", "tap-amazon-ads-entities", "target-postgres")):
        refused = project.run(*command)
        assert refused.code == 1
        assert refused.lines("Another sync is under way in this folder"), refused.output
        assert "Traceback" not in refused.output
    runner.terminate()
    runner.wait(60)
    project.control().configure(latency_ms=0)
    healed = project.sync()
    assert healed.code == 0, healed.output
    assert project.counts() == EVERYTHING
    left_open = "select count(*) from amazon_ads.sync_runs where status = 'running'"
    assert project.query(left_open) == [(0,)]
    aborted = "select count(*) from amazon_ads.sync_runs where error like 'aborted:%%'"
    assert project.query(aborted.replace("%%", "%"))[0][0] >= 1
