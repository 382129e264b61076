"""Calls of private code of `singer_sdk.streams.Stream`, which has no public way to write a message of a stream."""

from __future__ import annotations

from typing import Any

from singer_sdk.streams import Stream


class SpeakingStream(Stream):
    """A stream that can be told to write its messages outside the SDK's own loop."""

    def announce(self) -> None:
        """Write the SCHEMA now; the writer drops it where it has been written before.

        `_write_schema_message` is what `Tap.write_schemas` calls, which also selects every stream: it applies the
        catalog and the stream maps.
        """
        self._write_schema_message()

    def write_row(self, row: dict[str, Any]) -> None:
        """Write one row, after what the catalog deselects and what the stream maps make of it.

        `_write_record_message` is the body of the SDK's loop over records (`Stream._sync_records`).
        """
        self._write_record_message(row)
