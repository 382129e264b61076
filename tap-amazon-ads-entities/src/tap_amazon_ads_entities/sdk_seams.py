"""Every override of private or final SDK code (singer-sdk 0.54), each with its reason.

`PageStream` replaces the SDK's record loop, whose work per record costs four fifths of the time, and its bookmark
keeping, which would promote half-done progress. `QuietTap` replaces messages that repeat values and exits that lie.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.streams import Stream
from singer_sdk.tap_base import Tap

from tap_amazon_ads_entities.settings import CONFIG_SCHEMA, OWN_SETTINGS
from tap_amazon_ads_entities.validation import problems

if TYPE_CHECKING:
    from tap_amazon_ads_entities.writer import PageWriter

Rows = tuple[list[dict[str, Any]], str]
STATE_INTERVAL = 10.0
"""Seconds between STATE messages: one costs time in proportion to profiles times streams."""


class PageStream(Stream):
    """A stream whose rows come in pages and whose bookmark is set by whoever knows that all of them came."""

    def page_rows(self, context: Mapping[str, Any] | None) -> Iterator[Rows]:
        """Pages of rows: each holds exactly the columns of the schema."""
        raise NotImplementedError

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Rows one by one: the SDK's own loop, for stream maps, deselected columns and dry runs."""
        for rows, _ in self.page_rows(context):
            yield from rows

    def _sync_records(
        self,
        context: Any = None,
        *,
        write_messages: bool = True,
    ) -> Generator[dict[str, Any], Any, Any]:
        """Write whole pages when nothing looks at single records (the SDK's loop reaches 13 k rows a second)."""
        if not (write_messages and self._writes_pages()):
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        writer = cast("PageWriter", self._tap.message_writer)
        with self.get_record_counter() as counter, self.get_sync_timer() as timer:
            counter.with_context(context)
            timer.with_context(context)
            for rows, fetched_at in self.page_rows(context):
                writer.write_rows(self.name, rows, fetched_at)
                counter.increment(len(rows))
                self.state_manager.is_flushed = False
        self._write_state_message()

    def _writes_pages(self) -> bool:
        return (
            self.selected
            and not self.child_streams
            and self.ABORT_AT_RECORD_COUNT is None
            and not self.config.get("flattening_enabled")
            and all(isinstance(stream_map, SameRecordTransform) for stream_map in self.stream_maps)
            and len(self.stream_maps) == 1
            and all(self.mask.values())
        )

    def _increment_stream_state(self, latest_record: Any, *, context: Any = None) -> None:
        """Per-record progress would be promoted into the bookmark of a slice that failed half-way."""

    def _write_starting_replication_value(self, context: Any) -> None:
        """Bookmarks are read and moved by `bookmarks` alone; nothing temporary goes into STATE."""

    def get_replication_key_signpost(self, context: Mapping[str, Any] | None = None) -> None:
        """`bookmarks.advance` already stops at the run's start."""
        del context

    def _write_state_message(self) -> None:
        """Throttled; the tap writes the last one unconditionally."""
        tap = cast("QuietTap", self._tap)
        if time.monotonic() - tap.last_state_at >= STATE_INTERVAL:
            tap.last_state_at = time.monotonic()
            super()._write_state_message()


class QuietTap(Tap):
    """A tap that says what is wrong in a line, and never exits 0 when it was stopped."""

    last_state_at = 0.0

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a class property
        """The SDK ends in a traceback where a variable holds no number; `validation` says it in a sentence."""
        cls.append_builtin_config(cls.config_jsonschema)
        schemas = cls.config_jsonschema["properties"]
        foreign = {name: schema for name, schema in schemas.items() if name not in OWN_SETTINGS}
        found = parse_environment_config({"properties": foreign}, cls._env_var_prefix)
        variables = {name: f"{cls._env_var_prefix}{name.upper()}" for name in OWN_SETTINGS}
        return found | {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """The SDK's messages repeat the offending value, secrets included."""
        self.append_builtin_config(self.config_jsonschema)
        errors = problems(self._config)
        if errors and raise_errors:
            summary = "The settings are not usable"
            raise ConfigValidationError(summary, errors=errors, schema=CONFIG_SCHEMA)
        return errors

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """The SDK writes STATE (which blocks on a full pipe) and exits 0; a stopped run is not a success."""
        del frame
        self.terminate(f"stopped by {signal.Signals(signum).name}")

    def terminate(self, reason: str) -> None:
        """End the run as soon as possible."""
        raise NotImplementedError
