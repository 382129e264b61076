"""Runs programs and measures them: wall seconds, CPU seconds, peak memory; medians over repetitions."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Measurement:
    """One program, measured.

    Args:
        wall, cpu: seconds.
        memory: peak, in MB.
        rows: RECORD messages of entities it wrote.
    """

    wall: float
    cpu: float
    memory: float
    rows: int = 0


ENTITY_RECORD = b'{"type":"RECORD","stream":"entity_'


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    source: Path | None = None,
    keep: Path | None = None,
    record: bytes = ENTITY_RECORD,
) -> Measurement:
    """Run a program to its end.

    Args:
        command: the program.
        environment: variables beside our own.
        source: what it reads.
        keep: where its output goes; else it is counted and thrown away.
        record: how the lines that count begin.

    Raises:
        RuntimeError: it failed.
    """
    with ExitStack() as stack:
        out = stack.enter_context(keep.open("w+b") if keep else tempfile.TemporaryFile())  # noqa: SIM115
        err = stack.enter_context(tempfile.TemporaryFile())
        read = stack.enter_context(source.open("rb")) if source else subprocess.DEVNULL
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own programs
            list(command), stdin=read, stdout=out, stderr=err, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        if status:
            err.seek(0)
            out.seek(0)
            message = (err.read() + out.read()).decode("utf-8", "replace")[-2000:]
            raise RuntimeError(message)
        out.seek(0)
        rows = sum(line.startswith(record) for line in out)
    return Measurement(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, rows)


def median(runs: Sequence[Measurement]) -> Measurement:
    """The medians of several runs."""
    return Measurement(
        statistics.median(each.wall for each in runs),
        statistics.median(each.cpu for each in runs),
        statistics.median(each.memory for each in runs),
        runs[0].rows,
    )


def config(sandbox: SandboxProcess, **settings: Any) -> dict[str, Any]:
    """Settings of the tap for a sandbox."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "api_url": f"{sandbox.url}/{{region}}",
        "token_url": f"{sandbox.url}/auth/o2/token",
        "mode": "full",
        "ad_products": ["SP"],
        **settings,
    }


def repeated(
    command: Sequence[str],
    repeat: int,
    environment: Mapping[str, str] | None = None,
    *,
    warm_up: bool = True,
    **more: Any,
) -> Measurement:
    """The medians of some runs; one before them warms up (with `repeat` 0, it is all there is)."""
    runs = [run(command, environment, **more) for _ in range(repeat + warm_up)]
    return median(runs[warm_up:] or runs)


def tap(
    sandbox: SandboxProcess,
    repeat: int = 3,
    state: Path | None = None,
    *,
    warm_up: bool = True,
    keep: Path | None = None,
    **settings: Any,
) -> Measurement:
    """The tap alone, its start-up included."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config(sandbox, **settings), file)
        file.flush()
        command = [str(BIN / "tap-amazon-ads-entities"), "--config", file.name]
        command += ["--state", str(state)] if state else []
        return repeated(command, repeat, warm_up=warm_up, keep=keep)


def bare(sandbox: SandboxProcess, entity: str, repeat: int = 3) -> Measurement:
    """The bare client doing the same."""
    return repeated([sys.executable, str(HERE / "bare.py"), sandbox.url, entity], repeat)
