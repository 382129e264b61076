"""What was told to whom: beside the data, so that several machines on one database tell it once.

A file of the project stands in while the database cannot be had.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import sql

from entities_runner.database import Connection, Database

_PREFIX = "alert "


@dataclass
class Told:
    """A cause that somebody was told of.

    Args:
        text: what they were told.
        told: names of the receivers.
        step: of the run that told it, where it is about the run as a whole.
        refused: by receiver that could not be told, the run that tried it last.
    """

    text: str
    told: list[str]
    step: str = ""
    refused: dict[str, str] = field(default_factory=dict)


def turn(connection: Connection, database: Database) -> bool:
    """Whether it is our turn to tell, until the transaction ends; otherwise somebody else tells just now."""
    statement = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
    return connection.execute(statement, (f"{_PREFIX}{database.schema}",)).fetchone() == (True,)


def stored(connection: Connection, database: Database) -> dict[str, Told]:
    """What the database remembers."""
    statement = sql.SQL("select name, value from {} where starts_with(name, %s)").format(database.table("sync_meta"))
    rows = connection.execute(statement, (_PREFIX,)).fetchall()
    return {str(name).removeprefix(_PREFIX): Told(**json.loads(str(value))) for name, value in rows}


def store(connection: Connection, database: Database, before: Mapping[str, Told], after: Mapping[str, Told]) -> None:
    """Remember what is told now, in the database."""
    table = database.table("sync_meta")
    gone = [f"{_PREFIX}{key}" for key in before.keys() - after.keys()]
    if gone:
        connection.execute(sql.SQL("delete from {} where name = any(%s)").format(table), (gone,))
    statement = sql.SQL(
        "insert into {} (name, value) values (%s, %s) on conflict (name) do update set value = excluded.value"
    ).format(table)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(f"{_PREFIX}{key}", json.dumps(vars(each))) for key, each in after.items()])


def kept(folder: Path) -> dict[str, Told]:
    """What the file remembers; one that cannot be read remembers nothing."""
    try:
        return {key: Told(**each) for key, each in json.loads(_file(folder).read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep(folder: Path, told: Mapping[str, Told]) -> None:
    """Remember it in the file."""
    if not told:
        _file(folder).unlink(missing_ok=True)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(_file(folder), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({key: vars(each) for key, each in told.items()}, file)


def _file(folder: Path) -> Path:
    return folder / "alerts.json"
