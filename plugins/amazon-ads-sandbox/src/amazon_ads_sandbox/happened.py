"""What has happened to the entities of a list, in the terms of Amazon's change history.

It knows Sponsored Products and Brands alone, and of an entity only some changes: of ads and negatives their state, of
nothing that it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.wire.common import money

PRODUCTS = frozenset({"sp", "sb"})
TYPES = {
    "campaign": "CAMPAIGN",
    "ad_group": "AD_GROUP",
    "ad": "AD",
    "keyword": "KEYWORD",
    "neg_keyword": "NEGATIVE_KEYWORD",
    "camp_neg_keyword": "NEGATIVE_KEYWORD",
    "target": "PRODUCT_TARGETING",
    "theme": "THEME",
}
_AMOUNTS = {
    "campaign": "BUDGET_AMOUNT",
    "ad_group": "DEFAULT_BID_AMOUNT",
    "keyword": "BID_AMOUNT",
    "target": "BID_AMOUNT",
    "theme": "BID_AMOUNT",
}
_NAMED = frozenset({"campaign", "ad_group"})


@dataclass(frozen=True)
class Event:
    """One change of one entity.

    Args:
        at_ms: when.
        type: Amazon's type of the entity.
        entity: as it was afterwards.
        change: Amazon's type of the change.
        old, new: as text; empty where there was nothing.
        metadata: what is said besides, without ids.
    """

    at_ms: int
    type: str
    entity: Entity
    change: str
    old: str
    new: str
    metadata: dict[str, Any] = field(default_factory=dict)


def events(before: Entity, after: Entity, at_ms: int) -> Iterator[Event]:
    """What Amazon tells of a change."""
    kind = TYPES.get(after.kind)
    if kind is None or after.product not in PRODUCTS or after.entity_id is None:
        return
    for change, old, new, metadata in _differences(before, after):
        if old != new:
            yield Event(at_ms, kind, after, change, old, new, metadata)


def _differences(before: Entity, after: Entity) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    described = _described(after)
    yield "STATUS", before.state.upper(), after.state.upper(), described
    if after.kind in _NAMED:
        yield "NAME", before.name, after.name, described
    if after.kind in _AMOUNTS and not (after.product == "sb" and after.kind == "ad_group"):
        yield _AMOUNTS[after.kind], _amount(before.amount), _amount(after.amount), described
    if after.kind == "campaign" and after.product == "sp":
        was, now = before.more, after.more
        yield "SMART_BIDDING_STRATEGY", was["strategy"], now["strategy"], described
        placed = {**described, "placementGroupPosition": "TOP_OF_SEARCH"}
        yield "PLACEMENT_GROUP", str(was["percentage"]), str(now["percentage"]), placed


def _described(entity: Entity) -> dict[str, Any]:
    more = entity.more
    if entity.kind == "campaign":
        return {"campaignBudgetType": "LIFETIME_BUDGET" if more["lifetime"] else "DAILY"}
    if entity.kind == "keyword":
        return {"keyword": entity.name, "keywordType": f"KEYWORD_{more['match'].upper()}"}
    if "keyword" in entity.kind:
        return {"keyword": entity.name, "negativeTargetingType": f"NEGATIVE_KEYWORD_{more['match'].upper()}"}
    return {"theme": more["theme"]} if entity.kind == "theme" else {}


def _amount(micros: int | None) -> str:
    return "" if micros is None else str(float(money(micros) or 0))
