"""Runs Meltano in a process group of its own, and leaves none of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FrameType

_GRACE = 15.0


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    follow: Callable[[Iterable[bytes]], None],
) -> int:
    """Run a command to its end; Ctrl-C and SIGTERM end the whole group.

    Meltano itself hangs when it is interrupted while the tap is ahead of the loader, so it gets a SIGINT, some
    seconds, and then a SIGKILL.

    Returns:
        Its exit code; 130 or 143 when it was interrupted.
    """
    process = subprocess.Popen(  # noqa: S603 - Meltano
        list(command),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # What Meltano and its plugins write is for this user alone: settings with secrets are among it.
        umask=0o077,
    )
    interrupted: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        interrupted.append(number)
        _signal(process, signal.SIGINT if len(interrupted) == 1 else signal.SIGKILL)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)

    def overdue(_: int, __: FrameType | None) -> None:
        _signal(process, signal.SIGKILL)

    previous = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGINT, stop), (signal.SIGTERM, stop), (signal.SIGALRM, overdue))
    }
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        follow(process.stdout)
        code = process.wait()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _signal(process, signal.SIGKILL)
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 128 + interrupted[0] if interrupted else code


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
