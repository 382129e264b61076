"""Rows of `entity_ad_extensions`: primary key (profile_id, ad_extension_id).

Sponsored Prompts and videos that Amazon or the advertiser adds to ads (docs: ads-api/v1, AdExtensions, an open beta).
They name their ad and ad group; their campaign is that of the ad group.
"""

from __future__ import annotations

from tap_amazon_ads_entities.rows import columns
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.common_model import DELIVERY, SOURCES, known_of, product_of
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.targets import campaign_of
from tap_amazon_ads_entities.rows.unified import STATUS_SOURCE, laid_out
from tap_amazon_ads_entities.rows.values import identifier, lower, part, without

_checked = check(columns.AD_EXTENSIONS, keeps="settings")

_SETTINGS = "adExtensionSettings"
_PROMPT = "promptExtension"
_FIELDS = DELIVERY | {"adExtensionId", "adExtensionStatus", "adExtensionType", "adGroupId", "adId"}
_SOURCES = {
    **SOURCES,
    **STATUS_SOURCE,
    "ad_extension_id": "adExtensionId",
    "ad_group_id": "adGroupId",
    "ad_id": "adId",
    "extension_type": "adExtensionType",
    "prompt": f"{_SETTINGS}.{_PROMPT}.promptText",
    "extension_status": "adExtensionStatus",
}


def ad_extension(item: Item, context: RowContext) -> Row:
    """An ad extension of any type."""
    found = laid_out(item)
    get = found.get
    ad_product = product_of(found, context)
    ad_group_id = identifier(get("adGroupId"))
    settings = without(found, _FIELDS)
    state = get("state")
    serving_status, created, updated, _ = known_of(found, ad_product, "ad_extension", settings)
    row = {
        "profile_id": context.profile_id,
        "ad_extension_id": identifier(get("adExtensionId")),
        "campaign_id": campaign_of(ad_group_id, context),
        "ad_group_id": ad_group_id,
        "ad_id": identifier(get("adId")),
        "ad_product": ad_product,
        "extension_type": lower(get("adExtensionType")),
        "prompt": part(part(found, _SETTINGS), _PROMPT, f"{_SETTINGS}.").get("promptText"),
        "extension_status": get("adExtensionStatus"),
        "state": state,
        "serving_status": serving_status,
        "computed_status": computed_status(state, serving_status),
        "settings": settings,
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked(row, _SOURCES, context.notes)
