"""Calls of private code of `singer_sdk.streams.Stream`, which has no public way to write a message of a stream."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from singer_sdk.streams import Stream

from tap_amazon_ads_entities.errors import RunEndingError, UnmappableError
from tap_amazon_ads_entities.singer.expressions import in_words


class SpeakingStream(Stream):
    """A stream that can be told to write its messages outside the SDK's own loop."""

    def announce(self) -> None:
        """Write the SCHEMA now; the writer drops it where it has been written before.

        `_write_schema_message` is what `Tap.write_schemas` calls, which also selects every stream: it applies the
        catalog and the stream maps.
        """
        self._write_schema_message()

    def _generate_record_messages(self, record: dict[str, Any]) -> Generator[Any, None, None]:
        """What is written of a row, after what the catalog deselects and what the stream maps make of it.

        Overrides `Stream._generate_record_messages`, where expressions of the user run, to say which stream it was.

        Raises:
            UnmappableError: an expression fails.
        """
        try:
            yield from super()._generate_record_messages(record)
        except RunEndingError:
            raise
        except Exception as error:
            message = f"Setting 'stream_maps' does not fit a row of {self.name}: {in_words(error)}"
            raise UnmappableError(message) from error

    def write_row(self, row: dict[str, Any]) -> None:
        """Write one row.

        `_write_record_message` is the body of the SDK's loop over records (`Stream._sync_records`).
        """
        self._write_record_message(row)
