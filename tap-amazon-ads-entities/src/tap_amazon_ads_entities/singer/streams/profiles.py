"""The parent stream: the profiles the user can see, region by region."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_amazon_ads_entities.singer import schemas
from tap_amazon_ads_entities.singer.run import HasRun
from tap_amazon_ads_entities.singer.seams.stream import SpeakingStream


class ProfilesStream(SpeakingStream):
    """Seller and vendor profiles; every other stream is read once per profile."""

    name = "entity_profiles"
    primary_keys = ("profile_id",)
    schema = schemas.schema(schemas.PROFILES)
    forced_replication_method = REPLICATION_FULL_TABLE

    @property
    def emit_activate_version_messages(self) -> bool:
        """Never: a loader that acts on them would delete the rows of other profiles."""
        return False

    def get_batch_config(self, config: Any) -> None:
        """None, whatever the setting says: with batches, the SDK reads no children."""
        del config

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """The profiles that were found, after reading ahead of all of them has begun."""
        del context
        return cast("HasRun", self._tap).begin()

    def get_child_context(self, record: Any, context: Any) -> dict[str, Any]:
        """Children know only the profile's id: their bookmarks are kept by it."""
        del context
        return {"profile_id": record["profile_id"]}
