"""The queries of the unified API: what differs between ad products as data, and their rows over all kinds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from amazon_ads_sandbox.endpoints import UPPER, Endpoint
from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.wire import Render, unified
from amazon_ads_sandbox.wire.ad_extensions import ad_extension

PRODUCTS = {
    "SPONSORED_PRODUCTS": "sp",
    "SPONSORED_BRANDS": "sb",
    "SPONSORED_DISPLAY": "sd",
    "SPONSORED_TELEVISION": "st",
}
_ROOT = "adsApi/v1/query/"
_QUERIES: dict[str, tuple[str, Render]] = {
    "campaigns": ("entity_campaigns", unified.campaign),
    "adGroups": ("entity_ad_groups", unified.ad_group),
    "ads": ("entity_ads", unified.ad),
    "targets": ("entity_targets", unified.target),
    "adExtensions": ("entity_ad_extensions", ad_extension),
}
_PAGES = {
    "sp": {"campaigns": 1000, "adGroups": 1000, "ads": 1000, "targets": 1000, "adExtensions": 1000},
    "sb": {"campaigns": 100, "adGroups": 100, "ads": 100, "targets": 5000},
    "sd": {"campaigns": 100, "adGroups": 100, "ads": 100, "targets": 5000},
    "st": {"campaigns": 1000, "adGroups": 100, "ads": 100, "targets": 100},
}
_CAMPAIGN_IDS = {("sp", "campaigns"): 1000, ("sd", "campaigns"): 1000, ("sb", "campaigns"): 10, ("sb", "ads"): 10}
_MOST_STATES = {"adExtensions": 2}
_OWN_IDS = {
    "sp": {"campaigns": 1000, "adGroups": 1000, "ads": 100, "targets": 100, "adExtensions": 100},
    "sb": {"campaigns": 10, "adGroups": 100, "ads": 10, "targets": 100},
    "sd": {"campaigns": 1000, "adGroups": 100, "targets": 100},
    "st": {"adGroups": 100, "ads": 100, "targets": 100},
}
KINDS = {
    "entity_campaigns": "campaign",
    "entity_ad_groups": "ad_group",
    "entity_ads": "ad",
    "entity_targets": "target",
    "entity_ad_extensions": "ad_extension",
}


def _endpoint(product: str, name: str) -> Endpoint:
    table, render = _QUERIES[name]
    most_ids = _OWN_IDS[product].get(name)
    unfiltered = (product, name) == ("sd", "ads")
    return Endpoint(
        path=f"{_ROOT}{name}",
        family="unified",
        product=product,
        kind=KINDS[table],
        table=table,
        render=render,
        envelope=name,
        content_type="application/json",
        accept="application/json",
        states=frozenset() if unfiltered else UPPER,
        default_states=UPPER,
        max_page=_PAGES[product][name],
        campaign_ids=_CAMPAIGN_IDS.get((product, name), 100),
        own_ids=None if most_ids is None else (f"{name[:-1]}IdFilter", most_ids),
        most_states=_MOST_STATES.get(name),
    )


QUERIES = {(f"{_ROOT}{name}", product): _endpoint(product, name) for product, names in _PAGES.items() for name in names}
ALONE = tuple(each for each in QUERIES.values() if each.product == "st" or each.kind == "ad_extension")
"""What no list has."""


def find(path: str, body: bytes) -> Endpoint | None:
    """The query of the ad product that the body names; of the first where it names none of its, which is refused."""
    try:
        product = PRODUCTS[named(msgspec.json.decode(body or b"{}"))]
    except (msgspec.DecodeError, KeyError, TypeError):
        product = "sp"
    return QUERIES.get((path, product)) or QUERIES.get((path, "sp"))


def named(document: Any) -> Any:
    """The one ad product that a query names; None where it does not name one."""
    chosen = document.get("adProductFilter") if isinstance(document, dict) else None
    include = chosen.get("include") if isinstance(chosen, dict) else None
    return include[0] if isinstance(include, list) and len(include) == 1 else None


def known_as(entity: Entity) -> str:
    """The id of an entity here, where those that the old call of Sponsored Brands made have one too."""
    own = entity.entity_id
    return str(entity_id(entity.product, entity.kind, entity.number) if own is None else own)


class Joined:
    """The entities of all kinds that a query answers with, in one list.

    Args:
        rows: their JSON, kind by kind.
        entities: gives the same entities, in the same order.
    """

    def __init__(self, rows: list[list[bytes]], entities: Callable[[], Iterable[Entity]]) -> None:
        """Join them as they are now."""
        self._parts = rows
        self._rows = [row for part in rows for row in part]
        self._states: list[str] = []
        self._campaigns: list[int | None] = []
        self._entities = entities
        self._places: dict[str, int] | None = None
        for entity in entities():
            self._states.append(entity.state.upper())
            self._campaigns.append(entity.entity_id if entity.kind == "campaign" else entity.campaign_id)
        self._by_states: dict[frozenset[str], list[int]] = {}

    def joins(self, rows: list[list[bytes]]) -> bool:
        """Whether it still holds these lists: they are made anew when something changes."""
        return len(rows) == len(self._parts) and all(map(operator.is_, rows, self._parts))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def rows(self, *, extended: bool) -> list[bytes]:
        """Every element as JSON."""
        del extended
        return self._rows

    def states(self) -> list[str]:
        """The state of every element."""
        return self._states

    def in_states(self, states: frozenset[str]) -> list[int]:
        """Places of the elements in those states."""
        if states not in self._by_states:
            self._by_states[states] = [place for place, state in enumerate(self._states) if state in states]
        return self._by_states[states]

    def of_ids(self, ids: Iterable[str]) -> Iterator[int]:
        """Places of the elements with these ids."""
        if self._places is None:
            self._places = {known_as(entity): place for place, entity in enumerate(self._entities())}
        return (self._places[each] for each in ids if each in self._places)

    def of_campaign(self, campaign_id: str) -> Iterator[int]:
        """Places of the elements of one campaign."""
        return (place for place, campaign in enumerate(self._campaigns) if str(campaign) == campaign_id)
