"""Cuts one long JSON array into short ones, piece by piece.

A cut is tried where an object ends and a comma follows, and taken when what lies before it is a whole array: only then
are all strings and brackets in it closed. So msgspec says where an element ends, and no parser of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from tap_amazon_ads_entities.exports.gunzip import FileError
from tap_amazon_ads_entities.rows.stand_ins import made_valid

ENOUGH = 1 << 18
"""Bytes from which a short array is handed over."""

MOST = 8 << 20
"""Bytes of one element: the largest that Amazon could make are some kilobytes."""

_TRIES = 64
_SPACE = b" \t\r\n"
_COMMA = re.compile(rb"[ \t\r\n]*,")
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def arrays(pieces: Iterable[bytes], enough: int = ENOUGH) -> Iterator[bytes]:
    """The array that the pieces make up, as short arrays with the same elements in the same order.

    Raises:
        FileError: it is no array, does not end, or something comes after its end.
    """
    rest = bytearray()
    begun = after_comma = False
    wanted = enough
    for piece in pieces:
        rest += piece
        if not begun:
            begun = _begin(rest)
        if not begun or len(rest) < wanted:
            continue
        short, length = _cut(rest)
        if not length and (valid := made_valid(bytes(rest))) != rest:
            rest[:] = valid
            short, length = _cut(rest)
        if not length:
            # One long element, or many short ones inside it: more of it will tell.
            wanted = 2 * len(rest)
            if wanted > MOST:
                message = "its file is no array of objects"
                raise FileError(message)
            continue
        del rest[:length]
        wanted, after_comma = enough, True
        yield short
    if not begun:
        message = "its file is no array" if rest else "its file is empty"
        raise FileError(message)
    yield from _last(bytes(rest), after_comma=after_comma)


def _begin(rest: bytearray) -> bool:
    """Whether the array has begun; takes its bracket away."""
    stripped = rest.lstrip(_SPACE)
    if not stripped:
        rest.clear()
        return False
    if not stripped.startswith(b"["):
        message = "its file is no array"
        raise FileError(message)
    rest[:] = stripped[1:]
    return True


def _cut(rest: bytearray) -> tuple[bytes, int]:
    """As many elements as can be seen to be whole, as an array, and their length with the comma behind; 0: none."""
    end = len(rest)
    for _ in range(_TRIES):
        end = rest.rfind(b"}", 0, end)
        if end < 0:
            break
        comma = _COMMA.match(rest, end + 1)
        if comma is None:
            continue
        short = b"[%b]" % bytes(memoryview(rest)[: end + 1])
        try:
            _ELEMENTS.decode(short)
        except _ERRORS:
            continue
        return short, comma.end()
    return b"", 0


def _last(rest: bytes, *, after_comma: bool) -> Iterator[bytes]:
    """What comes before the end of the array."""
    if not rest.rstrip(_SPACE).endswith(b"]"):
        message = "its file ends in the middle of its array"
        raise FileError(message)
    short = b"[" + rest.rstrip(_SPACE)
    try:
        elements = _ELEMENTS.decode(short)
    except _ERRORS:
        short = made_valid(short)
        try:
            elements = _ELEMENTS.decode(short)
        except _ERRORS as error:
            message = "its file is no array of objects"
            raise FileError(message) from error
    if elements:
        yield short
    elif after_comma:
        message = "its file ends in the middle of its array"
        raise FileError(message)
