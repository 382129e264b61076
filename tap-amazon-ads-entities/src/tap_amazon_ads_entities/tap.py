"""The tap: its settings, its streams, and one run of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib import metadata
from typing import Any, ClassVar, cast

from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.streams import Stream

from tap_amazon_ads_entities.endpoints import endpoints_of
from tap_amazon_ads_entities.endpoints.history import CHANGE_EVENTS
from tap_amazon_ads_entities.errors import RunEndingError, StoppedError, UnmappableError
from tap_amazon_ads_entities.process import memory
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.shutdown import GRACE, exit_now, exit_within, interrupt_after, watch_parent
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.settings.model import CONFIG_SCHEMA, ENTITIES, Settings
from tap_amazon_ads_entities.singer import state_check
from tap_amazon_ads_entities.singer.batches import BatchFiles
from tap_amazon_ads_entities.singer.command_line import EXIT_FAILED, CommandLine
from tap_amazon_ads_entities.singer.run import Run
from tap_amazon_ads_entities.singer.streams import (
    ENTITY_STREAMS,
    STREAMS,
    EntityStream,
    ProfilesStream,
    SyncDifferencesStream,
    SyncLogStream,
)
from tap_amazon_ads_entities.singer.writer import PageWriter

_WITH_CAMPAIGNS = frozenset({"portfolios"})


class TapAmazonAdsEntities(CommandLine):
    """Amazon Ads account structure: profiles, portfolios, campaigns, ad groups, ads and all targets."""

    name = "tap-amazon-ads-entities"
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG_SCHEMA
    message_writer_class = PageWriter
    capabilities: ClassVar[list[Any]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.BATCH,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def discover_streams(self) -> list[Stream]:
        """The same streams for everybody."""
        return [stream(tap=self) for stream in STREAMS]

    @cached_property
    def settings(self) -> Settings:
        """The parsed settings."""
        return Settings.from_config(self.config)

    @cached_property
    def current(self) -> Run:
        """The run; its log is written to its stream when that is selected."""
        log = cast("SyncLogStream", self.streams[SyncLogStream.name])
        # A test asks for one record of every stream, and aborts each after it.
        tests = self.streams[ProfilesStream.name].ABORT_AT_RECORD_COUNT is not None
        return Run(
            self.settings,
            tap_version=metadata.version(self.name),
            write=log.write if log.selected and not tests else None,
            keys={stream.entity: stream.id_column for stream in ENTITY_STREAMS if stream.entity in self._wanted},
            dry_run=tests,
        )

    def begin(self) -> Iterator[Row]:
        """The profiles, after reading ahead of all of them has begun.

        Raises:
            RunEndingError: nothing can be read.
        """
        differences = cast("SyncDifferencesStream", self.streams[SyncDifferencesStream.name])
        if not self.settings.reconcile_with:
            differences.selected = False
        elif differences.selected:
            # Before the run log, like every stream it speaks of.
            differences.announce()
        return self.current.begin(self._chosen())

    def _chosen(self) -> dict[str, EntityStream]:
        """The streams of this run by entity, in reading order: chosen by the settings and by the catalog."""
        settings = self.settings
        # Where sources are compared, no entity is loaded.
        chosen = frozenset() if settings.reconcile_with else self._wanted
        there = {entity for entity in chosen if endpoints_of(entity, settings.ad_products, settings.source)}
        if settings.entities != frozenset(ENTITIES):
            # Whoever asks for all wants what there is.
            for entity in sorted(chosen - there):
                LOGGER.info("%s: not in the source %s, or not of these ad products", entity, settings.source)
        selected = {}
        for each in ENTITY_STREAMS:
            stream = cast("EntityStream", self.streams[each.name])
            if each.entity not in there:
                stream.selected = False
            elif stream.selected:
                selected[each.entity] = stream
        return selected

    @property
    def _wanted(self) -> frozenset[str]:
        """The entities that the settings choose."""
        settings = self.settings
        wanted = settings.entities | (_WITH_CAMPAIGNS if "campaigns" in settings.entities else frozenset())
        return wanted | {CHANGE_EVENTS} if settings.change_events else wanted

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a STATE of this tap.

        Raises:
            StateError: it cannot be understood.
        """
        super().load_state(state_check.take_over(state, (stream.name for stream in STREAMS)))

    def run(self) -> int:
        """Sync everything.

        Returns:
            The exit code: 0 only when every slice was read to its end.
        """
        watch_parent()
        memory.tune()
        if self.settings.batching:
            limit = self.settings.batch_files_mb
            self._writer.files = BatchFiles(self.settings.batching, limit and limit * 1_000_000)
        seconds = self.settings.run_deadline
        reason = f"the run was not over after {seconds:g} s (run_deadline)"
        try:
            with interrupt_after(seconds, lambda: self._out_of_time(reason)):
                try:
                    self.sync_all()
                except (RunEndingError, UnmappableError) as error:
                    self.current.abort(str(error))
                self.state_writer.write_state(self.state)
                self._writer.flush()
        except BrokenPipeError:
            exit_now("the loader closed its input; its own output says why", EXIT_FAILED)
        except (StoppedError, UnmappableError) as error:
            # It came when all was read, or with the run log itself: what is missing is the end of what the loader gets.
            exit_now(str(error), EXIT_FAILED)
        return 0 if self.current.verdict() else EXIT_FAILED

    def test(self, what: str) -> int:
        """Read a record of every stream, or with `schema` write the schemas.

        Returns:
            The exit code.

        Raises:
            RunEndingError: nothing can be read.
            UnmappableError: a stream map fails.
        """
        if what == "schema":
            self.write_schemas()
        else:
            self.run_connection_test()
        self._writer.flush()
        return EXIT_FAILED if self.current.log.failed else 0

    def terminate(self, reason: str) -> None:
        """End the run: stop reading, end open slices as errors, hand over what there is, exit non-zero.

        Raises:
            StoppedError: at once, or after the line that is being written.
        """
        stop = self.current.stop
        if stop.requested:
            exit_now(f"{reason} again", EXIT_FAILED)
        stop.request()
        exit_within(GRACE, f"{reason}, and the loader did not take the rest in time", EXIT_FAILED)
        self._writer.interrupt(StoppedError(reason))

    def _out_of_time(self, reason: str) -> None:
        """The run's deadline has passed, whatever it waits for; unless something else is ending it already."""
        if not self.current.stop.requested:
            self.terminate(reason)

    @property
    def _writer(self) -> PageWriter:
        return cast("PageWriter", self.message_writer)
