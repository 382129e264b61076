"""The last step of every row: no value leaves that its column cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.columns import Property
from tap_amazon_ads_entities.rows.unreadable import Altered, Marks, Notes, Unreadable, raw_text

KEPT_UNDER = "unreadable"
"""Where a row's JSON column keeps the raw text of unreadable values, by Amazon's name of the field."""

ALTERED_UNDER = "altered"
"""Where it keeps that of values which are stored in another form."""

Checked = Callable[[dict[str, Any], Mapping[str, str], Notes], dict[str, Any]]
"""Takes a row, Amazon's fields by column, and the notes of the row's list; gives the row back.

What a column cannot hold is null in it, noted, and kept as text. Raises `RefusedItemError` for a row without its key.
"""

_PYTHON = {"string": str, "integer": int, "boolean": bool, "object": dict, "null": type(None)}
_LARGEST = 1024
_NO_MARKS = Marks()


def check(columns: Mapping[str, Property], keeps: str) -> Checked:
    """What holds rows against the columns of their table.

    Almost every row passes by its types alone: the conversions of `values` give a column's type only to what the column
    can hold, and `Unreadable` or `Altered` to the rest. Only a combination of types not met before is looked at cell by
    cell, and a row of whose item something is known.

    Args:
        columns: of the table, in the order of its rows.
        keeps: the JSON column that keeps what has no column.
    """
    table = _Table(columns, keeps)
    fine: set[tuple[type, ...]] = set()

    def checked(row: dict[str, Any], sources: Mapping[str, str], notes: Notes) -> dict[str, Any]:
        types = (*map(type, row.values()),)
        if types not in fine or notes.marks or notes.said:
            table.mend(row, sources, notes)
            if len(fine) < _LARGEST and types == tuple(map(type, row.values())):
                fine.add(types)
        return row

    return checked


class _Table:
    """The columns of a table, cell by cell."""

    def __init__(self, columns: Mapping[str, Property], keeps: str) -> None:
        self._types = {name: frozenset(_PYTHON[kind] for kind in column["type"]) for name, column in columns.items()}
        self._texts = {
            name for name, column in columns.items() if "string" in column["type"] and "format" not in column
        }
        self._key = [name for name in columns if name in self._texts and type(None) not in self._types[name]][-1]
        self._keeps = keeps

    def mend(self, row: dict[str, Any], sources: Mapping[str, str], notes: Notes) -> None:
        """Put null in place of every value that its column cannot hold."""
        marks = notes.marks or _NO_MARKS
        unreadable, altered = dict(marks.unreadable), dict(marks.altered)
        for name, value in row.items():
            allowed = self._types[name]
            if type(value) in allowed:
                continue
            source = sources.get(name, name)
            if isinstance(value, Altered):
                row[name] = value.stored
                altered[source] = raw_text(value.raw)
                continue
            if type(None) not in allowed:
                raise RefusedItemError(source, _no_key(value, "an id" if name in self._texts else "a time"))
            if name in self._texts and type(value) in (int, Decimal):
                row[name] = str(value)
                continue
            row[name] = None
            if isinstance(value, Unreadable):
                unreadable[value.source or source] = raw_text(value.raw)
            else:
                unreadable[source] = raw_text(value)
        if notes.marks is not None:
            row.update({name: _swept(value) for name, value in row.items() if type(value) is dict})
        self._keep(row, KEPT_UNDER, unreadable)
        self._keep(row, ALTERED_UNDER, altered)
        notes.settle(row[self._key], unreadable, altered)

    def _keep(self, row: dict[str, Any], under: str, texts: dict[str, str]) -> None:
        if texts:
            document = row[self._keeps] or {}
            if under in document:
                # A field of Amazon's that is called so.
                texts[under] = raw_text(document[under])
            row[self._keeps] = {**document, under: texts}


def _swept(value: Any) -> Any:
    """A JSON value without what is unreadable in it."""
    if isinstance(value, dict):
        return {name: _swept(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_swept(part) for part in value]
    return None if isinstance(value, Unreadable) else value


def _no_key(value: Any, what: str) -> str:
    raw = value.raw if isinstance(value, Unreadable) else value
    if raw in (None, ""):
        return "is missing" if raw is None else "is empty"
    return f"is not {what}: {raw_text(raw)}"
