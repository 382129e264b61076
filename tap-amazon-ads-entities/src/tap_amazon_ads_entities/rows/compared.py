"""What two sources must say alike of an entity: the columns that every source fills, and fills in the same words."""

from __future__ import annotations

from hashlib import blake2b

from tap_amazon_ads_entities.rows.context import Row

COMPARED: dict[str, tuple[str, ...]] = {
    "campaigns": ("name", "campaign_type", "portfolio_id", "state", "budget_micros", "start_date", "end_date"),
    "ad_groups": ("campaign_id", "ad_product", "name", "state", "default_bid_micros"),
    "ads": ("campaign_id", "ad_group_id", "ad_product", "state", "sku"),
    "targets": ("campaign_id", "ad_group_id", "ad_product", "negative", "state", "bid_micros"),
}
"""By entity. Statuses, times and ASINs are not among them: not every source says them, or not as soon."""

_DIGEST_BYTES = 8

Values = tuple[object, ...]
"""What a source says of one entity, column by column."""


def values_of(row: Row, entity: str) -> Values:
    """The compared columns of a row."""
    return tuple(row[column] for column in COMPARED[entity])


def digest_of(values: Values) -> int:
    """64 bits of them; never 0, which stands for an entity that a source does not have."""
    text = repr(values).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=_DIGEST_BYTES).digest(), "big") or 1
