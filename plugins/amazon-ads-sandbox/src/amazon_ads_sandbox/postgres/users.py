"""Those who use an embedded Postgres side by side, such as a run and a page: the last of them stops it.

Each holds a shared lock on a file that names the server to stop, if any: one that runs for them alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amazon_ads_sandbox.postgres import home as homes
from amazon_ads_sandbox.postgres.error import PostgresError
from amazon_ads_sandbox.postgres.server import EmbeddedPostgres

_LONGEST_PID = 20


def join(server: EmbeddedPostgres) -> int:
    """Start it unless it runs, and be one of its users.

    Returns:
        The descriptor of the lock: none of the others stops the server before it is closed, or this process ends.

    Raises:
        PostgresError: it cannot be started.
    """
    homes.make(server.home)
    try:
        users = os.open(_path(server), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
    except OSError as error:
        message = f"{_path(server)} cannot be locked: {error.strerror}"
        raise PostgresError(message) from error
    try:
        server.start()
    except BaseException:
        os.close(users)
        raise
    return users


@contextmanager
def shared(server: EmbeddedPostgres) -> Iterator[None]:
    """Use it; at the end it is stopped if it was started by a user like this, and nobody else uses it.

    Raises:
        PostgresError: it cannot be started.
    """
    users = join(server)
    try:
        if server.launched:
            os.ftruncate(users, 0)
            os.pwrite(users, str(server.pid()).encode(), 0)
        yield
    finally:
        _leave(server, users)


def keep(server: EmbeddedPostgres) -> None:
    """Start it unless it runs, and let it run on when all its users have gone.

    Raises:
        PostgresError: it cannot be started.
    """
    users = join(server)
    # Not removed: its users, and those to come, lock one and the same file.
    os.ftruncate(users, 0)
    os.close(users)


def _leave(server: EmbeddedPostgres, users: int) -> None:
    try:
        # Not from shared to exclusive in one step: of two who leave at once, neither would get it.
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.pread(users, _LONGEST_PID, 0) == str(server.pid()).encode():
            server.stop()
    except BlockingIOError:
        pass
    finally:
        os.close(users)


def _path(server: EmbeddedPostgres) -> Path:
    return server.home / "users"
