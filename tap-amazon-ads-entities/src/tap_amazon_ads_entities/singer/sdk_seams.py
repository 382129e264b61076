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

import click
from singer_sdk.cli import plugin_cli
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers._util import read_json_file
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.streams import Stream
from singer_sdk.tap_base import Tap

from tap_amazon_ads_entities.amazon import proxies
from tap_amazon_ads_entities.process import redaction
from tap_amazon_ads_entities.settings.model import CONFIG_SCHEMA, OWN_SETTINGS, SECRET_SETTINGS
from tap_amazon_ads_entities.settings.unknown import unknown_variables
from tap_amazon_ads_entities.settings.validation import problems

if TYPE_CHECKING:
    from tap_amazon_ads_entities.singer.writer import PageWriter

Rows = tuple[list[dict[str, Any]], str]
STATE_INTERVAL = 10.0
"""Seconds between STATE messages: one costs time in proportion to profiles times streams."""


class AnnouncedOnce(Stream):
    """A stream whose SCHEMA is written once: the SDK writes it again for every profile."""

    _announced = False

    def _write_schema_message(self) -> None:
        if not self._announced:
            self._announced = True
            super()._write_schema_message()

    def announce(self) -> None:
        """Write the SCHEMA now, unless it has been written."""
        self._write_schema_message()


class PageStream(AnnouncedOnce):
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

    def finalize_state_progress_markers(self, state: dict[str, Any] | None = None) -> None:
        """There are none, and the SDK searches all partitions for each of them: 7 s a stream with 5,000 profiles."""
        del state
        self._write_state_message()

    def _write_starting_replication_value(self, context: Any) -> None:
        """Bookmarks are read and moved by `bookmarks` alone; nothing temporary goes into STATE."""

    def get_replication_key_signpost(self, context: Mapping[str, Any] | None = None) -> None:
        """`bookmarks.advance` already stops at the run's start."""
        del context

    def _write_state_message(self) -> None:
        """Throttled; the tap writes the last one unconditionally."""
        tap = cast("QuietTap", self._tap)
        began = time.monotonic()
        if began >= tap.next_state_at:
            super()._write_state_message()
            # With many profiles, one costs much: never more than a fiftieth of the time goes into them.
            ended = time.monotonic()
            tap.next_state_at = ended + max(STATE_INTERVAL, 50 * (ended - began))


def _register_secrets(config: Mapping[str, Any]) -> None:
    for name in SECRET_SETTINGS:
        redaction.register(config.get(name))


class QuietTap(Tap):
    """A tap that says what is wrong in a line, keeps secrets to itself, and never exits 0 when it was stopped."""

    next_state_at = 0.0

    @plugin_cli
    def cli(cls: type[QuietTap]) -> click.Command:  # noqa: N805 - the SDK's descriptor hands over the class
        """Redact before the SDK sets up its logging and reads anything."""
        redaction.install(f"{cls._env_var_prefix}{name.upper()}" for name in SECRET_SETTINGS)
        proxies.hide_passwords()
        return super().cli

    @classmethod
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> _ConfigInput:
        """A file that cannot be read is one line that repeats nothing of it; the SDK's answer is a traceback."""
        for path in value:
            try:
                document = read_json_file(path) if path != "ENV" else {}
                problem = None if isinstance(document, dict) else "does not hold a JSON object"
            except OSError as error:
                problem = f"cannot be read ({error.strerror or 'it does not exist'})"
            except (ValueError, RecursionError) as error:
                line = getattr(error, "lineno", None)
                problem = "is not JSON" + (f" (line {line})" if line else "")
            if problem:
                message = f"The file {path!r} {problem}."
                raise click.BadParameter(message, ctx, param)
            _register_secrets(document)
        return super().cb_config(ctx, param, value)

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        """Our own settings stay text, as `validation` wants them: the SDK's conversion dies with the value in words.

        A variable that is no setting goes in under its own name, to be refused like any other unknown setting.
        """
        cls.append_builtin_config(CONFIG_SCHEMA)
        properties = {
            name: {"type": ["string", "null"]} if name in OWN_SETTINGS else schema
            for name, schema in CONFIG_SCHEMA["properties"].items()
        }
        config = parse_environment_config({"properties": properties}, cls._env_var_prefix)
        return {**config, **dict.fromkeys(unknown_variables(os.environ), True)}

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """The SDK's messages repeat the offending value, secrets included."""
        _register_secrets(self._config)
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
