"""The tap's streams: what is sent under which name, with which key. They fork per entity and nowhere else."""

from __future__ import annotations

from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS, EntityStream
from tap_amazon_ads_entities.singer.streams.profiles import ProfilesStream
from tap_amazon_ads_entities.singer.streams.sync_differences import SyncDifferencesStream
from tap_amazon_ads_entities.singer.streams.sync_log import SyncLogStream

STREAMS = (ProfilesStream, *ENTITY_STREAMS, SyncDifferencesStream, SyncLogStream)
"""Every stream class; the children of profiles are read in this order."""

__all__ = ["ENTITY_STREAMS", "STREAMS", "EntityStream", "ProfilesStream", "SyncDifferencesStream", "SyncLogStream"]
