"""The stream of the tap's own run log. Its rows are written while the other streams are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_amazon_ads_entities.singer import schemas
from tap_amazon_ads_entities.singer.seams.stream import SpeakingStream


class SyncLogStream(SpeakingStream):
    """One row per run, profile and entity."""

    name = "sync_log"
    primary_keys = ("run_id", "profile_id", "entity_type")
    schema = schemas.schema(schemas.SYNC_LOG)
    forced_replication_method = REPLICATION_FULL_TABLE
    # Rows hold exactly the declared columns.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    @property
    def emit_activate_version_messages(self) -> bool:
        """Never: a loader that acts on them would delete the log of earlier runs."""
        return False

    def get_batch_config(self, config: Any) -> None:
        """None, whatever the setting says: its rows are few, and wanted at once."""
        del config

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Nothing is left to read when the SDK comes to this stream."""
        del context
        return ()

    def write(self, row: dict[str, Any]) -> None:
        """Write one row now, after the stream's SCHEMA."""
        self.announce()
        self.write_row(row)
