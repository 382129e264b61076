"""Connections that a pooler may hand to somebody else after every transaction."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy
from target_postgres.connector import PostgresConnector


class Connector(PostgresConnector):
    """The parent's connections, without prepared statements: pgbouncer gives each transaction another session."""

    def create_engine(self) -> sqlalchemy.Engine:
        """The parent's engine."""
        engine: sqlalchemy.Engine = super().create_engine()
        sqlalchemy.event.listen(engine, "connect", _prepare_nothing)
        return engine


def _prepare_nothing(connection: Any, _: Any) -> None:
    if isinstance(connection, psycopg.Connection):
        connection.prepare_threshold = None
