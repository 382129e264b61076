"""What a row function needs to know besides the JSON it maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tap_amazon_ads_entities.rows.unreadable import Notes

Item = dict[str, Any]
"""One element of a list response: ids and enums as text, money as int or Decimal."""

Row = dict[str, Any]
"""One row: exactly the columns of its table, without `created_at`."""


@dataclass(frozen=True)
class RowContext:
    """The page an item came from.

    Args:
        profile_id: the profile, as text.
        synced_at: when the page was fetched, as canonical text.
        currency_code: the profile's currency; Amazon repeats it nowhere below.
        campaign_of: ad group id to campaign id, for lists that leave the campaign out.
        notes: what could not be read, over all pages of the list.
        timezone: the profile's; what has days there may have moments elsewhere.
        ad_products: what was asked for, where items name their product; empty where it does not matter.
    """

    profile_id: str
    synced_at: str
    currency_code: str | None = None
    campaign_of: Mapping[str, str] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    timezone: str | None = None
    ad_products: frozenset[str] = frozenset()


RowFunction = Callable[[Item, RowContext], Row]
"""Maps one item; raises `RefusedItemError` for one that cannot be a row."""
