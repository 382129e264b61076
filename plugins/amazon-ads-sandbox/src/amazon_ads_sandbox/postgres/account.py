"""Who runs the server: ourselves, or an unprivileged user when we are root, because Postgres refuses root."""

from __future__ import annotations

import ctypes
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

_NOBODY = 65_534
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def is_root() -> bool:
    """Whether the server needs another user."""
    return os.geteuid() == 0


def unprivileged() -> tuple[int, int]:
    """User and group id of `nobody`."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return _NOBODY, _NOBODY
    return entry.pw_uid, entry.pw_gid


def own(folder: Path) -> None:
    """Give a folder to the user who runs the server."""
    if is_root():
        os.chown(folder, *unprivileged())


def popen_options() -> dict[str, Any]:
    """Options of `subprocess` that start a program of the server's as its user."""
    return {"preexec_fn": _become_unprivileged()} if is_root() else {}


def _become_unprivileged() -> Callable[[], None]:
    """Change the user, keeping only the right to pass through folders that root alone may enter.

    Projects lie below /root or private temporary folders; opening those to everybody would be worse.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = unprivileged()

    def change() -> None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        mask = 1 << _CAP_DAC_OVERRIDE
        header = _Header(_CAPABILITY_VERSION, 0)
        data = (_Data * 2)(_Data(mask, mask, mask), _Data(0, 0, 0))
        # Where the kernel or a container refuses, plain file permissions decide.
        if libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0:
            libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)

    return change
