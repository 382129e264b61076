"""A value of a setting, as a sentence repeats it."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.process.redaction import printable, redact

_LONGEST = 60


def shown(value: Any) -> str:
    """A value without secrets and controls, text in quotes, and no longer than a line should be."""
    text = redact(printable(value))
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"'{text}'" if isinstance(value, str) else text
