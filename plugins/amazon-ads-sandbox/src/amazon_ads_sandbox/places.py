"""Where the sandbox keeps its things and listens."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

API_PORT = "AMAZON_ADS_SANDBOX_PORT"
DEFAULT_API_PORT = 8790
DEFAULT_POSTGRES_PORT = 54390
_LAST_PORT, _DIGITS = 65_535, 5


def configured_api_port() -> int | None:
    """The port of the API that somebody asked for: AMAZON_ADS_SANDBOX_PORT."""
    return _configured_port(API_PORT)


def configured_postgres_port() -> int | None:
    """The port of Postgres that somebody asked for: AMAZON_ADS_SANDBOX_PG_PORT."""
    return _configured_port("AMAZON_ADS_SANDBOX_PG_PORT")


def _configured_port(variable: str) -> int | None:
    text = os.environ.get(variable) or ""
    if text and not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and 0 < int(text) <= _LAST_PORT):
        message = f"{variable} is {text!r}, which is not a port number."
        raise click.ClickException(message)
    return int(text) if text else None


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def home() -> Path:
    """The state folder: AMAZON_ADS_SANDBOX_HOME, else .sandbox in the Meltano project or the current folder."""
    if chosen := os.environ.get("AMAZON_ADS_SANDBOX_HOME"):
        return Path(chosen)
    return Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path.cwd()) / ".sandbox"


def make_private(folder: Path) -> None:
    """Create a folder that is our own user's alone; one that is there keeps its permissions."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Let only one of those who name the same file do something at once.

    Args:
        file: created when it is not there; its folder is.
    """
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
