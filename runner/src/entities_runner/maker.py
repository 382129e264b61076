"""One run at a time makes tables and views: two that begin at once would each find half of the other's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from entities_runner import reasons
from entities_runner.account import UsageError
from entities_runner.database import Connection, Database

_NAME = "entities-prepare"
_PAUSE = 0.2
_KEY = "hashtext(%(name)s), hashtext(%(schema)s)"
_HELD_BY_OUR_OWN = """
    select exists (
        select from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
        where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and a.usename = current_user
            and l.database = (select oid from pg_database where datname = current_database())
            and l.classid = hashtext(%(name)s)::oid and l.objid = hashtext(%(schema)s)::oid
    )
"""


@contextmanager
def only_maker(database: Database) -> Iterator[None]:
    """Be the only run that makes something in the schema, once others have, for as long as a statement may take.

    Anybody who may log in can take such a lock; who is not our own role is not waited for.

    Args:
        database: whose tables and views are to be made.

    Raises:
        UsageError: another run does not come to an end, or the database refuses.
    """
    try:
        connection = database.open()
    except psycopg.Error as error:
        raise UsageError(reasons.of(error)) from error
    with closing(connection):
        try:
            # A transaction keeps the lock, because some poolers give a session to others after each.
            connection.execute("begin")
            # Not by the name of the run, which is alive while it has sessions.
            connection.execute("select set_config('application_name', %s, true)", (_NAME,))
            _wait(connection, {"name": _NAME, "schema": database.schema}, database.statement_seconds)
        except psycopg.Error as error:
            raise UsageError(reasons.of(error)) from error
        yield


def _wait(connection: Connection, key: dict[str, str], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while connection.execute(f"select pg_try_advisory_xact_lock({_KEY})", key).fetchone() == (False,):
        # Within a transaction everybody would be who they were when first looked at.
        connection.execute("select pg_stat_clear_snapshot()")
        if connection.execute(_HELD_BY_OUR_OWN, key).fetchone() == (False,):
            return
        if time.monotonic() > ends:
            message = (
                f"Another run has been making tables and views of {key['schema']} for more than {seconds:g} s; "
                "wait until it ends, or stop it."
            )
            raise UsageError(message)
        time.sleep(_PAUSE)
