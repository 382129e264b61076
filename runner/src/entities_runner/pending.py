"""Why a run ended, kept beside the data while the database cannot take it."""

from __future__ import annotations

import os
from pathlib import Path

from entities_runner.database import Database

_SUFFIX = ".reason"


def keep(folder: Path, run_id: str, reason: str) -> None:
    """Remember it until the database answers again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"{run_id}{_SUFFIX}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(reason)


def tell(folder: Path, run_id: str, origin: str, reason: str, database: Database) -> None:
    """Give a run that has failed its verdict with its reason; where the database takes neither, remember the reason."""
    if not database.say_why(run_id, reason):
        keep(folder, run_id, reason)
    else:
        database.settle(run_id, origin)


def store(folder: Path, database: Database) -> None:
    """Hand over what is remembered."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        if database.say_why(path.name.removesuffix(_SUFFIX), path.read_text()):
            path.unlink(missing_ok=True)
