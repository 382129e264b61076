"""Reads the lines of a tap: records go to their sinks as they are written, everything else to the target."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec
from singer_sdk.io_base import SingerReader

from target_postgres_copy.rows import storable

_AGE_IS_LOOKED_AT_EVERY = 5_000


class Envelope(msgspec.Struct, gc=False):
    """Of a line, as much as decides where it goes."""

    type: str
    stream: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")


class Takes(Protocol):
    """What becomes of records."""

    def taker(self, stream: str) -> Callable[[Any], bool] | None:
        """What takes the records of a stream as they are written; None where it has to be decoded."""

    def full(self, stream: str) -> None:
        """A batch of a stream is full."""

    def time_passes(self) -> None:
        """Once in a while."""


class LineReader(SingerReader):  # type: ignore[misc]
    """A reader of bytes.

    Args:
        target: takes the records.
    """

    def __init__(self, target: Takes) -> None:
        """Read nothing yet."""
        super().__init__()
        self._target = target

    def process_lines(
        self, file_input: Iterable[str] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Counter[str]:
        """Read until there are no more lines.

        Args:
            file_input: instead of standard input.
            callbacks: what takes a decoded message, by its type.
        """
        lines: Iterable[bytes] = sys.stdin.buffer
        if file_input is not None:
            lines = (line.encode("utf-8", "surrogatepass") for line in file_input)
        seen: Counter[str] = Counter()
        takers: dict[str, Callable[[Any], bool]] = {}
        decode = msgspec.json.Decoder(Envelope).decode
        records = 0
        for line in lines:
            envelope = _envelope(decode, line)
            if envelope is not None and envelope.type == "RECORD" and envelope.stream in takers:
                records += 1
                if takers[envelope.stream](envelope.record):
                    self._target.full(envelope.stream)
                if records % _AGE_IS_LOOKED_AT_EVERY == 0:
                    self._target.time_passes()
                continue
            message = self.deserialize_json(line.decode("utf-8", "surrogateescape"))
            self.assert_line_requires(message, requires={"type"})
            kind = message["type"]
            if callback := callbacks.get(kind):
                callback(message)
            else:
                self._process_unknown_message(message)
            seen[kind] += 1
            if kind == "SCHEMA":
                takers = _with(takers, message["stream"], self._target)
        seen["RECORD"] += records
        return seen


def _envelope(decode: Callable[[bytes], Envelope], line: bytes) -> Envelope | None:
    try:
        return decode(storable(line))
    except msgspec.MsgspecError:
        # The parent says what is wrong with it.
        return None


def _with(takers: dict[str, Callable[[Any], bool]], stream: str, target: Takes) -> dict[str, Callable[[Any], bool]]:
    """What takes records, after the schema of a stream has come."""
    others = {name: taker for name, taker in takers.items() if name != stream}
    taker = target.taker(stream)
    return others if taker is None else {**others, stream: taker}
