"""The child streams: portfolios, the entities below them and what happened to them, one slice per profile."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import cached_property
from typing import Any, ClassVar, cast

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_amazon_ads_entities.endpoints.history import CHANGE_EVENTS
from tap_amazon_ads_entities.singer import schemas
from tap_amazon_ads_entities.singer.bookmarks import REPLICATION_KEY, Bookmarks, replication_key
from tap_amazon_ads_entities.singer.page_stream import PageStream, Rows
from tap_amazon_ads_entities.singer.run import HasRun
from tap_amazon_ads_entities.singer.slices import SliceRun
from tap_amazon_ads_entities.singer.streams.profiles import ProfilesStream


class EntityStream(PageStream):
    """One entity of one profile after the other; ignorant of which endpoints its rows come from."""

    parent_stream_type = ProfilesStream
    state_partitioning_keys: ClassVar[list[str]] = ["profile_id"]
    replication_key = REPLICATION_KEY
    entity: ClassVar[str]
    """Its name in settings and in the run log."""

    id_column: ClassVar[str]

    @cached_property
    def bookmarks(self) -> Bookmarks:
        """The bookmarks of its slices."""
        return Bookmarks(self.stream_state)

    @property
    def whole(self) -> bool:
        """Whether the catalog wants it in full every time."""
        return self.replication_method == REPLICATION_FULL_TABLE

    def page_rows(self, context: Mapping[str, Any] | None) -> Generator[Rows, None, None]:
        """Consume the slice that the session reads ahead."""
        run = cast("HasRun", self._tap).current
        profile_id = str((context or {})["profile_id"])
        yield from SliceRun(
            session=run.session,
            work=run.session.slice(profile_id, self.entity),
            log=run.log,
            entry=run.log.entry(profile_id, self.entity),
            key=self.id_column,
            plan=run.plans[(profile_id, self.entity)],
            bookmarks=self.bookmarks,
        ).rows()


class PortfoliosStream(EntityStream):
    """Portfolios: groups of campaigns with a budget of their own."""

    name = "entity_portfolios"
    entity = "portfolios"
    id_column = "portfolio_id"
    primary_keys = ("profile_id", "portfolio_id")
    schema = schemas.schema(schemas.PORTFOLIOS)


class CampaignsStream(EntityStream):
    """Campaigns of all ad products."""

    name = "entity_campaigns"
    entity = "campaigns"
    id_column = "campaign_id"
    primary_keys = ("profile_id", "campaign_id")
    schema = schemas.schema(schemas.CAMPAIGNS)


class AdGroupsStream(EntityStream):
    """Ad groups of all ad products."""

    name = "entity_ad_groups"
    entity = "ad_groups"
    id_column = "ad_group_id"
    primary_keys = ("profile_id", "ad_group_id")
    schema = schemas.schema(schemas.AD_GROUPS)


class AdsStream(EntityStream):
    """Ads of all ad products."""

    name = "entity_ads"
    entity = "ads"
    id_column = "ad_id"
    primary_keys = ("profile_id", "ad_id")
    schema = schemas.schema(schemas.ADS)


class TargetsStream(EntityStream):
    """Keywords and every other target, positive and negative, of all ad products."""

    name = "entity_targets"
    entity = "targets"
    id_column = "target_id"
    primary_keys = ("profile_id", "target_id")
    schema = schemas.schema(schemas.TARGETS)


class AdExtensionsStream(EntityStream):
    """Sponsored Prompts and videos that extend ads; the unified API alone has them."""

    name = "entity_ad_extensions"
    entity = "ad_extensions"
    id_column = "ad_extension_id"
    primary_keys = ("profile_id", "ad_extension_id")
    schema = schemas.schema(schemas.AD_EXTENSIONS)


class ChangeEventsStream(EntityStream):
    """Changes by Amazon's own history of them, where the setting change_events asks for it."""

    name = CHANGE_EVENTS
    entity = CHANGE_EVENTS
    id_column = "event_id"
    replication_key = replication_key(CHANGE_EVENTS)
    primary_keys = ("profile_id", "event_id")
    schema = schemas.schema(schemas.CHANGE_EVENTS)


ENTITY_STREAMS = (
    PortfoliosStream,
    CampaignsStream,
    AdGroupsStream,
    AdsStream,
    TargetsStream,
    AdExtensionsStream,
    ChangeEventsStream,
)
