"""Errors of Postgres and of its programs, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entities_runner import reasons
from entities_runner.launch.dbt import words
from entities_runner.launch.quiet import Quiet


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('could not extend file "base/5/1": No space left on device', "the disk of the database is full"),
        ("FATAL: too many connections for role", "takes no more connections"),
        ("remaining connection slots are reserved", "takes no more connections"),
        ("cannot execute INSERT in a read-only transaction", "the database is read-only"),
        ("canceling statement due to lock timeout", "another session keeps a lock on the tables: ann"),
        ("canceling statement due to statement timeout", "AMAZON_ADS_STATEMENT_TIMEOUT"),
        ('null value in column "x" of relation "2f_1" violates not-null constraint', "the column x of a landing table"),
        ('new row violates check constraint "positive"', "the constraint positive refuses rows"),
        ("permission denied for table entity_ads", "no right to table entity_ads"),
        ("must be owner of table entity_ads", "entity_ads belongs to another role"),
        ('password authentication failed for user "me"', "refuses user or password"),
        ('database "ads" does not exist', "there is no database ads"),
        ("server closed the connection unexpectedly", "the database went away"),
        ("terminating connection due to administrator command", "the database went away"),
        ("value out of range for type bigint", "the database refused a row (value out of range for type bigint)"),
        ("sqlite3.OperationalError: database is locked", "Meltano's own database is locked"),
    ],
)
def test_a_known_error_is_a_sentence_that_says_what_to_do(text: str, says: str) -> None:
    assert says in (reasons.known(f"INFO: before\n{text}\nINFO: after", "ann") or "")


def test_an_unknown_error_is_its_own_first_line() -> None:
    assert reasons.known("something new") is None
    assert reasons.sentence("\nsomething new\nand more") == "Something new"


def test_dbt_is_quoted_where_it_says_why() -> None:
    output = (
        "08:00:00  Running with dbt=1.11\n"
        "08:00:01  Encountered an error while running operation: Compilation Error\n"
        "08:00:01    The table amazon_ads.x exists and is not one of this project.\n"
        "08:00:01    \n"
        "08:00:01    > in macro prepare (macros/prepare.sql)\n"
    )
    assert words(output) == "The table amazon_ads.x exists and is not one of this project."
    locked = "08:00:01  Database Error\n08:00:01    canceling statement due to statement timeout\n"
    assert "AMAZON_ADS_STATEMENT_TIMEOUT" in words(locked)
    held = (
        "08:00:01  Database Error\n08:00:01    Another session keeps a lock on the tables: process 7 of ann.\n"
        "08:00:01    CONTEXT:  PL/pgSQL function change_in_turn(text[]) line 9 at RAISE\n"
    )
    assert words(held) == "Another session keeps a lock on the tables: process 7 of ann."
    assert words("08:00:00  Done.\n") == ""


def test_tracebacks_go_into_a_private_file_and_messages_go_on(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "logs" / "loader.log"
    record = {"level": "error", "message": "it failed\nand how", "exception": {"type": "E", "message": "disk full"}}
    quiet = Quiet(file)
    quiet.follow(
        [
            b"2026-01-01 10:00:00 | INFO | loader | starts\n",
            b"Traceback (most recent call last):\n",
            b'  File "x.py", line 1, in <module>\n',
            b"ValueError: oh\n",
            b"2026-01-01 10:00:01 | INFO | loader | goes on\n",
            json.dumps(record).encode() + b"\n",
        ],
    )
    passed = capfdbinary.readouterr().err
    assert b"starts" in passed
    assert b"goes on" in passed
    assert b"it failed" in passed
    assert not any(word in passed for word in (b"Traceback", b"x.py", b"disk full"))
    assert "disk full" in quiet.text
    assert b"x.py" in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
