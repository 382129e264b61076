"""What a row function needs to know besides the JSON it maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """

    profile_id: str
    synced_at: str
    currency_code: str | None = None
    campaign_of: Mapping[str, str] = field(default_factory=dict)


RowFunction = Callable[[Item, RowContext], Row]
