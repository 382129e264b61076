"""Media types, compared as the standard says: without regard to case, parameters apart (RFC 9110, 8.3.1)."""

from __future__ import annotations


def same(sent: str, wanted: str) -> bool:
    """Whether a header names this media type."""
    return sent.split(";", maxsplit=1)[0].strip().lower() == wanted.lower()
