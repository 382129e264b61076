"""Rows of `entity_ads`: primary key (profile_id, ad_id)."""

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
from tap_amazon_ads_entities.rows.surrogates import surrogate
from tap_amazon_ads_entities.rows.values import identifier, without

_checked = check(columns.ADS, keeps="creative")

_COMMON = frozenset({"adId", "adGroupId", "campaignId", "state"})
_COLUMNS = _COMMON | {"extendedData"}
_SD_COLUMNS = _COMMON | FLAT_COLUMNS

_SOURCES = {
    "ad_id": "adId",
    "campaign_id": "campaignId",
    "ad_group_id": "adGroupId",
    "name": "name",
    "asin": "asin",
    "sku": "sku",
    "state": "state",
    **SOURCES,
}
_SD_SOURCES = {**_SOURCES, "name": "adName", **FLAT_SOURCES}


def ad_row(  # noqa: PLR0913 - what differs between the products, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    ad_product: str,
    ad_id: Any,
    name: Any,
    creative: dict[str, Any],
    sources: Mapping[str, str] = _SOURCES,
) -> Row:
    """What the ads of all products share."""
    get = item.get
    state = get("state")
    serving_status, created, updated, rest = known
    if rest:
        creative["extendedData"] = rest
    row = {
        "profile_id": context.profile_id,
        "ad_id": ad_id,
        "campaign_id": identifier(get("campaignId")),
        "ad_group_id": identifier(get("adGroupId")),
        "ad_product": ad_product,
        "name": name,
        "asin": get("asin"),
        "sku": get("sku"),
        "state": state,
        "serving_status": serving_status,
        "computed_status": computed_status(state, serving_status),
        "creative": creative,
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked(row, sources, context.notes)


def sp_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3: sellers name a SKU, vendors an ASIN."""
    return ad_row(
        item,
        context,
        extended(item),
        ad_product="sp",
        ad_id=identifier(item.get("adId")),
        name=None,
        creative=without(item, _COLUMNS),
    )


def sb_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: some ads have no adId."""
    ad_id = identifier(item.get("adId"))
    return ad_row(
        item,
        context,
        extended(item),
        ad_product="sb",
        ad_id=surrogate(item, context) if ad_id is None else ad_id,
        name=item.get("name"),
        creative=without(item, _COLUMNS),
    )


def sd_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Display product ads, extended list."""
    return ad_row(
        item,
        context,
        flat_extended(item),
        ad_product="sd",
        ad_id=identifier(item.get("adId")),
        name=item.get("adName"),
        creative=without(item, _SD_COLUMNS),
        sources=_SD_SOURCES,
    )
