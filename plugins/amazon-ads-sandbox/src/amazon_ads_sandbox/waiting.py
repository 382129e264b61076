"""Waits for processes."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process is gone, reaping it if it is our child; False when it still runs after that time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not lives(pid):
            return True
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended counts as gone, even if its parent never asks how."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # The state comes after the program's name, which may hold anything.
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in {b"Z", b"X"}
