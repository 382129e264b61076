"""Read-only, bounded transactions in which questions are asked; what goes wrong becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from entities_runner import reasons
from entities_runner.account import UsageError
from entities_runner.database import Connection, Database
from entities_status.questions import shape
from entities_status.values import keep_reading, without_unreadable

Row = dict[str, Any]

SECONDS = 15
"""That one statement may take."""

_ROOM = """
select set_config('work_mem', '32MB', true)
where pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB')
"""
"""Lets counts over a million rows be kept in memory; where there is more already, that stays."""

_OTHER_SHAPE = "42"
"""Begins the codes of Postgres for what a statement names and the database lacks, or has with another type."""


class Session:
    """One transaction; it can only read."""

    def __init__(self, connection: Connection, database: Database, user: str) -> None:
        """Ask nothing yet."""
        self._connection = connection
        self._schema = database.schema
        self.address = database.address
        self.schema = database.schema
        self.user = user
        self._left_out: dict[str, None] = {}

    def ask(self, question: str, **parameters: Any) -> list[Row]:
        """What the database answers.

        Args:
            question: SQL in which {schema} stands for the schema.
            parameters: by name.

        Raises:
            UsageError: it does not; says why.
        """
        statement = sql.SQL(question).format(schema=sql.Identifier(self._schema))
        try:
            with self._connection.transaction(), self._connection.cursor(row_factory=dict_row) as cursor:
                rows = cursor.execute(statement, parameters).fetchall()
        except psycopg.errors.QueryCanceled as error:
            message = f"The database did not answer within {SECONDS} seconds. Choose a profile, or fewer days."
            raise UsageError(message) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise UsageError(_refused(self.user, str(error))) from error
        except psycopg.Error as error:
            if (error.sqlstate or "").startswith(_OTHER_SHAPE):
                lacking = reasons.first_line(str(error))
                raise UsageError(shape.other_version(self.schema, self.address, lacking)) from error
            raise UsageError(reasons.of(error)) from error
        for row in rows:
            self._left_out.update(dict.fromkeys(without_unreadable(row)))
        return rows

    @property
    def left_out(self) -> list[str]:
        """Values that no answer could hold, each with its row, in sentences."""
        return list(self._left_out)

    def has(self, relation: str) -> bool:
        """Whether a table or view of ours is there."""
        return bool(self.ask(shape.IS_THERE, schema_name=self._schema, relation=relation)[0]["is_there"])


class Reader:
    """The database as one role sees it.

    Args:
        variables: TARGET_POSTGRES_*, AMAZON_ADS_SCHEMA.
        role: beginning of the variables that name the role; default: the owner's.
    """

    def __init__(self, variables: Mapping[str, str], role: str = "") -> None:
        """Connect later."""
        bounds = {"AMAZON_ADS_LOCK_TIMEOUT": "5", "AMAZON_ADS_STATEMENT_TIMEOUT": str(SECONDS)}
        self._database = Database({**variables, **bounds}, "entities-status", role)
        self.user = self._database.user

    @property
    def address(self) -> str:
        """Where the database is."""
        return self._database.address

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on tables and views of this version.

        Raises:
            UsageError: the database is down, empty, of another version, or refuses; says which.
        """
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._database.transaction())
            except UsageError:
                # Says better why nobody answers, and learns of poolers that take no options.
                self._database.check()
                connection = stack.enter_context(self._database.transaction())
            connection.execute("set transaction read only")
            # Compiling these questions takes longer than answering them.
            connection.execute("set local jit = off")
            connection.execute(_ROOM)
            keep_reading(connection)
            session = Session(connection, self._database, self.user)
            found = session.ask(shape.COLUMNS, schema_name=session.schema, relations=list(shape.NEEDED))
            if problem := shape.problem(found, schema=session.schema, address=session.address, user=self.user):
                raise UsageError(problem)
            yield session


def _refused(user: str, error: str) -> str:
    what = reasons.first_line(error).rpartition("denied for ")[2] or "the tables"
    return f"The role {user} may not read {what}: docs/access.md says how it is given profiles."
