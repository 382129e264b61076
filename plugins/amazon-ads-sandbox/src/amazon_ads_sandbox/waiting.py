"""Waits for processes."""

from __future__ import annotations

import contextlib
import os
import time


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process is gone, reaping it if it is our child; False when it still runs after that time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
