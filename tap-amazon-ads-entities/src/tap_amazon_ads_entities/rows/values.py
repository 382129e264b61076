"""Conversions shared by all rows: money, ids, timestamps, dates, enum values, parts of items.

What cannot be read becomes `Unreadable`, never null: null is what Amazon left out. What a column can hold only in part
becomes `Altered`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException
from functools import lru_cache
from typing import Any

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.unreadable import Altered, Unreadable

MICROS = Decimal(1_000_000)
"""One currency unit in micros, for every currency alike."""

REPLACEMENT = "\ufffd"
"""Stands for what no text of a database can hold: NUL, half a character, bytes that are no UTF-8."""

_EXACT = Context(prec=700)
_BIGINT = 1 << 63
_LONGEST_ID = 200
_CANONICAL_LENGTH = len("2026-01-31T12:00:00.000Z")
_AMOUNT = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECONDS_BELOW = 100_000_000_000
"""Milliseconds reach it in 1973, long before the first advertisement; seconds in the year 5138."""


def micros(amount: Any) -> int | Altered | Unreadable | None:
    """Money in currency units, as decoded from JSON, to integer micros; rounded where it is finer.

    JSON numbers reach this as int or Decimal (never float), so 0.1 + 0.2 is exactly 300,000.
    None stays None: a missing bid inherits the ad group's default.
    """
    if amount is None:
        return None
    kind = type(amount)
    if kind is Decimal or kind is int:
        return _micros(amount)
    if kind is str and _AMOUNT.fullmatch(amount):
        return _micros(Decimal(amount))
    return Unreadable(amount)


@lru_cache(maxsize=10_000)
def _micros(amount: Decimal | int) -> int | Altered | Unreadable:
    """Kept, because accounts have few different bids and budgets. What a bigint holds is decided after rounding."""
    try:
        exact = _EXACT.multiply(Decimal(amount), MICROS)
        rounded = int(exact.to_integral_value(ROUND_HALF_EVEN))
    except (DecimalException, ValueError, OverflowError):
        return Unreadable(amount)
    if not -_BIGINT <= rounded < _BIGINT:
        return Unreadable(amount)
    return rounded if rounded == exact else Altered(rounded, amount)


def identifier(value: Any) -> str | Unreadable | None:
    """An Amazon id (string or unsigned 64-bit number on the wire) as text."""
    kind = type(value)
    if kind is str:
        if value.isalnum() and len(value) <= _LONGEST_ID:
            return value  # type: ignore[no-any-return]
        fit = 0 < len(value) <= _LONGEST_ID and value.isprintable() and value == value.strip()
        # What stands for something else may stand for the same in the id of another.
        return value if fit and REPLACEMENT not in value else Unreadable(value)
    if value is None:
        return None
    if kind is Decimal and value.is_finite() and value == value.to_integral_value():
        # A number with a point or an exponent is still that number.
        kind, value = int, int(value)
    if kind is int and value >= 0:
        text = str(value)
        return text if len(text) <= _LONGEST_ID else Unreadable(value)
    return Unreadable(value)


def timestamp(value: Any) -> str | Altered | Unreadable | None:
    """ISO 8601 text or epoch milliseconds to `YYYY-MM-DDTHH:MM:SS.mmmZ` in UTC; 0, "" and absent to None.

    What is finer than a millisecond is cut off.
    """
    if type(value) is str:
        # With its marks in these places, a text that Python can read has the one format of timestamps.
        if len(value) == _CANONICAL_LENGTH and value[23] == "Z" and value[4:20:3] == "--T::.":
            try:
                datetime.fromisoformat(value[:23])
            except ValueError:
                return Unreadable(value)
            return value
        return _moment_of_text(value)
    if value is None:
        return None
    return _moment_of_number(value)


def _moment_of_number(value: Any) -> str | Altered | Unreadable | None:
    """Epoch milliseconds; a number that can only mean seconds, or a moment before there were computers, is none."""
    kind = type(value)
    if kind is int or (kind is Decimal and value.is_finite()):
        if not value:
            return None
        try:
            if value >= _SECONDS_BELOW:
                moment = _canonical(_EPOCH + timedelta(milliseconds=int(value)))
                return moment if value == int(value) else Altered(moment, value)
        except OverflowError:
            pass
    return Unreadable(value)


def _moment_of_text(text: str) -> str | Altered | Unreadable | None:
    if _DIGITS.fullmatch(text):
        moment = _moment_of_number(int(text))
        return moment if type(moment) is not Unreadable else Unreadable(text)
    found = _ISO.fullmatch(text)
    if found is None:
        return Unreadable(text) if text else None
    day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        moment_of_day = timedelta(
            hours=_below(24, hour),
            minutes=_below(60, minute),
            seconds=_below(60, second),
            milliseconds=int(f"{fraction or ''}000"[:3]),
        )
        offset = timedelta(hours=_below(24, hours), minutes=_below(60, minutes)) * (-1 if sign == "-" else 1)
        midnight = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
        # Added at once: 0001-01-01 with an offset may begin before all years and end within them.
        moment = _canonical(midnight + (moment_of_day - offset))
        return Altered(moment, text) if fraction and fraction[3:].strip("0") else moment
    except (ValueError, OverflowError):
        return Unreadable(text)


def _below(limit: int, digits: str | None) -> int:
    number = int(digits or 0)
    if number >= limit:
        raise ValueError(digits)
    return number


def _canonical(moment: datetime) -> str:
    """One fixed-width format, so that timestamps compare as text."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def utc_text(moment: datetime) -> str:
    """A moment in the one format timestamps have on the wire."""
    return _canonical(moment.astimezone(timezone.utc))


def now() -> str:
    """This moment in canonical text."""
    return utc_text(datetime.now(tz=timezone.utc))


def calendar_date(value: Any) -> str | Altered | Unreadable | None:
    """`YYYY-MM-DD`, Sponsored Display's `YYYYMMDD` or the day of a moment to `YYYY-MM-DD`; 0, "" and absent to None.

    The time of day of a moment is cut off.
    """
    if value is None:
        return None
    kind = type(value)
    if kind is str:
        return _date(value)
    if kind is Altered:
        return value  # type: ignore[no-any-return]
    return _date(str(value)) if kind is int else Unreadable(value)


@lru_cache(maxsize=10_000)
def _date(text: str) -> str | Altered | Unreadable | None:
    """Reading one takes a quarter of the time of a campaign's row, and an account has few different ones."""
    if text in ("", "0"):
        return None
    # What follows the day must be a time of day: a day before something else is none.
    day = text if _DATE.fullmatch(text) or type(_moment_of_text(text)) is Unreadable else text[: len("2026-01-31")]
    found = _DATE.fullmatch(day)
    try:
        known = date(*map(int, found.groups())).isoformat() if found else Unreadable(text)
    except ValueError:
        return Unreadable(text)
    moment = _ISO.fullmatch(text) if type(known) is str and day != text else None
    late = moment is not None and any(int(digits or 0) for digits in moment.group(2, 3, 4, 5))
    return Altered(known, text) if late else known


def lower(value: Any) -> str | Unreadable | None:
    """Lower-case text of an enum value, None when absent."""
    if type(value) is str:
        return value.lower()
    return None if value is None else Unreadable(value)


def snake(value: Any) -> str | Unreadable | None:
    """`negativeExact`, `NEGATIVE_EXACT` and `asinSameAs` to `negative_exact`, `asin_same_as`."""
    if type(value) is str:
        return _snake(value)
    return None if value is None else Unreadable(value)


@lru_cache(maxsize=1_000)
def _snake(text: str) -> str:
    if text.isupper():
        return text.lower()
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in text).lstrip("_")


def part(source: dict[str, Any], name: str, path: str = "") -> dict[str, Any]:
    """The object in a field, empty when absent.

    Raises:
        RefusedItemError: there is something else: what it would say about the entity is not known.
    """
    value = source.get(name)
    if type(value) is dict:
        return value
    if value is None:
        return {}
    raise RefusedItemError(path + name, "is not an object")


def without(source: dict[str, Any], columns: frozenset[str]) -> dict[str, Any]:
    """The fields that have no column, so that a JSON column can keep what Amazon adds later."""
    if columns.issuperset(source):
        return {}
    return {name: value for name, value in source.items() if name not in columns and value is not None}
