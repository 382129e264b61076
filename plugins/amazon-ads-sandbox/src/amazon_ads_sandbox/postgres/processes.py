"""Tells a running server from what a crash has left behind."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

_PROC = Path("/proc")
_ORPHAN_SECONDS = 10.0


def recorded_pid(data: Path) -> int | None:
    """The process id in the pid file."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def recorded_port(data: Path) -> int | None:
    """The port in the pid file."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n")[3])
    except (OSError, ValueError, IndexError):
        return None


def server_pid(data: Path) -> int | None:
    """The server's process id while it runs on that data: after a crash the id may belong to anybody."""
    pid = recorded_pid(data)
    if pid is None:
        return None
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except OSError:
        return None
    if not _PROC.exists():
        return pid
    with contextlib.suppress(OSError):
        if str(data).encode() in (_PROC / str(pid) / "cmdline").read_bytes():
            return pid
    return None


def clear_stale_pid_file(data: Path) -> None:
    """Remove the pid file of a dead server whose id is still taken (by a zombie, or by another program).

    Postgres would take that for a running server. Its own check for orphaned backends is made here instead:
    nobody may still work in the data folder.
    """
    pid = recorded_pid(data)
    if pid is None or not _PROC.exists() or not (_PROC / str(pid)).exists():
        return
    ends = time.monotonic() + _ORPHAN_SECONDS
    while _working_in(data):
        if time.monotonic() > ends:
            return
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _working_in(data: Path) -> bool:
    """Whether a process has the data folder as its working directory, as every Postgres process has."""
    for process in _PROC.iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == data:
                    return True
    return False
