"""The locks of a project: one run at a time, and none while something of an earlier one still lives.

They are flocks, which belong to an opened file rather than to a process: whoever inherits the descriptor holds the
lock for as long as they live, through exec too. So nothing here ever unlocks: descriptors are closed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from entities_runner.holders import holders
from entities_runner.private_file import LockError, is_in_place, open_private

_SYNC = "sync.lock"
_CHILDREN_SECONDS = 10.0
_BUSY = "Another sync is under way in this folder; wait for it to end."


class Busy(LockError):  # noqa: N818 - a state of affairs, not a mistake
    """Somebody else has the lock; the message says what to do."""


@dataclass(frozen=True)
class Held:
    """A lock that is held.

    Args:
        fd: the descriptor that holds it; inheritable.
    """

    fd: int


@contextmanager
def only_one(folder: Path, run_id: str = "") -> Iterator[Held]:
    """Be the only run of a project, once everything of earlier runs has ended.

    Args:
        folder: the state folder of the project, `.sandbox`; created when it is not there.
        run_id: by which `not_beside` knows what belongs to it.

    Raises:
        Busy: another run is under way, or something of an earlier one does not end.
        LockError: the locks cannot be had here.
    """
    descriptor = _locked(folder / _SYNC, fcntl.LOCK_EX)
    try:
        # Where the disk is full, everybody counts as belonging to it.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, run_id.encode(), 0)
        _wait_for_children(folder / "children.lock")
        yield Held(descriptor)
    finally:
        os.close(descriptor)


def not_beside(folder: Path, run_id: str) -> None:
    """Refuse to begin beside a sync of the project that this is no part of: it would be taken for one that has died.

    Args:
        folder: the state folder of the project.
        run_id: of the run that begins.

    Raises:
        Busy: such a sync is under way.
        LockError: the lock cannot be had here.
    """
    path = folder / _SYNC
    try:
        os.close(_locked(path, fcntl.LOCK_SH))
    except Busy:
        if path.read_text() not in {"", run_id}:
            raise


def hold(folder: Path) -> int:
    """Keep the next run waiting for as long as this process, or what it becomes or passes the descriptor to, lives.

    Returns:
        The descriptor; inheritable.

    Raises:
        LockError: the lock cannot be had here.
    """
    ends = time.monotonic() + _CHILDREN_SECONDS
    while True:
        try:
            return _locked(folder / "children.lock", fcntl.LOCK_SH)
        except Busy:
            # A run that begins looks for children for a moment.
            if time.monotonic() > ends:
                raise
            time.sleep(0.02)


def tap_alone(folder: Path) -> int:
    """Be the only tap of a project; held as by `hold`.

    Returns:
        The descriptor; inheritable.

    Raises:
        Busy: another tap is running.
        LockError: the lock cannot be had here.
    """
    return _locked(folder / "tap.lock", fcntl.LOCK_EX)


def _locked(path: Path, kind: int) -> int:
    while True:
        descriptor = open_private(path)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise Busy(_BUSY) from error
        except OSError as error:
            os.close(descriptor)
            message = (
                f"The file system of {path.parent} keeps no locks ({error.strerror}), so two syncs could meet there; "
                "move the project to a local disk."
            )
            raise LockError(message) from error
        if is_in_place(descriptor, path):
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - it takes no names
            return descriptor
        # Somebody has replaced the file between opening and locking it, or is about to.
        os.close(descriptor)


def _wait_for_children(path: Path) -> None:
    ends = time.monotonic() + _CHILDREN_SECONDS
    while True:
        try:
            os.close(_locked(path, fcntl.LOCK_EX))
        except Busy as error:
            if time.monotonic() > ends:
                raise Busy(_still_ending(path)) from error
            time.sleep(0.1)
        else:
            return


def _still_ending(path: Path) -> str:
    found = holders(path)
    if not found:
        return "Something of an earlier run is still ending; wait for it to end."
    if len(found) == 1:
        return f"{found[0]} of an earlier run is still ending; wait or stop it."
    return f"{', '.join(found)} of an earlier run are still ending; wait or stop them."
