"""The expected type, match type and expression of every kind of target, written out case by case."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.wire import sb, sd, sp

_SP_STYLES = (
    ("product", "asin_same_as"),
    ("product", "asin_expanded_from"),
    ("category", "asin_category_same_as"),
    ("brand", "asin_brand_same_as"),
    ("keyword_group", "keyword_group_same_as"),
    ("unknown", "other"),
)
_SB_STYLES = (
    ("product", "asin_same_as"),
    ("brand", "asin_brand_same_as"),
    ("category", "asin_category_same_as"),
)
_SD_STYLES = (
    ("product", "asin_same_as"),
    ("audience", "views"),
    ("audience", "purchases"),
    ("audience", "audience"),
    ("content_category", "content_category_same_as"),
    ("product", "similar_product"),
)


def target_columns(entity: Entity) -> dict[str, Any]:
    """target_type, match_type and expression."""
    if "keyword" in entity.kind:
        return _keyword(entity)
    if entity.kind == "theme":
        theme = entity.more["theme"]
        return {"target_type": "theme", "match_type": theme.lower(), "expression": {"themeType": theme}}
    kind, match = _types(entity)
    dialect = {"sp": sp, "sb": sb, "sd": sd}[entity.product]
    native, resolved = dialect.expression(entity)
    expression: dict[str, Any] = {"expression": native, "resolvedExpression": resolved}
    if entity.product == "sd":
        expression["expressionType"] = "manual"
    if entity.product == "sp" and entity.kind == "target":
        expression["expressionType"] = "AUTO" if entity.more["auto"] else "MANUAL"
    return {"target_type": kind, "match_type": match, "expression": expression}


def _keyword(entity: Entity) -> dict[str, Any]:
    more = entity.more
    match = more["match"]
    expression: dict[str, Any] = {"text": entity.name}
    if entity.kind == "keyword":
        if more["native"]:
            expression["nativeLanguageKeyword"] = "跑步鞋"
            if entity.product == "sp":
                expression["nativeLanguageLocale"] = "zh_CN"
    else:
        if entity.product == "sb" and match == "broad":
            match = "exact"
        match = f"negative_{match}"
    return {"target_type": "keyword", "match_type": match, "expression": expression}


def _types(entity: Entity) -> tuple[str, str]:
    more = entity.more
    if entity.product == "sp":
        if more["auto"]:
            return "auto", more["auto"][1]
        if entity.kind != "target":
            return ("brand", "asin_brand_same_as") if more["style"] % 2 else ("product", "asin_same_as")
        return _SP_STYLES[more["style"]]
    if entity.product == "sb":
        return _SB_STYLES[more["style"] % (2 if entity.kind == "neg_target" else 3)]
    return ("product", "asin_same_as") if entity.kind == "neg_target" else _SD_STYLES[more["style"]]
