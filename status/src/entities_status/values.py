"""Values that Postgres can hold and nobody can show: infinite moments, numbers that are none, days of no calendar."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.abc import AdaptContext, Buffer, Loader
from psycopg.pq import Format
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader

_TYPES = ("timestamptz", "timestamp", "date", "interval", "float8", "numeric")


_NAMES = ("run_id", "profile_id", "entity_type", "entity_id", "kind", "id", "asin", "region")
"""Columns that tell rows apart."""


class Unreadable:
    """Stands for such a value.

    Args:
        text: as Postgres writes it.
    """

    def __init__(self, text: str) -> None:
        """Keep its text."""
        self.text = text


def keep_reading(connection: psycopg.Connection[Any]) -> None:
    """Let a connection answer `Unreadable` where it would otherwise refuse the whole answer."""
    for name in _TYPES:
        kind = connection.adapters.types[name]
        connection.adapters.register_loader(kind.oid, _lenient(kind.oid))
    set_json_loads(_json, connection)


def _lenient(oid: int) -> type[Loader]:
    strict = psycopg.adapters.get_loader(oid, Format.TEXT) or TextLoader

    class Lenient:
        format = Format.TEXT

        def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
            self._load = strict(oid, context).load

        def load(self, data: Buffer) -> Any:
            try:
                value = self._load(data)
            except (psycopg.DataError, ValueError, OverflowError):
                return Unreadable(bytes(data).decode("utf-8", "replace"))
            if isinstance(value, (float, Decimal)) and not math.isfinite(value):
                return Unreadable(str(value))
            return value

    return Lenient


def without_unreadable(row: dict[str, Any]) -> list[str]:
    """Put nothing in the place of what cannot be read.

    Args:
        row: with column names; changed.

    Returns:
        A sentence for each such value, which names the row by what tells it apart.
    """
    found = {name: value for name, value in row.items() if isinstance(value, Unreadable)}
    if not found:
        return []
    row.update(dict.fromkeys(found))
    which = ", ".join(f"{name} {row[name]}" for name in _NAMES if row.get(name) is not None) or "a row"
    return [
        f"{which}: {name} is {value.text}, which cannot be shown; it is left out here." for name, value in found.items()
    ]


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return Unreadable("JSON that cannot be taken apart")
