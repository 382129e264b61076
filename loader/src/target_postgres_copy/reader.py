"""Reads the lines of a tap, and the files that they name.

Records go to their sinks as they are written, everything else to the target.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from singer_sdk.io_base import SingerReader
from singer_sdk.singerlib.json import deserialize_json

from target_postgres_copy import files
from target_postgres_copy.errors import LoadError
from target_postgres_copy.rows import storable

_AGE_IS_LOOKED_AT_EVERY = 5_000


class Envelope(msgspec.Struct, gc=False):
    """Of a line, as much as decides where it goes."""

    type: str
    stream: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")


_DECODER = msgspec.json.Decoder(Envelope)
_Callbacks = Mapping[str, Callable[[dict[str, Any]], None]]


class Taker(Protocol):
    """What takes the records of one stream."""

    def take(self, record: Any) -> bool:
        """Take a record as it is written: whether its batch is full."""

    def take_line(self, line: bytes) -> bool | None:
        """The same of a whole line; None where it is something else."""


class Takes(Protocol):
    """What becomes of records."""

    def taker(self, stream: str) -> Any:
        """The taker of a stream; None where its records have to be decoded."""

    def full(self, taker: Any) -> None:
        """A batch is full."""

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
        self._records = 0

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
        takers: dict[str, Taker] = {}
        taker: Taker | None = None
        for line in lines:
            clean = storable(line)
            # Records of one stream come one after the other.
            full = taker.take_line(clean) if taker else None
            if full is None and (envelope := _envelope(clean)) and envelope.stream in takers:
                taker = takers[envelope.stream]
                full = taker.take(envelope.record)
            if taker is not None and full is not None:
                self._taken(taker, full)
                continue
            message = self.deserialize_json(line.decode("utf-8", "surrogateescape"))
            self.assert_line_requires(message, requires={"type"})
            kind = message["type"]
            if kind == "BATCH" and (found := files.paths(message)) is not None:
                for path in found:
                    self._read(path, message, takers.get(message["stream"]), callbacks)
            elif callback := callbacks.get(kind):
                callback(message)
            else:
                self._process_unknown_message(message)
            seen[kind] += 1
            if kind == "SCHEMA":
                takers, taker = _with(takers, message["stream"], self._target), None
        seen["RECORD"] += self._records
        return seen

    def _taken(self, taker: Taker, full: bool) -> None:  # noqa: FBT001 - what it has just said
        self._records += 1
        if full:
            self._target.full(taker)
        if self._records % _AGE_IS_LOOKED_AT_EVERY == 0:
            self._target.time_passes()

    def _read(self, path: Path, message: Mapping[str, Any], taker: Taker | None, callbacks: _Callbacks) -> None:
        """The records of a file, as if they had come in the place of the message that names it.

        Raises:
            LoadError: they cannot be read.
        """
        fields = {name: message[name] for name in ("stream", "time_extracted") if name in message}
        read = 0
        for line in files.lines(message, path):
            read += 1
            if taker is not None:
                self._taken(taker, taker.take(storable(line)))
                continue
            try:
                record = deserialize_json(line)
            except ValueError as error:
                text = f"{message['stream']}: a record that is no JSON."
                raise LoadError(text) from error
            callbacks["RECORD"]({**fields, "type": "RECORD", "record": record})
        if message.get("records") not in (None, read):
            text = f"{message['stream']}: the file {path} holds {read} of its {message['records']} records."
            raise LoadError(text)


def _envelope(line: bytes) -> Envelope | None:
    """A record; None for everything else, and for what is no message: the parent says what is wrong with it."""
    try:
        envelope = _DECODER.decode(line)
    except msgspec.MsgspecError:
        return None
    return envelope if envelope.type == "RECORD" else None


def _with(takers: dict[str, Taker], stream: str, target: Takes) -> dict[str, Taker]:
    """What takes records, after the schema of a stream has come."""
    others = {name: taker for name, taker in takers.items() if name != stream}
    taker = target.taker(stream)
    return others if taker is None else {**others, stream: taker}
