"""Texts of others stay on their line, numbers are exact."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entities_status.pages.text import amount, integer, seconds, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("株式会社 🚀", "株式会社 🚀"),
        ("family \U0001f468\u200d\U0001f469 می\u200cخواهم", "family \U0001f468\u200d\U0001f469 می\u200cخواهم"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("two\nlines\x1b[31m", "two\\u000alines\\u001b[31m"),
        ("x" * 161, "x" * 160 + "…"),
        (None, ""),
    ],
)
def test_what_would_turn_or_break_a_line_is_spelled_out(text: str | None, expected: str) -> None:
    assert shown(text) == expected


def test_amounts_and_durations() -> None:
    assert [amount(each) for each in (0, 1, 750_000, 1_234_567_890_000, -20_000, None)] == [
        "0.00",
        "0.000001",
        "0.75",
        "1,234,567.89",
        "-0.02",
        "",
    ]
    assert [seconds(each) for each in (None, 0, 0.25, 59, 61, timedelta(hours=1, minutes=2), 90_000)] == [
        "–",
        "0 s",
        "0.2 s",
        "59 s",
        "1 min 01 s",
        "1 h 02 min",
        "1 d 1 h",
    ]


@pytest.mark.parametrize("text", ["abc", "1e400", "nan", {"rows": 1}])
def test_what_is_no_number_is_shown_as_it_stands(text: object) -> None:
    assert integer(text) == str(text)
    assert seconds(text) == str(text)
