"""A command with everything it starts: found, signalled and ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_GONE_SECONDS = 2.0


class Session:
    """The session that a command leads.

    The leader is asked after only at the very end: until then nobody else can get its id, which is the group's too.

    Args:
        leader: the command, started with a session of its own.
    """

    def __init__(self, leader: subprocess.Popen[bytes]) -> None:
        """Signal nobody yet."""
        self._leader = leader

    def signal(self, number: int) -> None:
        """Signal the leader's group."""
        if self._leader.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._leader.pid, number)

    def kill(self) -> None:
        """Kill everybody who lives, also those who have left the group."""
        self.signal(signal.SIGKILL)
        for pid in self._members():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    def is_leaderless(self) -> bool:
        """Whether the leader has ended."""
        if self._leader.returncode is not None:
            return True
        if hasattr(os, "waitid"):
            return os.waitid(os.P_PID, self._leader.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return self._leader.poll() is not None

    def end(self) -> int:
        """Kill what is left and wait until it is gone, for a bounded time.

        Returns:
            The leader's exit code; 128 and the signal's number when a signal ended it.
        """
        ends = time.monotonic() + _GONE_SECONDS
        while True:
            leaderless = self.is_leaderless()
            self.kill()
            if (leaderless and not self.is_peopled()) or time.monotonic() > ends:
                break
            time.sleep(0.02)
        # A process that hangs in the kernel cannot be waited for.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._leader.wait(0.1)
        code = self._leader.returncode
        if code is None:
            return 128 + signal.SIGKILL
        return code if code >= 0 else 128 - code

    def is_peopled(self) -> bool:
        """Whether anybody of it lives."""
        if _PROC.is_dir():
            return bool(self._members())
        try:
            os.killpg(self._leader.pid, 0)
        except (ProcessLookupError, PermissionError):
            # macOS: the latter is what a group of processes that have ended answers.
            return False
        return True

    def _members(self) -> list[int]:
        """Who of the session lives, where the system tells."""
        found: list[int] = []
        for stat in _PROC.glob("[0-9]*/stat") if _PROC.is_dir() else ():
            with contextlib.suppress(OSError, IndexError):
                # After the program's name, which may hold anything: state, parent, group, session.
                state, _, _, session = stat.read_bytes().rpartition(b")")[2].split()[:4]
                if int(session) == self._leader.pid and state not in {b"Z", b"X"}:
                    found.append(int(stat.parent.name))
        return found
