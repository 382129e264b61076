"""Texts that stand in, in what is almost JSON, for what keeps it from being JSON.

Some servers write `NaN`, `Infinity` or `.5` for a number, and half of a character where they cut a text. Of a body with
one of these nothing can be decoded; with a text in its place, all but that one cell can. A stand-in begins with NUL, as
hardly any text does, so that whoever decodes it looks closer.
"""

from __future__ import annotations

import re

NO_NUMBER = "\x00!"
"""What the stand-in of a number begins with; the number as it was sent follows."""

HALF = re.compile("\x00([dD][89a-fA-F][0-9a-fA-F]{2})")
"""The stand-in of half a surrogate pair."""

# Texts, of which one that is cut goes on to the end, and what stands where a number may.
_TOKENS = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*(?:(")|\\?\Z)'
    rb"|(?<![\w.+-])(?:[-+]?(?:nan|inf(?:inity)?)|[-+.]*\d[\w.+-]*)(?=[ \t\r\n]*[,\]}])",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
# An escaped pair of surrogates, half of one, or any other escape: after `\\`, `ud800` is plain text.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def made_valid(body: bytes) -> bytes:
    """A body, or the beginning of one, with stand-ins for numbers that are none and for halves of characters."""
    return _TOKENS.sub(_valid, body)


def _valid(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if match[1]:
        return _ESCAPE.sub(lambda half: b"\\u0000" + half[1] if half[1] else half[0], token)
    # A text that does not end may go on with the other half.
    return token if token.startswith(b'"') or _NUMBER.fullmatch(token) else b'"\\u0000!%b"' % token
