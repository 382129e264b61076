"""Dbt and the tap as they are installed, imported once per test process: most of what a start costs is importing."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from harness.project import ROOT

_LISTENS_WITHIN = 60
_ANSWERS_WITHIN = 180
_DBT = ROOT / ".meltano/utilities/dbt-postgres/venv/bin/python"


def run_dbt(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command of dbt in a process of its own.

    Args:
        arguments: of the command line.
        environment: all of it.

    Returns:
        Its exit code, and everything it wrote.
    """
    late = ("dbt.adapters.postgres", "dbt.task.build", "dbt.task.run_operation")
    code, output, _ = _ask(_server(str(_DBT), "dbt.cli.main:cli", *late), arguments, environment, together=True)
    return code, output


def run_tap(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the tap in a process of its own.

    Args:
        arguments: of the command line.
        environment: all of it.

    Returns:
        Its exit code, its messages, and its log.
    """
    server = _server(sys.executable, "tap_amazon_ads_entities.tap:TapAmazonAdsEntities.cli")
    return _ask(server, arguments, environment, together=False)


def _ask(
    server: str, arguments: Sequence[str], environment: Mapping[str, str], *, together: bool
) -> tuple[int, str, str]:
    request = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "folder": str(Path.cwd()),
        "together": together,
    }
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_ANSWERS_WITHIN)
        asked.connect(server)
        asked.sendall(json.dumps(request).encode() + b"\n")
        answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
    code, output, errors = json.loads(answer)
    return code, output, errors


@lru_cache(maxsize=4)
def _server(python: str, entry: str, *late: str) -> str:
    """The address of this test process's server for a program."""
    folder = tempfile.mkdtemp(prefix="entities-forks-")
    address = f"{folder}/socket"
    server = subprocess.Popen(
        [python, "-I", str(Path(__file__).with_name("fork_server.py")), address, entry, *late],
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdin=subprocess.PIPE,
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    ends = time.monotonic() + _LISTENS_WITHIN
    while not Path(address).exists():
        assert server.poll() is None, f"{entry} cannot be imported"
        assert time.monotonic() < ends, f"{entry} does not listen"
        time.sleep(0.02)
    return address
