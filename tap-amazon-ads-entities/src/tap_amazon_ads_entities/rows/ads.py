"""Rows of `entity_ads`: primary key (profile_id, ad_id)."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.extended import Extended, extended, flat_extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import identifier, without

_COMMON = frozenset({"adId", "adGroupId", "campaignId", "state", "extendedData"})
_SD_COLUMNS = _COMMON | {"servingStatus", "creationDate", "lastUpdatedDate"}


def _row(  # noqa: PLR0913 - what differs between the products, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    ad_product: str,
    ad_id: str | None,
    name: Any,
    creative: dict[str, Any],
) -> Row:
    get = item.get
    state = get("state")
    return {
        "profile_id": context.profile_id,
        "ad_id": ad_id,
        "campaign_id": identifier(get("campaignId")),
        "ad_group_id": identifier(get("adGroupId")),
        "ad_product": ad_product,
        "name": name,
        "asin": get("asin"),
        "sku": get("sku"),
        "state": state,
        "serving_status": known.serving_status,
        "computed_status": computed_status(state, known.serving_status),
        "creative": creative,
        "creation_time": known.creation_time,
        "last_updated_time": known.last_updated_time,
        "synced_at": context.synced_at,
    }


def sp_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Products v3: sellers name a SKU, vendors an ASIN."""
    return _row(
        item,
        context,
        extended(item),
        ad_product="sp",
        ad_id=identifier(item.get("adId")),
        name=None,
        creative=without(item, _COMMON),
    )


def sb_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Brands v4: ads made by the old v3 call have neither adId nor name, and are alone in their ad group."""
    ad_id = identifier(item.get("adId")) or f"sb-legacy-{item.get('adGroupId')}"
    return _row(
        item,
        context,
        extended(item),
        ad_product="sb",
        ad_id=ad_id,
        name=item.get("name"),
        creative=without(item, _COMMON),
    )


def sd_ad(item: Item, context: RowContext) -> Row:
    """Sponsored Display product ads, extended list."""
    return _row(
        item,
        context,
        flat_extended(item),
        ad_product="sd",
        ad_id=identifier(item.get("adId")),
        name=item.get("adName"),
        creative=without(item, _SD_COLUMNS),
    )
