"""The tap, the loader and the database die in the middle of `meltano run sync`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.chaos import heal
from harness.pipeline import BIN, Pipeline
from harness.project import project
from harness.warehouse import renew

from amazon_ads_sandbox.process import SandboxProcess

PLUGINS = {"tap": "extractors/tap-amazon-ads-entities", "loader": "loaders/target-postgres"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60, portfolios=3, ad_groups=1, keywords=2, targets=1) as server:
        yield server


def find(group: int, plugin: str) -> int | None:
    """The process of a plugin in Meltano's process group."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                session = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3])
                if session == group and f"/{plugin}/venv/bin/" in command and "--discover" not in command:
                    return int(entry.name)
    return None


@pytest.mark.parametrize("victim", ["tap", "loader", "postgres"])
def test_a_death_under_meltano(pipeline: Pipeline, victim: str) -> None:
    renew(pipeline)
    pipeline.sandbox.control.configure(latency_ms=100)
    run_id = str(uuid.uuid4())
    meltano = subprocess.Popen(
        [str(BIN / "meltano"), "--environment=prod", "run", "--force", "sync"],
        env={
            **pipeline.environment(mode="full", page_size=5, workers=2),
            "MELTANO_RUN_ID": run_id,
        },
        cwd=project(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    plugin = PLUGINS["tap" if victim == "postgres" else victim]
    while (pid := find(meltano.pid, plugin)) is None:
        assert meltano.poll() is None
        time.sleep(0.02)
    time.sleep(3)
    if victim == "postgres":
        pipeline.postgres.kill()
        time.sleep(0.3)
        pipeline.postgres.start()
    else:
        os.kill(pid, signal.SIGKILL)
    code = meltano.wait(300)
    pipeline.sandbox.control.configure(latency_ms=0)
    if code != 0:
        # A run that stored nothing yet looks like one that is starting, for twenty seconds.
        ends = time.monotonic() + 25
        while not pipeline.query("select 1 from amazon_ads.sync_runs where status = 'error'"):
            assert time.monotonic() < ends
            time.sleep(0.5)
        assert pipeline.query("select 1 from amazon_ads.sync_runs where status = 'running'") == []
    assert heal(pipeline) == []
    if victim != "postgres":
        assert code != 0
