"""A real Postgres for the tests of one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres


@contextmanager
def running_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that leaves it to the system when its files reach the disk: the tests kill processes, not the machine.

    Args:
        folder: for its data.

    Yields:
        It, running.
    """
    with EmbeddedPostgres(folder, free_port()) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield server
