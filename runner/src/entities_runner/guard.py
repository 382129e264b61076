"""A program of its own: ties its life to its parent's, then becomes the command it is given.

    guard.py PARENT COMMAND [ARGUMENT ...]

Run by its path, with nothing but the standard library, so that whoever starts it needs no code between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_CANNOT_RUN = 127


def guarded(command: Sequence[str]) -> list[str]:
    """What to run so that a command is killed when its parent dies, however that dies.

    The parent is the thread that starts it: start it from one that lives as long as the process. macOS has no such
    call; there a lock has to be inherited instead (`lock.hold`).
    """
    return [sys.executable, "-IS", __file__, str(os.getpid()), *command]


def die_with(parent: int) -> None:
    """Be killed when the parent dies; at once if it is dead already. It lasts through exec.

    Args:
        parent: its process id, as it was when this process was started.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _main() -> None:
    parent, *command = sys.argv[1:]
    die_with(int(parent))
    try:
        os.execvp(command[0], command)  # noqa: S606 - what our own caller asked for
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}\n")
        sys.exit(_CANNOT_RUN)


if __name__ == "__main__":
    _main()
