"""Numbers, moments and texts of others, as a page shows them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

# What turns a line around, breaks it, or cannot be seen; joiners stay, scripts and emoji need them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_LONGEST = 160
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def shown(text: object, limit: int = _LONGEST) -> str:
    """A text of somebody else on one line: cut, and with what would turn or break the line spelled out."""
    if text is None:
        return ""
    whole = str(text)
    cut = whole[:limit] + ("…" if len(whole) > limit else "")
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", cut)


def integer(number: object) -> str:
    """1,234,567; a dash for nothing, and as it stands what is no number: details can hold anything."""
    try:
        return "–" if number is None else f"{int(str(number)):,}"
    except ValueError:
        return shown(number, 40)


def amount(micros: int | None) -> str:
    """Micros as an amount with at least two digits."""
    if micros is None:
        return ""
    whole, rest = divmod(abs(micros), 1_000_000)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole:,}.{digits}"


def seconds(value: object) -> str:
    """A duration in its two greatest units; a dash for nothing, and as it stands what is none."""
    try:
        total = value.total_seconds() if isinstance(value, timedelta) else float(str(value))
        whole = round(total)
    except (ValueError, OverflowError):
        return "–" if value is None else shown(value, 40)
    if 0 < total < 10:  # noqa: PLR2004 - below that tenths matter
        return f"{total:.1f} s"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // 60:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def moment(value: datetime | None) -> str:
    """A moment in UTC."""
    return "–" if value is None else value.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def moment_of(text: str | None) -> datetime | None:
    """A moment that an address holds; None where it is none."""
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def ago(value: datetime | None) -> str:
    """How long ago that was, in one unit."""
    if value is None:
        return "never"
    passed = (datetime.now(timezone.utc) - value).total_seconds()
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if passed >= size:
            return f"{int(passed // size)} {unit} ago"
    return "just now"


FILTERS = {
    "shown": shown,
    "integer": integer,
    "amount": amount,
    "seconds": seconds,
    "moment": moment,
    "ago": ago,
}
