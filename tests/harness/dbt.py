"""Dbt as it is installed, imported once per test process: half of what a start costs is importing it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from harness.dbt_server import END
from harness.project import ROOT

_PYTHON = ROOT / ".meltano/utilities/dbt-postgres/venv/bin/python"
_LISTENS_WITHIN = 60
_ANSWERS_WITHIN = 180


def run_dbt(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command of dbt in a process of its own.

    Args:
        arguments: of the command line.
        environment: all of it.

    Returns:
        Its exit code, and everything it wrote.
    """
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_ANSWERS_WITHIN)
        asked.connect(_server())
        asked.sendall(json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode() + b"\n")
        answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
    output, _, code = answer.rpartition(END)
    return int(code), output.decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _server() -> str:
    """The address of this test process's server."""
    folder = tempfile.mkdtemp(prefix="entities-dbt-")
    address = f"{folder}/socket"
    server = subprocess.Popen(
        [str(_PYTHON), "-I", str(Path(__file__).with_name("dbt_server.py")), address],
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdin=subprocess.PIPE,
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    ends = time.monotonic() + _LISTENS_WITHIN
    while not Path(address).exists():
        assert server.poll() is None, "the installed dbt cannot be imported"
        assert time.monotonic() < ends, "dbt does not listen"
        time.sleep(0.05)
    return address
