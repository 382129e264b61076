"""The folder of one server: its user's alone."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from amazon_ads_sandbox import places
from amazon_ads_sandbox.postgres import account
from amazon_ads_sandbox.postgres.error import PostgresError


def make(home: Path) -> None:
    """Create it unless it is there.

    Raises:
        PostgresError: it cannot be had, or is another user's.
    """
    try:
        places.make_private(home.parent)
        home.mkdir(mode=0o700, exist_ok=True)
        owner = home.stat().st_uid
        if owner not in (os.geteuid(), account.server_user()[0]):
            raise PostgresError(_somebody_elses(home, owner))
        home.chmod(0o700)
        account.own(home)
    except OSError as error:
        message = f"cannot write to {home}: {error.strerror}; choose another AMAZON_ADS_SANDBOX_HOME"
        raise PostgresError(message) from error
    if not os.access(home, os.W_OK | os.X_OK):
        lacking = "use another user's folders: the capability CAP_DAC_OVERRIDE is missing"
        raise account.no_other_user(lacking)


def _somebody_elses(home: Path, owner: int) -> str:
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"the user with id {owner}"
    return f"the embedded Postgres in {home} belongs to {name}; run this as {name}, or set AMAZON_ADS_SANDBOX_HOME"


def write_private(path: Path, text: str) -> None:
    """Write a file that only we may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
