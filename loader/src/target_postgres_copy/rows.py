"""How the JSON of a record becomes the values of a row: decoded once, straight into the types that its columns take.

Documents and numbers with a fraction stay as they are written, so that nothing is rounded or built anew. A document
that is null is the JSON null, as the parent stores it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import itemgetter
from typing import Any, Literal

import msgspec
from msgspec.structs import astuple

from target_postgres_copy.errors import LoadError


class Kind(Enum):
    """What a column takes."""

    TEXT = "text"
    """Texts and times: what is written is what is stored."""

    INTEGER = "integer"
    SWITCH = "switch"
    NUMBER = "number"
    DOCUMENT = "document"


Key = tuple[Any, ...]
Row = list[Any]

_TYPES: Mapping[Kind, Any] = {Kind.TEXT: str | None, Kind.INTEGER: int | None, Kind.SWITCH: bool | None}
_NULL = b"null"
_MISSING = msgspec.Raw(_NULL)
_BACKSLASH = rb"\\"
_PAIR = 12
_ESCAPES = re.compile(
    # An escaped backslash first, so that what follows it is no escape.
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class Rows:
    """Turns the records of one stream into rows.

    Args:
        stream: its name, for errors.
        columns: what each takes, in the order of the rows.
        keys: the columns of the key.
    """

    def __init__(self, stream: str, columns: Mapping[str, Kind], keys: Sequence[str]) -> None:
        """Make the decoders."""
        self._stream = stream
        self._names = tuple(columns)
        self._keys = tuple(self._names.index(key) for key in keys)
        # With one place, an itemgetter gives no tuple.
        self._key_of = itemgetter(*self._keys) if len(self._keys) > 1 else self._only_key
        places = {kind: tuple(at for at, each in enumerate(columns.values()) if each is kind) for kind in Kind}
        self._documents, self._numbers = places[Kind.DOCUMENT], places[Kind.NUMBER]
        self._plain = tuple(at for at, kind in enumerate(columns.values()) if kind is not Kind.DOCUMENT)
        record = self._record([_TYPES.get(kind, msgspec.Raw) for kind in columns.values()])
        line = msgspec.defstruct(
            "Line", [("type", Literal["RECORD"]), ("stream", Literal[stream]), ("record", record)], gc=False
        )
        self._decode = msgspec.json.Decoder(record).decode
        self._decode_line: Callable[[bytes], Any] = msgspec.json.Decoder(line).decode
        self._as_written = msgspec.json.Decoder(self._record([msgspec.Raw] * len(columns))).decode

    def _record(self, types: Sequence[Any]) -> Any:
        names = [f"c{number}" for number in range(len(types))]
        fields = [
            (name, kind, _MISSING if kind is msgspec.Raw else None) for name, kind in zip(names, types, strict=True)
        ]
        return msgspec.defstruct("Record", fields, rename=dict(zip(names, self._names, strict=True)), gc=False)

    def of_line(self, line: bytes) -> tuple[Key, Row] | None:
        """The key and the row of a whole line, decoded once.

        Returns:
            None where the line is anything but a plain record of this stream.

        Raises:
            LoadError: it is no row of these columns.
        """
        try:
            return self._finished(astuple(self._decode_line(line).record))
        except msgspec.MsgspecError:
            return None

    def of(self, record: bytes | msgspec.Raw) -> tuple[Key, Row]:
        """The key of a record, and its row.

        Raises:
            LoadError: it is no row of these columns.
        """
        try:
            return self._finished(astuple(self._decode(record)))
        except msgspec.ValidationError:
            # A value of another type than the schema says: Postgres reads what is written, as far as it can.
            return self._keyed(self._plainly(record))
        except msgspec.DecodeError as error:
            message = f"{self._stream}: a record that is no JSON: {error}."
            raise LoadError(message) from error

    def _finished(self, decoded: tuple[Any, ...]) -> tuple[Key, Row]:
        row = list(decoded)
        for place in self._documents:
            row[place] = str(row[place], "utf-8")
        if self._numbers:
            for place in self._numbers:
                row[place] = _text(row[place])
            self._unquote(row, self._numbers)
        return self._keyed(row)

    def _keyed(self, row: Row) -> tuple[Key, Row]:
        key: Key = self._key_of(row)
        if None in key:
            message = f"{self._stream}: a record lacks a value of its key ({self.named(key)})."
            raise LoadError(message)
        return key, row

    def _only_key(self, row: Row) -> Key:
        return (row[self._keys[0]],)

    def named(self, key: Key) -> str:
        """A key in words."""
        return ", ".join(f"{self._names[place]} {value}" for place, value in zip(self._keys, key, strict=True))

    def _plainly(self, record: bytes | msgspec.Raw) -> Row:
        try:
            written = astuple(self._as_written(record))
        except msgspec.ValidationError as error:
            message = f"{self._stream}: a record that is none: {error}."
            raise LoadError(message) from error
        row: Row = [str(value, "utf-8") for value in written]
        for place in self._plain:
            row[place] = None if row[place] == "null" else row[place]
        self._unquote(row, self._plain)
        return row

    def _unquote(self, row: Row, places: Sequence[int]) -> None:
        """Of values as they are written, texts lose their quotes; documents have no place here."""
        for place in places:
            first = (row[place] or " ")[0]
            if first == '"':
                row[place] = msgspec.json.decode(row[place])
            elif first in "{[":
                key = self.named(tuple(row[each] for each in self._keys))
                message = f"{self._stream}: the column {self._names[place]} of the row {key} cannot hold a document."
                raise LoadError(message)


def _text(written: msgspec.Raw) -> str | None:
    value = bytes(written)
    return None if value == _NULL else value.decode()


def storable(line: bytes) -> bytes:
    """A line of JSON with U+FFFD for NUL and halves of surrogate pairs: valid JSON, and no text of Postgres."""
    return _ESCAPES.sub(_replaced, line) if b"\\u" in line else line


def _replaced(found: re.Match[bytes]) -> bytes:
    escape = found.group()
    return escape if escape == _BACKSLASH or len(escape) == _PAIR else b"\\ufffd"
