"""Rows of `entity_ad_groups`: primary key (profile_id, ad_group_id)."""

from __future__ import annotations

from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import Extended, extended, flat_extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import identifier, micros


def _row(item: Item, context: RowContext, known: Extended, ad_product: str) -> Row:
    get = item.get
    state = get("state")
    return {
        "profile_id": context.profile_id,
        "ad_group_id": identifier(get("adGroupId")),
        "campaign_id": identifier(get("campaignId")),
        "ad_product": ad_product,
        "name": get("name"),
        "state": state,
        "serving_status": known.serving_status,
        "computed_status": computed_status(state, known.serving_status),
        "default_bid_micros": micros(get("defaultBid")),
        "creation_time": known.creation_time,
        "last_updated_time": known.last_updated_time,
        "synced_at": context.synced_at,
    }


def sp_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3."""
    return _row(item, context, extended(item), "sp")


def sb_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: its ad groups have no bid."""
    return _row(item, context, extended(item), "sb")


def sd_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Display, extended list."""
    return _row(item, context, flat_extended(item), "sd")
