"""A batch of rows into a table: COPY into a stage of its own, and one statement that puts them where they belong."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from target_postgres_copy.rows import Row

Cursor = psycopg.Cursor[tuple[object, ...]]


@dataclass(frozen=True)
class Table:
    """A table that is loaded.

    Args:
        schema: its schema; None for the session's own.
        name: its name.
        columns: those that are loaded, in the order of the rows.
        keys: the columns of its key.
    """

    schema: str | None
    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def qualified(self) -> sql.Identifier:
        """Its name in SQL."""
        return sql.Identifier(*filter(None, (self.schema, self.name)))

    def load(self, cursor: Cursor, rows: Iterable[Row]) -> None:
        """Store rows of different keys, in the transaction that the cursor is in.

        Raises:
            psycopg.Error: the database refuses.
        """
        stage = sql.Identifier(f"stage_{uuid.uuid4().hex}")
        columns = _list(self.columns)
        cursor.execute(
            sql.SQL("create temporary table {} on commit drop as select {} from {} with no data").format(
                stage, columns, self.qualified
            )
        )
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(stage, columns)) as copy:
            write = copy.write_row
            for row in rows:
                write(row)
        cursor.execute(self._upsert(stage, columns))

    def _upsert(self, stage: sql.Identifier, columns: sql.Composable) -> sql.Composed:
        others = [name for name in self.columns if name not in self.keys]
        new = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others)
        action = sql.SQL("do update set {}").format(new) if others else sql.SQL("do nothing")
        return sql.SQL("insert into {} ({}) select {} from {} on conflict ({}) {}").format(
            self.qualified, columns, columns, stage, _list(self.keys), action
        )

    def has_key(self, cursor: Cursor) -> bool:
        """Whether the database keeps one row a key: without that an upsert has nothing to go by."""
        cursor.execute(
            "select 1 from pg_catalog.pg_index as i where i.indrelid = pg_catalog.to_regclass(%s)"
            " and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null"
            " and (select pg_catalog.array_agg(a.attname::text order by a.attname::text)"
            " from pg_catalog.pg_attribute as a"
            " where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])) = %s::text[]"
            # Columns of an INCLUDE are in the index, and in no key.
            " and i.indnkeyatts = i.indnatts limit 1",
            (self.qualified.as_string(cursor), sorted(self.keys)),
        )
        return cursor.fetchone() is not None


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
