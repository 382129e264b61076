"""Rows of `change_events`: primary key (profile_id, event_id)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from tap_amazon_ads_entities.rows import columns
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext, RowFunction
from tap_amazon_ads_entities.rows.values import identifier, micros, part, timestamp, without

_checked = check(columns.CHANGE_EVENTS, keeps="other_fields")

_ENTITIES = {
    "CAMPAIGN": "campaigns",
    "AD_GROUP": "ad_groups",
    "AD": "ads",
    "KEYWORD": "targets",
    "NEGATIVE_KEYWORD": "targets",
    "PRODUCT_TARGETING": "targets",
    "THEME": "targets",
}
_COLUMNS = {
    "STATUS": "state",
    "NAME": "name",
    "BUDGET_AMOUNT": "budget_micros",
    "BID_AMOUNT": "bid_micros",
    "DEFAULT_BID_AMOUNT": "default_bid_micros",
    "START_DATE": "start_date",
    "END_DATE": "end_date",
    "PORTFOLIO": "portfolio_id",
}
_AMOUNTS = frozenset({"BUDGET_AMOUNT", "BID_AMOUNT", "DEFAULT_BID_AMOUNT"})
_DOCUMENTS = frozenset({"SMART_BIDDING_STRATEGY", "PLACEMENT_GROUP"})
_PLACEMENTS = {"TOP_OF_SEARCH": "PLACEMENT_TOP", "DETAIL_PAGE": "PLACEMENT_PRODUCT_PAGE"}
"""Placements as Sponsored Products names them in its campaigns."""

_FIELDS = frozenset({"timestamp", "entityType", "entityId", "changeType", "previousValue", "newValue", "metadata"})
_PARENTS = frozenset({"campaignId", "adGroupId"})
_SOURCES = {
    "occurred_at": "timestamp",
    "amazon_entity_type": "entityType",
    "entity_id": "entityId",
    "change_type": "changeType",
    "old_value": "previousValue",
    "new_value": "newValue",
    "old_micros": "previousValue",
    "new_micros": "newValue",
    "campaign_id": "metadata.campaignId",
    "ad_group_id": "metadata.adGroupId",
}
_IDENTITY = ("timestamp", "entityType", "entityId", "changeType", "previousValue", "newValue")
_DIGEST_BYTES = 16
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def change_event(ad_product: str) -> RowFunction:
    """`POST /history` for the campaigns of an ad product.

    Args:
        ad_product: sp or sb; the events do not say it.
    """

    def to_row(item: Item, context: RowContext) -> Row:
        metadata = part(item, "metadata")
        entity_type = _known(_ENTITIES, item.get("entityType"))
        # An event of a kind that is not known stays an event.
        change_type = said if isinstance(said := item.get("changeType"), str) else ""
        entity_id = identifier(item.get("entityId"))
        old, new = item.get("previousValue"), item.get("newValue")
        amount = change_type in _AMOUNTS
        column, path = _place(entity_type, change_type, metadata, ad_product)
        row = {
            "profile_id": context.profile_id,
            "event_id": _event_id(item, metadata),
            "occurred_at": timestamp(item.get("timestamp")),
            "entity_type": entity_type,
            "entity_id": entity_id,
            "campaign_id": entity_id if entity_type == "campaigns" else identifier(metadata.get("campaignId")),
            "ad_group_id": entity_id if entity_type == "ad_groups" else identifier(metadata.get("adGroupId")),
            "ad_product": ad_product,
            "amazon_entity_type": item.get("entityType"),
            "change_type": said,
            "column_name": column,
            "path": path,
            "old_value": old,
            "new_value": new,
            "old_micros": micros(old or None) if amount else None,
            "new_micros": micros(new or None) if amount else None,
            "other_fields": {**without(item, _FIELDS), **without(metadata, _PARENTS)} or None,
            "synced_at": context.synced_at,
        }
        return _checked(row, _SOURCES, context.notes)

    return to_row


def _event_id(item: Item, metadata: Item) -> str:
    """Of what an event says: what says the same is one. What Amazon adds to it later counts for nothing."""
    said = [*(item.get(name) for name in _IDENTITY), metadata.get("placementGroupPosition")]
    return blake2b(_ENCODER.encode(said), digest_size=_DIGEST_BYTES).hexdigest()


def _known(words: dict[str, str], word: Any) -> str | None:
    return words.get(word) if isinstance(word, str) else None


def _place(entity_type: str | None, change_type: Any, metadata: Item, ad_product: str) -> tuple[str | None, str | None]:
    """The column that an event is about, and the place in it; None where no column holds it, or nobody knows which."""
    if entity_type == "ad_groups" and change_type == "BID_AMOUNT":
        change_type = "DEFAULT_BID_AMOUNT"
    if change_type not in _DOCUMENTS:
        column = _COLUMNS.get(change_type)
        return column, column
    if ad_product != "sp" or entity_type != "campaigns":
        return None, None
    if change_type == "SMART_BIDDING_STRATEGY":
        return "bidding", "bidding.strategy"
    placement = _known(_PLACEMENTS, metadata.get("placementGroupPosition"))
    return ("bidding", f"bidding.placementBidding[{placement}].percentage") if placement else (None, None)
