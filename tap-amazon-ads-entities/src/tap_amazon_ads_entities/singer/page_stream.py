"""A stream whose rows come in pages, written through the SDK's hooks for batches.

The SDK's loop over single records takes four fifths of the time, and promotes the progress of a slice that failed
half-way into its bookmark. Where a stream has batches, `Stream.sync` runs neither.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import SameRecordTransform
from singer_sdk.metrics import Counter, Metric, Tag

from tap_amazon_ads_entities.errors import UnmappableError
from tap_amazon_ads_entities.singer.quiet_tap import QuietTap
from tap_amazon_ads_entities.singer.seams.stream import SpeakingStream

if TYPE_CHECKING:
    from tap_amazon_ads_entities.singer.writer import PageWriter

Rows = tuple[list[dict[str, Any]], str]
"""Rows, and the moment they were fetched."""


class _OverSlices(Counter):
    """Says by time how many rows there were, and at the end of the stream: its slices are thousands."""

    def __enter__(self) -> _OverSlices:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        """Count on."""
        return self

    def __exit__(self, *error: object) -> None:
        """Another slice may follow."""


class PageStream(SpeakingStream):
    """A stream whose bookmark is set by whoever knows that all rows came."""

    def page_rows(self, context: Mapping[str, Any] | None) -> Generator[Rows, None, None]:
        """Pages of rows: each holds exactly the columns of the schema."""
        raise NotImplementedError

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Rows one by one; a sync does not ask for them."""
        for rows, _ in self.page_rows(context):
            yield from rows

    def get_batch_config(self, config: Mapping[str, Any]) -> Any:
        """Not None, so that `Stream.sync` asks for batches; only `get_batches` ever sees it."""
        del config
        return "pages"

    def get_batch_counter(self) -> Counter:
        """What is counted are rows: the counter that `Stream.sync` opens around `get_batches`."""
        return self._rows_counter

    @cached_property
    def _rows_counter(self) -> Counter:
        return _OverSlices(Metric.RECORD_COUNT, {Tag.STREAM: self.name})

    def log(self, message: str, *args: Any, level: int = logging.INFO, **more: Any) -> None:
        """The SDK announces every slice; a line at its end is enough of each of thousands."""
        super().log(message, *args, level=logging.DEBUG if level == logging.INFO else level, **more)

    def get_batches(self, batch_config: Any, context: Any = None) -> Iterator[Any]:
        """Write the pages; nothing is left over for BATCH messages."""
        del batch_config
        pages = self.page_rows(context)
        for rows, fetched_at in self._up_to_limit(pages):
            try:
                self._write(rows, fetched_at)
            except UnmappableError as error:
                # Whoever gives the rows ends the slice, which costs no other one.
                with suppress(StopIteration):
                    pages.throw(error)
            else:
                self._rows_counter.increment(len(rows))
        self._write_state()
        yield from ()

    def _write(self, rows: list[dict[str, Any]], fetched_at: str) -> None:
        if self._is_plain:
            cast("PageWriter", self._tap.message_writer).write_rows(self.name, rows, fetched_at)
            return
        for row in rows:
            self.write_row(row)

    def finalize_state_progress_markers(self, state: dict[str, Any] | None = None) -> None:
        """There are none, and the SDK searches all partitions for each of them: 7 s a stream with 5,000 profiles."""
        del state
        self._rows_counter.exit()
        self._write_state()

    def _write_state(self) -> None:
        with cast("QuietTap", self._tap).state_when_due() as due:
            if due:
                self._tap.state_writer.write_state(self.tap_state)

    def _up_to_limit(self, pages: Iterator[Rows]) -> Iterator[Rows]:
        """As many rows as a dry run wants: all of them where it is none. More than that ends the reading."""
        left = self.ABORT_AT_RECORD_COUNT
        for rows, fetched_at in pages:
            if left is not None and len(rows) > left:
                yield rows[:left], fetched_at
                return
            yield rows, fetched_at
            left = None if left is None else left - len(rows)

    @cached_property
    def _is_plain(self) -> bool:
        """Whether nothing looks at single rows: no stream map, no flattening, no deselected column."""
        return (
            not self.config.get("flattening_enabled")
            and len(self.stream_maps) == 1
            and isinstance(self.stream_maps[0], SameRecordTransform)
            and all(self.mask.values())
        )

    def get_replication_key_signpost(self, context: Mapping[str, Any] | None = None) -> None:
        """`bookmarks.advance` already stops at the run's start."""
        del context
