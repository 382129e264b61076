"""Writes Singer messages: pages of records in one call or one file, flushed where a reader needs them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

import msgspec
from singer_sdk.singerlib.encoding.base import GenericSingerWriter, SingerMessageType
from singer_sdk.singerlib.encoding.simple import Message, SchemaMessage

from tap_amazon_ads_entities.singer.batches import BatchFiles, chunks

_FLUSHED = frozenset({SingerMessageType.STATE, SingerMessageType.SCHEMA})


def _foreign(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# Decimal as a JSON number: its text is exact, where a float's might not be.
_ENCODER = msgspec.json.Encoder(enc_hook=_foreign, decimal_format="number")


class PageWriter(GenericSingerWriter[bytes, Message]):
    """A message writer that can write a page of records at once.

    Whoever ends the process flushes it: buffered records would be lost without an error.
    The SDK writes the SCHEMA of a stream again for every profile: the same one is written once.
    A signal that arrives during a write waits for its end, so that no line is ever cut in two.
    """

    def __init__(self) -> None:
        """Write to whatever standard output is at the time."""
        self._writing = False
        self._interruption: BaseException | None = None
        self._schemas: list[SchemaMessage] = []
        self.files: BatchFiles | None = None
        """Takes pages, where files are asked for."""

    def interrupt(self, error: BaseException) -> None:
        """Raise in the writing thread: at once, or after the line that is being written."""
        if not self._writing:
            raise error
        self._interruption = error

    def _write(self, data: bytes, *, flush: bool = False) -> None:
        self._writing = True
        try:
            self._out.write(data)
            if flush:
                self._out.flush()
        finally:
            self._writing = False
        error, self._interruption = self._interruption, None
        if error is not None:
            raise error

    @property
    def _out(self) -> IO[bytes]:
        return sys.stdout.buffer

    def serialize_message(self, message: Message) -> bytes:
        """One message as a line of JSON."""
        return _ENCODER.encode(message.to_dict()) + b"\n"

    def write_message(self, message: Message) -> None:
        """Write one message, a SCHEMA only where it is new; STATE and SCHEMA go out at once."""
        if isinstance(message, SchemaMessage):
            if message in self._schemas:
                return
            self._schemas.append(message)
        self._write(self.serialize_message(message), flush=message.type in _FLUSHED)

    def write_rows(self, stream: str, rows: Sequence[dict[str, Any]], time_extracted: str) -> None:
        """Write a page of rows of one stream: into a file, else as RECORD messages.

        Raises:
            BrokenPipeError: there is no reader any more.
        """
        if self.files is None:
            self._write_records(stream, rows, time_extracted)
            return
        for part in chunks(rows, self.files.rows):
            self.files.wait()
            message = self.files.put(stream, _ENCODER.encode_lines(part), time_extracted)
            if message is None:
                self._write_records(stream, part, time_extracted)
            else:
                self._write(_ENCODER.encode(message) + b"\n", flush=True)

    def _write_records(self, stream: str, rows: Sequence[dict[str, Any]], time_extracted: str) -> None:
        self._write(
            _ENCODER.encode_lines(
                [{"type": "RECORD", "stream": stream, "record": row, "time_extracted": time_extracted} for row in rows],
            ),
        )

    def flush(self) -> None:
        """Hand everything to the reader.

        Raises:
            BrokenPipeError: there is no reader any more.
        """
        self._write(b"", flush=True)
