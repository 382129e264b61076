"""Conversions shared by all rows: money, ids, timestamps, dates."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, Overflow
from functools import lru_cache
from typing import Any

from tap_amazon_ads_entities.errors import BadBodyError

MICROS = Decimal(1_000_000)
"""One currency unit in micros, for every currency alike."""

_BIGINT = 1 << 63
_TOO_LARGE = "an amount of money is too large to be stored"
_LONGEST_ID = 200
_CANONICAL_LENGTH = len("2026-01-31T12:00:00.000Z")
_COMPACT_DATE_LENGTH = len("20260131")


def micros(amount: Any) -> int | None:
    """Money in currency units, as decoded from JSON, to integer micros.

    JSON numbers reach this as int or Decimal (never float), so 0.1 + 0.2 is exactly 300,000.
    None stays None: a missing bid inherits the ad group's default.

    Raises:
        BadBodyError: more than a bigint column holds.
    """
    if amount is None:
        return None
    try:
        exact = Decimal(amount) * MICROS
        if exact.is_finite() and abs(exact) >= _BIGINT:
            raise BadBodyError(_TOO_LARGE)
        return int(exact.to_integral_value(ROUND_HALF_EVEN))
    except Overflow as error:
        raise BadBodyError(_TOO_LARGE) from error
    except (InvalidOperation, TypeError, ValueError, OverflowError):
        return None


def identifier(value: Any) -> str | None:
    """An Amazon id (string or unsigned 64-bit number on the wire) as text.

    Raises:
        BadBodyError: longer than any id; no index of the database would take it.
    """
    if value is None:
        return None
    text = str(value)
    if len(text) > _LONGEST_ID:
        message = f"an id of {len(text)} characters"
        raise BadBodyError(message)
    return text


def timestamp(value: Any) -> str | None:
    """ISO 8601 text or epoch milliseconds to `YYYY-MM-DDTHH:MM:SS.mmmZ` in UTC; 0, "" and absent to None."""
    if not value:
        return None
    if isinstance(value, str):
        if len(value) == _CANONICAL_LENGTH and value[-1] == "Z" and value[-5] == ".":
            return value
        if not value.isdigit():
            return _from_iso(value)
    try:
        return _canonical(datetime.fromtimestamp(int(value) / 1000, tz=timezone.utc))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _from_iso(text: str) -> str | None:
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return _canonical(parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc))


def _canonical(moment: datetime) -> str:
    """One fixed-width format, so that timestamps compare as text."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc_text(moment: datetime) -> str:
    """A moment in the one format timestamps have on the wire."""
    return _canonical(moment)


def now() -> str:
    """This moment in canonical text."""
    return utc_text(datetime.now(tz=timezone.utc))


def calendar_date(value: Any) -> str | None:
    """`YYYY-MM-DD` or Sponsored Display's `YYYYMMDD` to `YYYY-MM-DD`; anything else to None."""
    if not value:
        return None
    text = str(value)
    if len(text) == _COMPACT_DATE_LENGTH and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return _date(text[:10])


@lru_cache(maxsize=10_000)
def _date(text: str) -> str | None:
    """Reading one takes a quarter of the time of a campaign's row, and an account has few different ones."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc).date().isoformat()
    except ValueError:
        return None


def lower(value: Any) -> str | None:
    """Lower-case text of an enum value, None when absent."""
    return None if value is None else str(value).lower()


def snake(value: Any) -> str | None:
    """`negativeExact`, `NEGATIVE_EXACT` and `asinSameAs` to `negative_exact`, `asin_same_as`."""
    if value is None:
        return None
    text = str(value)
    if text.isupper():
        return text.lower()
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in text).lstrip("_")


def without(source: dict[str, Any], columns: frozenset[str]) -> dict[str, Any]:
    """The fields that have no column, so that a JSON column can keep what Amazon adds later."""
    return {name: value for name, value in source.items() if name not in columns and value is not None}
