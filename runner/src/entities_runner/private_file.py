"""Files that no other user can open: what nobody can open, nobody can lock."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import stat
from pathlib import Path

_MUTEX = "replace.lock"


class LockError(Exception):
    """A lock cannot be had; the message says what to do."""


def open_private(path: Path) -> int:
    """Open a file in a folder of ours, both created when they are not there; it is replaced if it is not ours alone.

    Raises:
        LockError: it cannot be had.
    """
    _make_folder(path.parent)
    descriptor = _open(path)
    return _replaced(path) if descriptor is None else descriptor


def is_in_place(descriptor: int, path: Path) -> bool:
    """Whether the opened file is still the one of that name and ours alone: if not, others may replace it."""
    try:
        named = path.lstat()
    except OSError:
        return False
    found = os.fstat(descriptor)
    return os.path.samestat(named, found) and _is_ours_alone(found)


def _make_folder(folder: Path) -> None:
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.stat()
        if found.st_uid != os.geteuid():
            owner = _name(found.st_uid)
            message = f"{folder} belongs to {owner}: run this as {owner}, or in a copy of the project that is your own."
            raise LockError(message)
        # Who may write to a folder may put another file in a lock's place.
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            folder.chmod(stat.S_IMODE(found.st_mode) & ~(stat.S_IWGRP | stat.S_IWOTH))
    except OSError as error:
        raise LockError(_not_writable(folder, error)) from error


def _open(path: Path) -> int | None:
    """The descriptor; None when what has that name is not ours alone."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EACCES} and os.path.lexists(path):
            return None
        raise LockError(_not_writable(path, error)) from error
    if _is_ours_alone(os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    return None


def _is_ours_alone(found: os.stat_result) -> bool:
    return (
        stat.S_ISREG(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    )


def _replaced(path: Path) -> int:
    """Put a new file in its place; of two who replace it at once, the second finds the first one's."""
    mutex = None if path.name == _MUTEX else _open(path.with_name(_MUTEX))
    if mutex is None:
        message = f"{path.with_name(_MUTEX)} can be opened by other users: remove it and start again."
        raise LockError(message)
    try:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        descriptor = _open(path)
        return _put_in_place(path) if descriptor is None else descriptor
    except OSError as error:
        raise LockError(_not_writable(path, error)) from error
    finally:
        os.close(mutex)


def _put_in_place(path: Path) -> int:
    # Renamed, not removed and opened again: in between others could open a file of theirs, and open it to all.
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        new.replace(path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _not_writable(path: Path, error: OSError) -> str:
    return f"{path} cannot be written ({error.strerror}): a sync keeps its locks and logs there."


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"the user with id {user}"
