"""Answers for `harness.dbt`, in dbt's own environment: imports dbt once, and forks for every command."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

END = b"\0exit "


def _serve(address: str) -> None:
    """Answer, in dbt's environment, until whoever started us is gone."""
    import dbt.adapters.postgres  # noqa: PLC0415 - dbt's own environment has it, the tests' has not
    import dbt.task.build  # noqa: PLC0415
    import dbt.task.run_operation  # noqa: F401, PLC0415
    from dbt.cli.main import cli  # noqa: PLC0415

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen()
    Path(f"{address}.new").rename(address)
    parent = os.getppid()
    listener.settimeout(1)
    # Nobody waits for those who answer.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while os.getppid() == parent:
        try:
            asked, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.settimeout(None)
            _answer(asked, cli)
        asked.close()


def _answer(asked: socket.socket, cli: Callable[[], object]) -> None:
    """One command, in a process of its own; whatever it leaves behind cannot hold the answer back."""
    request = json.loads(asked.makefile("rb").readline())
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os._exit(_run(request, cli))
        _, status = os.waitpid(child, 0)
        output.seek(0)
        asked.sendall(output.read() + END + str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run(request: Mapping[str, Any], cli: Callable[[], object]) -> int:
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["dbt", *request["arguments"]]
    try:
        cli()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
