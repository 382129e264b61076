"""The stream of what two sources disagree about: filled by runs that compare them, by no other."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, cast

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_amazon_ads_entities.singer import schemas
from tap_amazon_ads_entities.singer.page_stream import PageStream, Rows
from tap_amazon_ads_entities.singer.run import HasRun


class SyncDifferencesStream(PageStream):
    """One row per entity that one of two sources lacks, and per column that they fill differently."""

    name = "sync_differences"
    primary_keys = ("profile_id", "entity_type", "entity_id", "source", "compared_with", "column_name")
    schema = schemas.schema(schemas.SYNC_DIFFERENCES)
    forced_replication_method = REPLICATION_FULL_TABLE

    @property
    def emit_activate_version_messages(self) -> bool:
        """Never: a loader that acts on them would delete what earlier runs have found."""
        return False

    def page_rows(self, context: Mapping[str, Any] | None) -> Generator[Rows, None, None]:
        """What the run finds, after the profiles; nothing where it compares nothing."""
        del context
        yield from cast("HasRun", self._tap).current.differences()
