"""Who runs the server: ourselves, or an unprivileged user when we are root, because Postgres refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from amazon_ads_sandbox.postgres import become
from amazon_ads_sandbox.postgres.error import PostgresError

_NOBODY = 65_534


def is_root() -> bool:
    """Whether the server needs another user."""
    return os.geteuid() == 0


def server_user() -> tuple[int, int]:
    """User and group id of the server: our own, or those of `nobody`."""
    if not is_root():
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return _NOBODY, _NOBODY
    return entry.pw_uid, entry.pw_gid


def own(path: Path) -> None:
    """Give a file or folder to the user who runs the server.

    Raises:
        PostgresError: root may not.
    """
    if is_root():
        try:
            os.chown(path, *server_user())
        except OSError as error:
            lacking = f"give {path} to another user: {error.strerror}"
            raise no_other_user(lacking) from error


def command(arguments: Sequence[str]) -> list[str]:
    """What to run so that a program of the server's runs as its user."""
    if not is_root():
        return list(arguments)
    uid, gid = server_user()
    return [sys.executable, "-IS", become.__file__, str(uid), str(gid), *arguments]


def reaches(*paths: Path) -> bool:
    """Whether the server's user may read and search these.

    Raises:
        PostgresError: root may not become that user.
    """
    if not is_root():
        return True
    done = subprocess.run(  # noqa: S603 - our own program
        command(["--reach", *map(str, paths)]), capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode == become.CANNOT_BECOME:
        lacking = f"become another user: {done.stderr.strip()}"
        raise no_other_user(lacking)
    return done.returncode == 0


def no_other_user(lacking: str) -> PostgresError:
    """What to say where a container has taken from root what running the server as another user needs."""
    message = (
        f"Postgres refuses to run as root, and here root may not {lacking}; "
        "run this as an ordinary user, or set TARGET_POSTGRES_HOST to a Postgres of your own"
    )
    return PostgresError(message)


@contextmanager
def handed(folder: Path) -> Iterator[tuple[Path, tuple[int, ...]]]:
    """A folder of the server's under a path that its user can use, whatever lies above it.

    Where a container has taken the capability to pass through private folders, the opened folder itself is handed
    over: a descriptor's name below /proc leads past its parents.

    Yields:
        The path, and the descriptors a program needs for it.

    Raises:
        PostgresError: there is no such path.
    """
    if reaches(folder):
        yield folder, ()
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        path = Path(f"/proc/self/fd/{opened}")
        if not path.exists():
            message = (
                f"{folder} lies below a folder that only root may enter, and Postgres refuses to run as root; "
                "run this as an ordinary user, or set AMAZON_ADS_SANDBOX_HOME to a folder that others may enter"
            )
            raise PostgresError(message)
        yield path, (opened,)
    finally:
        os.close(opened)
