"""The rows a correct pipeline ends up with when it reads exports: those of the lists, but for what exports say apart.

Written apart from the tap on purpose, and complete: what is not changed here has to be equal whichever way it came.
"""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire import common_model
from amazon_ads_sandbox.wire.common import iso

Row = dict[str, Any]

_TIMES = ("creation_time", "last_updated_time")
_NO_WORD = {"sp": (5,), "sd": (4,)}
"""Styles of targets for which the common model has no word."""


def exported(row: Row, entity: Entity, profile: Profile) -> Row:
    """A row of the lists as exports give it."""
    if entity.kind == "portfolio":
        return row
    created = entity.created or 0
    changed = {**row, **dict(zip(_TIMES, (iso(created), iso(entity.updated or created)), strict=True))}
    if entity.kind == "campaign":
        document = common_model.campaign(entity, profile)
        kept = ("tags", "brandEntityId", "optimization")
        tactic = {"tactic": entity.more["tactic"]} if entity.product == "sd" else {}
        return {**changed, "bidding": {**{name: document[name] for name in kept if name in document}, **tactic}}
    if entity.kind == "ad_group":
        return {**changed, "other_fields": None}
    return _ad(changed, entity, profile) if entity.kind == "ad" else _target(changed, entity)


def _ad(row: Row, entity: Entity, profile: Profile) -> Row:
    document = common_model.ad(entity, profile)
    own = entity_id(entity.product, entity.kind, entity.number) if entity.entity_id is None else entity.entity_id
    return {**row, "ad_id": str(own), "creative": {name: document[name] for name in ("adType", "creative")}}


def _target(row: Row, entity: Entity) -> Row:
    if entity.product == "sb":
        delivering = entity.state == "enabled"
        row = {
            **row,
            "serving_status": "DELIVERING" if delivering else f"TARGET_{entity.state.upper()}",
            "computed_status": "delivering" if delivering else entity.state,
        }
    expression = {name: value for name, value in row["expression"].items() if name != "extendedData"}
    if entity.kind not in ("target", "neg_target", "camp_neg_target"):
        return {**row, "expression": expression}
    if entity.kind == "target" and not entity.more["auto"] and entity.more["style"] in _NO_WORD.get(entity.product, ()):
        other = {"targetType": "OTHER", "targetDetails": {"matchType": "OTHER"}}
        empty = {**expression, "expression": [], "resolvedExpression": [], **other}
        return {**row, "target_type": "unknown", "match_type": "other", "expression": empty}
    native = expression["expression"]
    return {**row, "expression": {**expression, "resolvedExpression": _resolved(native, entity.product)}}


def _resolved(native: list[Row], product: str) -> list[Row]:
    """Names are given for categories and brands alone."""
    named = ("ASIN_BRAND_SAME_AS", "ASIN_CATEGORY_SAME_AS", "asinBrandSameAs", "asinCategorySameAs")
    if product == "sd":
        return native
    return [
        {**element, "value": f"resolved {element['value']}"} if element["type"] in named else element
        for element in native
    ]
