"""Generates entities one by one from their place in their list: nothing is stored, everything can be had again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from amazon_ads_sandbox.model import vocabulary as words
from amazon_ads_sandbox.model.details import details
from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.sizes import Sizes

T = TypeVar("T")

_DAY = 86_400_000
_YEARS = 3 * 365 * _DAY
_RECENT = 40 * _DAY
_KINDS = (
    "campaign",
    "ad_group",
    "ad",
    "keyword",
    "target",
    "neg_keyword",
    "neg_target",
    "camp_neg_keyword",
    "camp_neg_target",
    "theme",
    "portfolio",
)
_LATER = ("ad_extension",)
"""Kinds that came later: the ids of the others stayed what they were."""

_PRODUCTS = ("sp", "sb", "sd", "", "st")
_ID_BASE = 300_000_000_000_000_000
_ID_STEP = 104_729
_PER_CAMPAIGN = frozenset({"ad_group", "camp_neg_keyword", "camp_neg_target"})
_LEGACY_EVERY = 9


def mix(*parts: int) -> int:
    """A well-spread 64-bit number from some small ones."""
    value = 0x9E3779B97F4A7C15
    for part in parts:
        value = ((value ^ part) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        value ^= value >> 29
    return value


def pick(choices: Sequence[T], number: int, salt: int) -> T:
    """One of the choices."""
    return choices[(number >> salt) % len(choices)]


def entity_id(product: str, kind: str, number: int) -> int:
    """18 digits, beyond what a float holds exactly; unique over all kinds of a profile."""
    if kind in _LATER:
        space = len(_PRODUCTS) * len(_KINDS) + _LATER.index(kind)
    else:
        space = _PRODUCTS.index(product) * len(_KINDS) + _KINDS.index(kind)
    return _ID_BASE + space * 10_000_000_000_000_000 // 4 + number * _ID_STEP + 1


def count(sizes: Sizes, product: str, kind: str) -> int:
    """How many entities a list has to begin with."""
    if kind == "portfolio":
        return sizes.portfolios
    campaigns = sizes.campaigns_of(product)
    groups = campaigns * sizes.ad_groups
    per_group = {
        "ad": sizes.ads,
        "keyword": sizes.keywords,
        "target": sizes.targets,
        "neg_keyword": sizes.negatives,
        "neg_target": sizes.negatives,
        "theme": 1 if sizes.targets else 0,
        "ad_extension": sizes.ads * sizes.extensions,
    }
    per_campaign = {"camp_neg_keyword": sizes.negatives, "camp_neg_target": sizes.negatives}
    if kind == "campaign":
        return campaigns
    if kind == "ad_group":
        return groups
    return campaigns * per_campaign[kind] if kind in per_campaign else groups * per_group[kind]


def _per_parent(sizes: Sizes, kind: str) -> int:
    return {
        "ad_group": sizes.ad_groups,
        "ad": sizes.ads,
        "keyword": sizes.keywords,
        "target": sizes.targets,
        "theme": 1,
        "ad_extension": sizes.ads * sizes.extensions,
    }.get(kind, sizes.negatives)


def entity(sizes: Sizes, profile_id: int, product: str, kind: str, number: int) -> Entity:
    """The entity at one place of one list of one profile."""
    noise = mix(sizes.seed, profile_id, _PRODUCTS.index(product) + 1, (*_KINDS, *_LATER).index(kind) + 1, number)
    parent = number // max(1, _per_parent(sizes, kind))
    campaign_id = group_id = None
    group = campaign = 0
    if kind not in ("campaign", "portfolio"):
        if kind in _PER_CAMPAIGN:
            campaign = parent
        else:
            group, campaign = parent, parent // max(1, sizes.ad_groups)
            group_id = entity_id(product, "ad_group", group)
        campaign_id = entity_id(product, "campaign", campaign)
    state = words.state(product, kind, noise)
    created, updated = _times(sizes, noise)
    own_id: int | None = entity_id(product, kind, number)
    if kind == "ad" and product == "sb" and number % max(1, sizes.ads) == 0 and group % _LEGACY_EVERY == 0:
        own_id = None
    return Entity(
        product=product,
        kind=kind,
        number=number,
        entity_id=own_id,
        campaign_id=campaign_id,
        ad_group_id=group_id,
        name=words.name(kind, noise, number),
        state=state,
        serving=words.serving(product, kind, state, noise),
        amount=words.amount(kind, noise),
        created=created,
        updated=0 if product == "sb" and noise % 11 == 0 else updated,
        more=details(sizes, product, kind, noise, number, campaign),
    )


def _times(sizes: Sizes, noise: int) -> tuple[int, int]:
    span = _RECENT if noise % 5 == 0 else _YEARS
    updated = sizes.now_ms - 1 - (noise >> 8) % span
    return updated - (noise >> 20) % _YEARS, updated
