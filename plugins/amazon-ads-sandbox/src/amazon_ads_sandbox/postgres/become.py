"""A program of its own: becomes the server's user, then the program it is told to be.

    become.py UID GID PROGRAM [ARGUMENT ...]
    become.py UID GID --reach PATH ...       ends with 0 where that user may read and search every path, else with 1

Run by its path, with nothing but the standard library: whoever starts it may have threads, which code between fork
and exec must not meet.
"""

from __future__ import annotations

import ctypes
import os
import sys

CANNOT_BECOME = 125
"""Exit code where root may not change its user."""

_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _become(uid: int, gid: int) -> None:
    """Change the user, keeping only the right to pass through folders that root alone may enter.

    Projects lie below /root or private temporary folders; opening those to everybody would be worse.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    linux = sys.platform == "linux"
    if linux:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # Else access(2), by which Postgres looks for its programs, forgets the capabilities of every other user.
        libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if linux:
        _keep_only(libc, 1 << _CAP_DAC_OVERRIDE)


def _keep_only(libc: ctypes.CDLL, wanted: int) -> None:
    """Give every other capability up; where a container has taken this one, plain file permissions decide."""
    header = ctypes.byref(_Header(_CAPABILITY_VERSION, 0))
    held = (_Data * 2)()
    libc.capget(header, ctypes.byref(held))
    mask = held[0].permitted & wanted
    if libc.capset(header, ctypes.byref((_Data * 2)(_Data(mask, mask, mask), _Data(0, 0, 0)))) != 0 and any(
        each.permitted for each in held
    ):
        raise OSError(ctypes.get_errno(), "capset")
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _main() -> None:
    uid, gid, program, *arguments = sys.argv[1:]
    try:
        _become(int(uid), int(gid))
    except OSError as error:
        sys.stderr.write(f"{os.strerror(error.errno or 0)}\n")
        sys.exit(CANNOT_BECOME)
    if program == "--reach":
        sys.exit(not all(os.access(path, os.R_OK | os.X_OK) for path in arguments))
    os.execv(program, [program, *arguments])  # noqa: S606 - what our own caller asked for


if __name__ == "__main__":
    _main()
