"""Records from a file into their tables by COPY and one upsert a batch, and nothing else: the loader's limit.

It knows the columns that the lines hold, checks nothing, names nothing that is refused, and keeps no state.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

MOST = 10_000
KEYS = {
    "entity_profiles": ("profile_id",),
    "entity_campaigns": ("profile_id", "campaign_id"),
    "entity_ad_groups": ("profile_id", "ad_group_id"),
    "entity_ads": ("profile_id", "ad_id"),
    "entity_targets": ("profile_id", "target_id"),
}


class Line(msgspec.Struct):
    """What counts of a message."""

    type: str
    stream: str = ""
    record: dict[str, Any] = {}


def main(source: str, config: str) -> None:
    """Load a file of messages."""
    settings = json.loads(Path(config).read_text())
    decode = msgspec.json.Decoder(Line).decode
    waiting: dict[str, dict[tuple[str, ...], tuple[Any, ...]]] = {name: {} for name in KEYS}
    with psycopg.connect(
        host=settings["host"],
        port=settings["port"],
        dbname=settings["database"],
        user=settings["user"],
        password=settings["password"],
        autocommit=True,
    ) as connection:
        connection.execute("set search_path to amazon_ads, pg_catalog")
        columns: dict[str, tuple[str, ...]] = {}
        with Path(source).open("rb") as lines:
            for raw in lines:
                line = decode(raw)
                if line.type != "RECORD" or line.stream not in KEYS:
                    continue
                record, rows = line.record, waiting[line.stream]
                columns.setdefault(line.stream, tuple(record))
                key = tuple(record[name] for name in KEYS[line.stream])
                rows[key] = tuple(Jsonb(each) if isinstance(each, (dict, list)) else each for each in record.values())
                if len(rows) >= MOST:
                    load(connection, line.stream, columns[line.stream], rows)
        for table, rows in waiting.items():
            if rows:
                load(connection, table, columns[table], rows)


def load(
    connection: psycopg.Connection[Any],
    table: str,
    columns: tuple[str, ...],
    rows: dict[tuple[str, ...], tuple[Any, ...]],
) -> None:
    """One batch, and forget it."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into, keys = sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, KEYS[table]))
    new = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns if name not in KEYS[table]
    )
    with connection.transaction(), connection.cursor() as cursor:
        made = "create temporary table stage on commit drop as select {} from {} with no data"
        cursor.execute(sql.SQL(made).format(names, into))
        with cursor.copy(sql.SQL("copy stage ({}) from stdin").format(names)) as copy:
            for row in rows.values():
                copy.write_row(row)
        upsert = "insert into {} ({}) select {} from stage on conflict ({}) do update set {}"
        cursor.execute(sql.SQL(upsert).format(into, names, names, keys, new))
    rows.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
