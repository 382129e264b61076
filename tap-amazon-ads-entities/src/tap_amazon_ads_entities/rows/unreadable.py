"""What a column cannot hold as it was sent, on its way to the row's JSON column and the run log."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_PLACE = re.compile(r"\[\d+\]")
_MOST_FIELDS = 200
_OTHERS = "other fields"


class Unreadable:
    """Stands in an item or a row for a value that no column can hold, until the row is checked.

    Args:
        raw: the value as Amazon sent it.
        source: Amazon's name of the field, where the column alone does not tell.
    """

    __slots__ = ("raw", "source")

    def __init__(self, raw: Any, source: str | None = None) -> None:
        """Keep the value; of one that was unreadable before, what it was then."""
        self.raw: Any = raw.raw if isinstance(raw, Unreadable) else raw
        self.source: str | None = source or (raw.source if isinstance(raw, Unreadable) else None)

    def __str__(self) -> str:
        """The value as text."""
        return raw_text(self.raw)


class Altered:
    """Stands in a row for a value that its column holds, though not as it was sent, until the row is checked.

    Args:
        stored: what the column holds.
        raw: the value as Amazon sent it.
    """

    __slots__ = ("raw", "stored")

    def __init__(self, stored: Any, raw: Any) -> None:
        """Keep both."""
        self.stored = stored
        self.raw = raw


@dataclass(frozen=True)
class Marks:
    """What of an item cannot be stored as it was sent, found out when it was decoded: text by the path of the field.

    Args:
        unreadable: what is null, or left out of a JSON column.
        altered: what is stored in another form.
    """

    unreadable: dict[str, str] = field(default_factory=dict)
    altered: dict[str, str] = field(default_factory=dict)


def raw_text(value: Any) -> str:
    """A value as text: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else _ENCODER.encode(value).decode()


@dataclass
class Seen:
    """In which rows a field could not be stored as it was sent.

    Args:
        sample: the first of these values, as text.
    """

    sample: str
    _rows: array[int] = field(default_factory=lambda: array("q"))

    def add(self, key: str) -> None:
        """See it in a row; the same one may be read several times."""
        self._rows.append(hash(key))

    @property
    def count(self) -> int:
        """How many rows."""
        return len(set(self._rows))


@dataclass
class Notes:
    """What is worth telling about a list, collected while its items become rows.

    Args:
        cells: Amazon's fields with values that could not be read.
        altered: Amazon's fields with values that are stored in another form.
        surrogates: keys made up for ads without an id, each with a digest of the ad it stands for.
        marks: what is known of the item that becomes a row.
        said: what its row function has to say of fields, until the row is checked.
    """

    cells: dict[str, Seen] = field(default_factory=dict)
    altered: dict[str, Seen] = field(default_factory=dict)
    surrogates: dict[str, str] = field(default_factory=dict)
    marks: Marks | None = None
    said: dict[str, str] = field(default_factory=dict)

    def say(self, source: str, text: str) -> None:
        """Note something about a field of the item that becomes a row."""
        self.said[source] = text

    def settle(self, key: str, unreadable: Mapping[str, str], altered: Mapping[str, str]) -> None:
        """The item has become a row with this key: count its fields, each once for every row."""
        _count(self.cells, key, {**unreadable, **self.said})
        _count(self.altered, key, altered)
        self.forget()

    def forget(self) -> None:
        """The item has become a row, or none."""
        self.marks = None
        self.said.clear()


def _count(fields: dict[str, Seen], key: str, found: Mapping[str, str]) -> None:
    for path, text in found.items():
        source = _PLACE.sub("", path)
        if source not in fields and len(fields) >= _MOST_FIELDS:
            source = _OTHERS
        if source not in fields:
            fields[source] = Seen(text)
        fields[source].add(key)
