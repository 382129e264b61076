"""Rows of `entity_ad_groups`: primary key (profile_id, ad_group_id)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap_amazon_ads_entities.rows import columns
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import (
    FLAT_COLUMNS,
    FLAT_SOURCES,
    SOURCES,
    Extended,
    extended,
    flat_extended,
)
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import identifier, micros, without

_checked = check(columns.AD_GROUPS, keeps="other_fields")

_COMMON = frozenset({"adGroupId", "campaignId", "name", "state", "defaultBid"})
_COLUMNS = _COMMON | {"extendedData"}
_SD_COLUMNS = _COMMON | FLAT_COLUMNS

_SOURCES = {
    "ad_group_id": "adGroupId",
    "campaign_id": "campaignId",
    "name": "name",
    "state": "state",
    "default_bid_micros": "defaultBid",
    **SOURCES,
}
_SD_SOURCES = {**_SOURCES, **FLAT_SOURCES}


def ad_group_row(  # noqa: PLR0913 - what differs between the products, by name
    item: Item,
    context: RowContext,
    known: Extended,
    ad_product: str,
    *,
    other_fields: dict[str, Any],
    sources: Mapping[str, str],
) -> Row:
    """What the ad groups of all products share."""
    get = item.get
    state = get("state")
    serving_status, created, updated, rest = known
    if rest:
        other_fields["extendedData"] = rest
    row = {
        "profile_id": context.profile_id,
        "ad_group_id": identifier(get("adGroupId")),
        "campaign_id": identifier(get("campaignId")),
        "ad_product": ad_product,
        "name": get("name"),
        "state": state,
        "serving_status": serving_status,
        "computed_status": computed_status(state, serving_status),
        "default_bid_micros": micros(get("defaultBid")),
        "other_fields": other_fields or None,
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked(row, sources, context.notes)


def sp_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3."""
    return ad_group_row(item, context, extended(item), "sp", other_fields=without(item, _COLUMNS), sources=_SOURCES)


def sb_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: its ad groups have no bid."""
    return ad_group_row(item, context, extended(item), "sb", other_fields=without(item, _COLUMNS), sources=_SOURCES)


def sd_ad_group(item: Item, context: RowContext) -> Row:
    """Sponsored Display, extended list."""
    other_fields = without(item, _SD_COLUMNS)
    return ad_group_row(item, context, flat_extended(item), "sd", other_fields=other_fields, sources=_SD_SOURCES)
