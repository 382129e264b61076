"""A stream's way into its table."""

from __future__ import annotations

import time
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import types
from sqlalchemy.dialects.postgresql import JSONB
from target_postgres.sinks import PostgresSink

from target_postgres_copy.connector import Connector
from target_postgres_copy.errors import LoadError
from target_postgres_copy.rows import Key, Kind, Row, Rows
from target_postgres_copy.table import Cursor, Table

_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (JSONB, Kind.DOCUMENT),
    (types.Boolean, Kind.SWITCH),
    (types.Integer, Kind.INTEGER),
    (types.Numeric, Kind.NUMBER),
    (types.String, Kind.TEXT),
    (types.DateTime, Kind.TEXT),
    (types.Date, Kind.TEXT),
)


_PARENTS = ("validate_records", "hard_delete", "activate_version")
"""Settings of which only the parent knows the meaning: ACTIVATE_VERSION counts on what is stored by then."""


_LOG, _LOG_SECONDS = "sync_log", 3.0
"""The run log is stored so often: it says what a run is doing, and its verdicts wait for the rows it speaks of."""


@dataclass
class Batch:
    """Records on their way into the table.

    Args:
        rows: the last record of each key.
        taken: how many records they were.
        stored: set while the database stores it.
    """

    rows: dict[Key, Row] = field(default_factory=dict)
    taken: int = 0
    stored: Future[None] | None = None


class CopySink(PostgresSink):
    """Takes records as they are written where the stream allows it; else it is the parent.

    The database stores a full batch while the next one is read; one at a time, so that rows are stored in order.
    """

    connector_class = Connector
    rows: Rows | None = None
    """Set where records can be taken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As the parent, with an empty batch."""
        super().__init__(*args, **kwargs)
        self._batch = Batch()
        self._before = Batch()
        """The batch that is being stored; empty where there is none."""

        # Two of them are in memory, one being stored.
        self._most = max(1, int(self.max_size) // 2)
        self._is_log = self.stream_name == _LOG
        self._stored_at = time.monotonic()

    def setup(self) -> None:
        """Make the table, and see whether its records can be taken."""
        super().setup()
        columns = self._columns()
        keys = tuple(self.key_properties)
        if columns is None or not keys or any(columns.get(key) is not Kind.TEXT for key in keys):
            return
        self._table = Table(self.schema_name, self.table_name, tuple(columns), keys)
        with self.connector._connect() as connection:  # noqa: SLF001 - as the parent does
            driver = connection.connection.driver_connection
            if isinstance(driver, psycopg.Connection) and self._table.has_key(driver.cursor()):
                self.rows = Rows(self.stream_name, columns, keys)

    def _columns(self) -> dict[str, Kind] | None:
        """What each column takes; None where the parent's way is the only one."""
        if self.include_sdc_metadata_properties or any(self.config.get(name) for name in _PARENTS):
            return None
        if self.config.get("load_method") == "overwrite":
            return None
        columns = {}
        for name, schema in self.schema["properties"].items():
            sql_type = self.connector.to_sql_type(schema)
            kind = next((kind for known, kind in _KINDS if isinstance(sql_type, known)), None)
            if kind is None:
                return None
            columns[name] = kind
        return columns

    def take(self, record: Any) -> bool:
        """Take a record as it is written.

        Returns:
            Whether the batch is to be stored.

        Raises:
            LoadError: it is no row.
        """
        return self._put(*self.rows.of(record))  # type: ignore[union-attr]

    def take_line(self, line: bytes) -> bool | None:
        """Take a line that is a record.

        Returns:
            Whether the batch is full; None where the line is something else.

        Raises:
            LoadError: it is no row.
        """
        found = self.rows.of_line(line)  # type: ignore[union-attr]
        return None if found is None else self._put(*found)

    def _put(self, key: Key, row: Row) -> bool:
        batch = self._batch
        batch.rows[key] = row
        batch.taken += 1
        due = self._is_log and time.monotonic() - self._stored_at >= _LOG_SECONDS
        return due or batch.taken >= self._most

    @property
    def current_size(self) -> int:
        """Records that are not stored for certain."""
        return self._batch.taken + self._before.taken or int(super().current_size)

    def store_meanwhile(self, worker: Executor) -> None:
        """Begin to store what waits; the one before it has been stored by then.

        Args:
            worker: a single thread.

        Raises:
            LoadError, psycopg.Error: the database refuses the batch before.
        """
        self._finish()
        batch, self._batch = self._batch, Batch()
        self._before = batch
        batch.stored = worker.submit(self._store, batch)
        self._stored_at = time.monotonic()

    def process_batch(self, context: dict[str, Any]) -> None:
        """Store what waits.

        Raises:
            LoadError, psycopg.Error: the database refuses.
        """
        if self._batch.taken or self._before.taken:
            self._store_all()
        else:
            super().process_batch(context)

    def process_batch_files(self, encoding: Any, files: Any) -> None:
        """Files that only the parent reads, after what came before them."""
        self._store_all()
        super().process_batch_files(encoding, files)

    def _store_all(self) -> None:
        self._finish()
        if self._batch.taken:
            self._before, self._batch = self._batch, Batch()
            self._finish()

    def _finish(self) -> None:
        """See to it that the batch before is stored."""
        batch = self._before
        if not batch.taken:
            return
        try:
            if batch.stored is None:
                self._store(batch)
            else:
                batch.stored.result()
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            # Somebody has taken it away since: the parent makes it anew, as it does before every batch.
            super().setup()
            self._store(batch)
        self.record_counter_metric.increment(batch.taken)
        self.tally_record_read(batch.taken)
        self._before = Batch()

    def _store(self, batch: Batch) -> None:
        with self.connector._connect() as connection, connection.begin():  # noqa: SLF001 - as the parent does
            # The transaction has begun once something was said in it.
            connection.execute(sqlalchemy.text("select 1"))
            cursor: Cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
            try:
                self._table.load(cursor, batch.rows.values())
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                raise LoadError(self._refused(error, batch)) from error

    def _refused(self, error: psycopg.Error, batch: Batch) -> str:
        """Which row the database refuses, and why."""
        diagnosis = error.diag
        words = diagnosis.message_primary or str(error).strip()
        where = _line_and_column(diagnosis.context or "")
        if where is None:
            return f"{self.stream_name}: {words}. {diagnosis.message_detail or ''}".strip()
        line, column = where
        key = list(batch.rows)[line - 1]
        named = self.rows.named(key) if self.rows else key
        return f"{self.stream_name}: the row {named} is refused, column {column}: {words}"


def _line_and_column(context: str) -> tuple[int, str] | None:
    """Of what Postgres says of a COPY: `COPY stage_1, line 3, column bid: "plenty"`."""
    _, found, rest = context.partition(", line ")
    number, _, named = rest.partition(", column ")
    if not found or not named or not number.isdigit():
        return None
    return int(number), named.partition(":")[0]
