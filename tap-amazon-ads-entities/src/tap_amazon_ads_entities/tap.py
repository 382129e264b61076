"""The tap: settings, discovery, the run and how it exits."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import metadata
from typing import IO, Any, ClassVar, cast

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.streams import Stream

from tap_amazon_ads_entities.errors import RunEndingError, StateError, StoppedError
from tap_amazon_ads_entities.lists.profiles import list_profiles
from tap_amazon_ads_entities.lists.reading import Profile
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process import memory
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.shutdown import GRACE, exit_now, exit_within, watch_parent
from tap_amazon_ads_entities.settings.model import AUTO, CONFIG_SCHEMA, FULL, Settings
from tap_amazon_ads_entities.singer import planning, state_check
from tap_amazon_ads_entities.singer.run_log import ALL_PROFILES, RunLog
from tap_amazon_ads_entities.singer.sdk_seams import QuietTap
from tap_amazon_ads_entities.singer.streams import ENTITY_STREAMS, STREAMS, EntityStream, ProfilesStream, SyncLogStream
from tap_amazon_ads_entities.singer.writer import PageWriter

EXIT_FAILED = 1
_WITH_CAMPAIGNS = frozenset({"portfolios"})


def _document(file: IO[str] | None) -> dict[str, Any] | None:
    """The JSON object of a file.

    Raises:
        click.FileError: it holds none.
    """
    if file is None:
        return None
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise click.FileError(file.name, "it does not hold a JSON object")
    return document


class TapAmazonAdsEntities(QuietTap):
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
    def stop(self) -> Stop:
        """Ends the run."""
        return Stop()

    @cached_property
    def session(self) -> Session:
        """The run's HTTP machinery."""
        return Session(self.settings, self.stop)

    @cached_property
    def run_log(self) -> RunLog:
        """The run log, written to its stream when that is selected."""
        stream = self.streams[SyncLogStream.name]
        writes = isinstance(stream, SyncLogStream) and stream.selected and not self.dry_run
        details: dict[str, Any] = {"ad_products": sorted(self.settings.ad_products)}
        if self.settings.loader_session:
            details["session"] = self.settings.loader_session
        return RunLog(
            run_id=self.settings.run_id,
            tap_version=metadata.version(self.name),
            details=details,
            write=stream.write if writes and isinstance(stream, SyncLogStream) else None,
        )

    @cached_property
    def plans(self) -> planning.Plans:
        """How each slice of the run is read; filled when it begins."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a STATE of this tap.

        Raises:
            StateError: it cannot be understood.
        """
        super().load_state(state_check.take_over(state, (stream.name for stream in STREAMS)))

    @property
    def dry_run(self) -> bool:
        """Whether only a record per stream is wanted."""
        return self.streams[ProfilesStream.name].ABORT_AT_RECORD_COUNT is not None

    def entity_streams(self) -> dict[str, EntityStream]:
        """The streams of this run by entity, in reading order: chosen by the settings and by the catalog."""
        chosen = self.settings.entities | (_WITH_CAMPAIGNS if "campaigns" in self.settings.entities else frozenset())
        selected = {}
        for each in ENTITY_STREAMS:
            stream = cast("EntityStream", self.streams[each.name])
            if each.entity not in chosen:
                stream.selected = False
            elif stream.selected:
                selected[each.entity] = stream
        return selected

    def begin(self) -> Iterator[dict[str, Any]]:
        """List the profiles, start reading ahead, and hand the profiles to their stream one by one.

        Raises:
            RunEndingError: nothing can be read.
        """
        streams = self.entity_streams()
        entities = tuple(streams)
        for stream in streams.values():
            # Loaders store streams in the order of their SCHEMAs: the run log comes after the rows it speaks of.
            stream.announce()
        mode = self.settings.mode
        # The list of profiles is always read whole.
        entry = self.run_log.start(ALL_PROFILES, "profiles", FULL if mode == AUTO else mode)
        listing = list_profiles(self.session)
        self.session.source.note_use(self.session.keyring.used)
        entry.items_upserted, entry.pages_fetched = len(listing.rows), len(listing.details)
        entry.retries, entry.throttled_seconds = listing.counters.retries, listing.counters.throttled_seconds
        entry.details["endpoints"] = listing.details
        for problem in listing.problems:
            LOGGER.error("%s", problem)
        if self.dry_run:
            listing.rows = listing.rows[:1]
        profiles = [
            Profile(row["profile_id"], row["region"], row["currency_code"], row["account_sub_type"])
            for row in listing.rows
        ]
        LOGGER.info(
            "run %s: %s, %d profiles, each with %s",
            self.settings.run_id,
            mode,
            len(profiles),
            ", ".join(entities) or "nothing",
        )
        self._decide([profile.profile_id for profile in profiles], streams)
        self.session.plan(profiles, entities)
        yield from listing.rows
        self.run_log.finish(entry, "; ".join(listing.problems) or None, listing.request_id)

    def _decide(self, profile_ids: list[str], streams: Mapping[str, EntityStream]) -> None:
        """Full or incremental, slice by slice."""
        entities = {entity: (stream.bookmarks, stream.whole) for entity, stream in streams.items()}
        self.plans.update(planning.plan_slices(self.settings, profile_ids, entities, self.run_log.started_at))
        planning.announce(self.plans, self.settings.mode)
        for (profile_id, entity), plan in self.plans.items():
            self.run_log.start(profile_id, entity, plan.mode)

    def terminate(self, reason: str) -> None:
        """End the run: stop reading, end open slices as errors, hand over what there is, exit non-zero.

        Raises:
            StoppedError: at once, or after the line that is being written.
        """
        if self.stop.requested:
            exit_now(f"{reason} again", EXIT_FAILED)
        self.stop.request()
        exit_within(GRACE, f"{reason}, and the loader did not take the rest in time", EXIT_FAILED)
        self._writer.interrupt(StoppedError(reason))

    @property
    def _writer(self) -> PageWriter:
        return cast("PageWriter", self.message_writer)

    def run(self) -> int:
        """Sync everything.

        Returns:
            The exit code: 0 only when every slice was read to its end.
        """
        watch_parent()
        memory.tune()
        try:
            try:
                self.sync_all()
            except RunEndingError as error:
                LOGGER.error("%s", error)
                self.run_log.abort(str(error))
            self.state_writer.write_state(self.state)
            self._writer.flush()
        except BrokenPipeError:
            exit_now("the loader closed its input; its own output says why", EXIT_FAILED)
        return self._verdict()

    def _verdict(self) -> int:
        failed = self.run_log.failed
        for entry in failed:
            LOGGER.error("failed: profile %s, %s: %s", entry.profile_id, entry.entity_type, entry.error)
        LOGGER.info("run %s: %d slices succeeded, %d failed", self.run_log.run_id, self.run_log.succeeded, len(failed))
        return EXIT_FAILED if failed else 0

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run from the command line, and exit with what the run deserves."""
        if about:
            cls.print_about(about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        try:
            tap = cls(
                config=config.config if config else {},
                state=_document(state),
                catalog=_document(catalog),
                parse_env_config=bool(config and config.parse_env),
                validate_config=True,
            )
        except StateError as error:
            LOGGER.error("%s", error)
            sys.exit(EXIT_FAILED)
        sys.exit(tap.run())

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """`--test`: read one record of every stream; a failure is a line and an exit code, not a traceback."""
        del param
        if value == "disabled":
            return
        config = ctx.params["config"]
        try:
            tap = cls(config=config.config, parse_env_config=config.parse_env, validate_config=True)
        except ConfigValidationError as error:
            for problem in error.errors:
                LOGGER.error("%s", problem)
            ctx.exit(EXIT_FAILED)
        if value == "schema":
            tap.write_schemas()
        else:
            try:
                tap.run_connection_test()
            except RunEndingError as error:
                LOGGER.error("%s", error)
                ctx.exit(EXIT_FAILED)
        tap._writer.flush()
        ctx.exit(EXIT_FAILED if tap.run_log.failed else 0)
