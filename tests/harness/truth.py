"""Compares the tables with the sandbox's ground truth, row by row and column by column."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from harness.pipeline import Pipeline

KEYS = {
    "entity_profiles": ("profile_id",),
    "entity_portfolios": ("profile_id", "portfolio_id"),
    "entity_campaigns": ("profile_id", "campaign_id"),
    "entity_ad_groups": ("profile_id", "ad_group_id"),
    "entity_ads": ("profile_id", "ad_id"),
    "entity_targets": ("profile_id", "target_id"),
    "entity_ad_extensions": ("profile_id", "ad_extension_id"),
}
ALONE = frozenset({"entity_ad_extensions"})
"""What no list has: empty, or not even there, unless the unified API was read."""

OURS = frozenset({"synced_at", "created_at", "valid_from", "vanished_since"})

REPLACED = "\ufffd"
"""Stands for a character that Postgres cannot hold."""

Rows = dict[tuple[Any, ...], dict[str, Any]]


def loaded(pipeline: Pipeline, table: str) -> Rows:
    """What is in a table."""
    with psycopg.connect(pipeline.postgres.dsn, row_factory=dict_row) as connection:
        set_json_loads(lambda text: json.loads(text, parse_float=Decimal), connection)
        there = connection.execute("select to_regclass(%s) is not null as yes", [f"amazon_ads.{table}"]).fetchone()
        if table in ALONE and there is not None and not there["yes"]:
            return {}
        statement = sql.SQL("select * from {}").format(sql.Identifier("amazon_ads", table))
        return {tuple(row[key] for key in KEYS[table]): row for row in connection.execute(statement)}


def expected(pipeline: Pipeline, table: str, source: str = "lists") -> Rows:
    """What should be in it, read from a source."""
    rows = pipeline.sandbox.control.truth(table, source=source)
    return {tuple(row[key] for key in KEYS[table]): row for row in rows}


def plain(value: Any) -> Any:
    """A database value as the truth writes it."""
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)
        return aware.astimezone(dt.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value


def without_originals(row: dict[str, Any]) -> dict[str, Any]:
    """A row with replaced characters as the truth has it: the text as it was sent has to be there, and is left out."""
    originals, *places = [name for name, value in row.items() if isinstance(value, dict) and "altered" in value]
    assert not places, row
    return {**row, originals: {name: value for name, value in row[originals].items() if name != "altered"} or None}


def differences(pipeline: Pipeline, table: str, *, vanished_stay: bool = False, source: str = "lists") -> list[str]:
    """Every way in which a table differs from the truth; empty when it equals it."""
    actual, wanted = loaded(pipeline, table), expected(pipeline, table, source)
    found = [f"{table} misses {key}" for key in wanted.keys() - actual.keys()]
    if not vanished_stay:
        found += [f"{table} has too much {key}" for key in actual.keys() - wanted.keys()]
    for key in wanted.keys() & actual.keys():
        row = {name: plain(value) for name, value in actual[key].items() if name not in OURS}
        if REPLACED in repr(wanted[key]):
            row = without_originals(row)
        if row != wanted[key]:
            columns = [name for name in row if row[name] != wanted[key].get(name)]
            shown = [(name, row[name], wanted[key].get(name)) for name in columns]
            found.append(f"{table} {key}: {shown}, and lacks {wanted[key].keys() - row.keys()}")
    return found


def all_differences(pipeline: Pipeline, *, vanished_stay: bool = False, source: str = "lists") -> list[str]:
    """The differences of all tables."""
    return [line for table in KEYS for line in differences(pipeline, table, vanished_stay=vanished_stay, source=source)]
