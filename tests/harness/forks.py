"""Meltano, dbt and the tap as installed, imported once per test process: most of what a start costs is importing."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from harness.project import ROOT

_LISTENS_WITHIN = 60
_ANSWERS_WITHIN = 540
_CONNECTION = (
    "TARGET_POSTGRES_HOST",
    "TARGET_POSTGRES_PORT",
    "TARGET_POSTGRES_DATABASE",
    "TARGET_POSTGRES_USER",
    "AMAZON_ADS_OWNER_USER",
    "AMAZON_ADS_SCHEMA",
    "AMAZON_ADS_SEARCH_PATH",
)
_DBT = ROOT / ".meltano/utilities/dbt-postgres/venv/bin/python"
_TARGET = ROOT / ".meltano/loaders/target-postgres/venv/bin/python"
_COMPILE_ONCE = Path(__file__).with_name("compile_once.py")

_SCHEMAS = tuple(
    f"dbt.{name}.json_schema"
    for name in (
        "contracts.project:ProjectFlags",
        "contracts.project:Project",
        "contracts.project:Configuration",
        "artifacts.resources.v1.model:ModelConfig",
        "artifacts.resources.v1.config:NodeConfig",
        "contracts.graph.nodes:ModelNode",
        "contracts.graph.nodes:SingularTestNode",
        "contracts.graph.nodes:GenericTestNode",
        "contracts.graph.nodes:HookNode",
        "contracts.graph.unparsed:UnparsedSourceDefinition",
        "contracts.graph.unparsed:UnparsedModelUpdate",
    )
)
"""What dbt spells out of its own classes in every process that parses, which takes longer than parsing our models."""

TAP = (sys.executable, "tap_amazon_ads_entities.tap:TapAmazonAdsEntities.cli")
TARGET = (str(_TARGET), "target_postgres_copy.main:main")
MELTANO = (sys.executable, "meltano.cli:main")
"""How they are started."""


def run_meltano(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a command of Meltano in a process of its own; what it starts are programs as always.

    Args:
        arguments: of the command line.
        environment: all of it.
        folder: the project's.

    Returns:
        Its exit code, and everything it wrote.
    """
    late = ("alembic.command", "sqlalchemy.dialects.sqlite", "meltano.core.block.extract_load")
    code, output, _ = _ask(_server(*MELTANO, *late), arguments, environment, together=True, folder=folder)
    return code, output


def run_dbt(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command of dbt in a process of its own.

    Args:
        arguments: of the command line.
        environment: all of it.

    Returns:
        Its exit code, and everything it wrote.
    """
    late = ("dbt.adapters.postgres", "dbt.task.build", "dbt.task.run_operation", str(_COMPILE_ONCE), *_SCHEMAS)
    # Dbt parses everything anew for another connection than last time: each has a folder of its own for what it parsed.
    connection = "\n".join(environment.get(name, "") for name in _CONNECTION)
    folder = f"target/{hashlib.sha256(connection.encode()).hexdigest()[:12]}"
    variables = {"DBT_TARGET_PATH": folder, "DBT_LOG_LEVEL_FILE": "none", **environment}
    code, output, _ = _ask(_server(str(_DBT), "dbt.cli.main:cli", *late), arguments, variables, together=True)
    return code, output


def run_tap(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the tap in a process of its own.

    Args:
        arguments: of the command line.
        environment: all of it.

    Returns:
        Its exit code, its messages, and its log.
    """
    return _ask(_server(*TAP), arguments, environment, together=False)


class Started:
    """A program at work.

    Args:
        program: `TAP` or `TARGET`.
        arguments: of the command line.
        environment: all of it.
        files: its standard input, output and errors.
    """

    def __init__(
        self,
        program: tuple[str, ...],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: tuple[IO[Any], IO[Any], IO[Any]],
    ) -> None:
        """Start it."""
        self.returncode: int | None = None
        self._asked = socket.socket(socket.AF_UNIX)
        self._asked.connect(_server(*program))
        request = _request(arguments, environment, together=False)
        socket.send_fds(self._asked, [request], [file.fileno() for file in files])
        self._answers = self._asked.makefile("rb")
        self.pid = int(self._answers.readline())

    def wait(self, timeout: float = _ANSWERS_WITHIN) -> int:
        """Its exit code, once it has ended; minus the number of the signal that ended it."""
        if self.returncode is None:
            if not select.select([self._asked], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._asked.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _ask(
    server: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    together: bool,
    folder: Path | None = None,
) -> tuple[int, str, str]:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_ANSWERS_WITHIN)
        asked.connect(server)
        asked.sendall(_request(arguments, environment, together=together, folder=folder))
        answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
    code, output, errors = json.loads(answer)
    return code, output, errors


def _request(
    arguments: Sequence[str], environment: Mapping[str, str], *, together: bool, folder: Path | None = None
) -> bytes:
    request = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "folder": str(folder or Path.cwd()),
        "together": together,
    }
    return json.dumps(request).encode() + b"\n"


@lru_cache(maxsize=4)
def _server(python: str, entry: str, *late: str) -> str:
    """The address of this test process's server for a program."""
    folder = tempfile.mkdtemp(prefix="entities-forks-")
    address = f"{folder}/socket"
    server = subprocess.Popen(
        [python, "-I", str(Path(__file__).with_name("fork_server.py")), address, entry, *late],
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"},
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
