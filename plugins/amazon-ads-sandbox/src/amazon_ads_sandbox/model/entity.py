"""One entity, in the account's own terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Entity:
    """A portfolio, campaign, ad group, ad or target.

    Args:
        product: sp, sb, sd; empty for portfolios.
        kind: campaign, ad_group, ad, keyword, target, neg_keyword, neg_target, camp_neg_keyword, camp_neg_target,
            theme, portfolio, ad_extension.
        number: its place in its list.
        entity_id: unsigned 64-bit; None for old Sponsored Brands ads.
        state: lower-case.
        serving: Amazon's serving status; None where the product has none.
        amount: bid, default bid or budget in micros; None when absent.
        created, updated: epoch milliseconds; 0 is unknown, None where the product has none.
        more: what only this kind has.
    """

    product: str
    kind: str
    number: int
    entity_id: int | None
    campaign_id: int | None
    ad_group_id: int | None
    name: str
    state: str
    serving: str | None
    amount: int | None
    created: int | None
    updated: int | None
    more: dict[str, Any] = field(default_factory=dict)
