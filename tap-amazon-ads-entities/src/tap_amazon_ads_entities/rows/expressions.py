"""What a target aims at: one vocabulary for `target_type` and `match_type` over all ad products."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.values import snake

# Decided in this order over the outer types of an expression list.
_TARGET_TYPES = (
    ("category", frozenset({"asin_category_same_as"})),
    ("brand", frozenset({"asin_brand_same_as"})),
    (
        "product",
        frozenset({"asin_same_as", "asin_expanded_from", "exact_product", "similar_product", "related_product"}),
    ),
    ("audience", frozenset({"views", "purchases", "audience"})),
    ("content_category", frozenset({"content_category_same_as"})),
    ("keyword_group", frozenset({"keyword_group_same_as"})),
)

TARGET_TYPES = ("keyword", "theme", "auto", *(name for name, _ in _TARGET_TYPES), "unknown")

_AUTO_MATCH_TYPES = {
    "query_high_rel_matches": "close_match",
    "query_broad_rel_matches": "loose_match",
    "asin_substitute_related": "substitutes",
    "asin_accessory_related": "complements",
}


def read(item: dict[str, Any], *names: str) -> list[Any]:
    """The expression in the first of these fields that holds one, as a list.

    Sponsored Brands says `expressions` where others say `expression`; its negative targets may hold a single object.
    """
    for name in names:
        found = item.get(name)
        if found:
            return found if isinstance(found, list) else [found]
    return []


def unread(item: dict[str, Any]) -> dict[str, Any]:
    """What stands under one spelling while `read` took the other."""
    spellings = (("expression", "expressions"), ("resolvedExpression", "resolvedExpressions"))
    return {other: item[other] for name, other in spellings if item.get(name) and item.get(other)}


def outer_types(expression: list[Any]) -> list[str]:
    """The snake-case types of an expression's outer elements, in Amazon's order."""
    return [
        name
        for element in expression
        if isinstance(element, dict) and isinstance(name := snake(element.get("type")), str)
    ]


def target_type(types: list[str], expression_type: Any) -> str:
    """The kind of a non-keyword target."""
    if str(expression_type).lower() == "auto":
        return "auto"
    found = set(types)
    return next((name for name, members in _TARGET_TYPES if members & found), "unknown")


def match_type(types: list[str]) -> str | None:
    """How a non-keyword target matches: the first outer type, auto targets under their console names."""
    if not types:
        return None
    return _AUTO_MATCH_TYPES.get(types[0], types[0])
