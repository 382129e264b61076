"""What is written in a line is what goes into the row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from target_postgres_copy.errors import LoadError
from target_postgres_copy.rows import Kind, Rows, storable

COLUMNS = {
    "id": Kind.TEXT,
    "name": Kind.TEXT,
    "bid": Kind.INTEGER,
    "share": Kind.NUMBER,
    "negative": Kind.SWITCH,
    "details": Kind.DOCUMENT,
}
NOTHING = [None, None, None, None, "null"]


def row_of(record: str) -> list[Any]:
    return Rows("ads", COLUMNS, ["id"]).of(storable(record.encode()))[1]


@pytest.mark.parametrize(
    ("record", "row"),
    [
        ('{"id": "1"}', ["1", *NOTHING]),
        ('{"id": "1", "name": "", "unknown": {"a": [1]}}', ["1", "", *NOTHING[1:]]),
        (
            (
                '{"details": {"a": [1.50, "x\\"y"]}, "negative": false, "share": 1.10, "bid": 5,'
                ' "name": "a\\tb", "id": "1"}'
            ),
            ["1", "a\tb", 5, "1.10", False, '{"a": [1.50, "x\\"y"]}'],
        ),
        # Nothing that a float cannot hold is rounded.
        ('{"id": "1", "share": 0.1234567890123456789}', ["1", None, None, "0.1234567890123456789", None, "null"]),
        ('{"id": "1", "bid": 9223372036854775807}', ["1", None, 9223372036854775807, None, None, "null"]),
        # Another type than the schema says: Postgres reads it as far as it can.
        ('{"id": 7, "name": true, "bid": "5"}', ["7", "true", "5", None, None, "null"]),
        ('{"id": "1", "share": "1.5"}', ["1", None, None, "1.5", None, "null"]),
        # What no text and no jsonb of Postgres holds.
        ('{"id": "1", "name": "a\\u0000b\\ud800"}', ["1", "a\ufffdb\ufffd", *NOTHING[1:]]),
        (
            '{"id": "1", "details": {"\\u0000": "\\\\u0000 \\ud83d\\ude00 \\udc00"}}',
            ["1", *NOTHING[:-1], '{"\\ufffd": "\\\\u0000 \\ud83d\\ude00 \\ufffd"}'],
        ),
    ],
)
def test_a_record_becomes_a_row(record: str, row: list[Any]) -> None:
    assert row_of(record) == row


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ('{"name": "x"}', r"ads: a record lacks a value of its key \(id None\)"),
        ('{"id": "1", "name": {"a": 1}}', "ads: the column name of the row id 1 cannot hold a document"),
        ('{"id": "1", "share": [1]}', "ads: the column share of the row id 1 cannot hold a document"),
        ("[1]", "ads: a record that is none"),
    ],
)
def test_what_is_no_row_is_named(record: str, says: str) -> None:
    with pytest.raises(LoadError, match=says):
        row_of(record)


ESCAPES = ("\\u0000", "\\ud800", "\\\\u0000", "\\ud83d\\ude00", "\\u00e9", "\\\\\\u0000", "\\udfff\\ud800")


@pytest.mark.parametrize("text", ESCAPES)
def test_only_what_cannot_be_stored_is_replaced(text: str) -> None:
    read = json.loads(f'"{text}"')
    wanted = "".join("\ufffd" if each == "\x00" or "\ud800" <= each <= "\udfff" else each for each in read)
    assert json.loads(storable(f'"{text}"'.encode())) == wanted
