"""The common model's details of a target as the expression that the lists of its ad product hold.

What stands for what is Amazon's own mapping (docs: reference/common-models/targets and enums).
"""

from __future__ import annotations

import contextlib
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tap_amazon_ads_entities.rows.values import without

Expression = list[dict[str, Any]]

_AUTO = {
    "SEARCH_CLOSE_MATCH": "QUERY_HIGH_REL_MATCHES",
    "SEARCH_LOOSE_MATCH": "QUERY_BROAD_REL_MATCHES",
    "PRODUCT_SUBSTITUTES": "ASIN_SUBSTITUTE_RELATED",
    "PRODUCT_COMPLEMENTS": "ASIN_ACCESSORY_RELATED",
    "PRODUCT_SIMILAR": "SIMILAR_PRODUCT",
}
_PRODUCT = {"PRODUCT_EXACT": "ASIN_SAME_AS", "PRODUCT_SIMILAR": "ASIN_EXPANDED_FROM"}
_PRODUCT_AUDIENCE = {"PRODUCT_EXACT": "EXACT_PRODUCT", "PRODUCT_SIMILAR": "SIMILAR_PRODUCT"}
_MATCHES = {"PRODUCT": _PRODUCT, "PRODUCT_AUDIENCE": _PRODUCT_AUDIENCE}
_EVENTS = {"VIEW": "VIEWS", "VIEWS": "VIEWS", "PURCHASE": "PURCHASES", "PURCHASES": "PURCHASES"}
_OUTER = frozenset({"VIEWS", "PURCHASES", "AUDIENCE"})
"""Their values are expressions again."""

_KINDS = {
    "PRODUCT": "product",
    "PRODUCT_CATEGORY": "category",
    "CONTENT_CATEGORY": "content_category",
    "AUDIENCE": "audience",
    "PRODUCT_AUDIENCE": "audience",
    "PRODUCT_CATEGORY_AUDIENCE": "audience",
}
_KEYWORD_GROUPS = {
    "KEYWORDS_RELATED_TO_YOUR_BRAND": "brand",
    "KEYWORDS_RELATED_TO_GIFTS": "gift",
    "KEYWORDS_RELATED_TO_YOUR_PRODUCT_CATEGORY": "category",
}
_REFINEMENTS = (
    ("productCategory", "ASIN_CATEGORY_SAME_AS", "Id"),
    ("productBrand", "ASIN_BRAND_SAME_AS", ""),
    ("productGenre", "ASIN_GENRE_SAME_AS", ""),
    ("productAgeRange", "ASIN_AGE_RANGE_SAME_AS", ""),
)
_RANGES = (("productPrice", "ASIN_PRICE"), ("productRating", "ASIN_REVIEW_RATING"))
_PRIME = ("productPrimeShippingEligible", "ASIN_IS_PRIME_SHIPPING_ELIGIBLE")
_THEMES = ("SEARCH_RELATED_TO_YOUR_", "KEYWORDS_RELATED_TO_YOUR_")
_SAID = frozenset(
    {"matchType", "asin", "event", "lookback", "audienceId", "contentCategoryId", _PRIME[0]}
    | {f"{field}{suffix}" for field, _, suffix in _REFINEMENTS}
    | {f"{field}Resolved" for field, _, _ in _REFINEMENTS}
    | {f"{field}{bound}" for field, _ in _RANGES for bound in ("LessThan", "GreaterThan")}
)


class Said(NamedTuple):
    """A target's expression.

    Args:
        native: as the advertiser wrote it.
        resolved: with names for numbers, where there are any.
        rest: details that it does not say.
    """

    native: Expression
    resolved: Expression
    rest: dict[str, Any]


def theme_of(ad_product: str, kind: Any, details: dict[str, Any]) -> str | None:
    """The theme of a target of Sponsored Brands, which files of different years call an auto target or a theme."""
    match = details.get("matchType")
    if ad_product != "sb" or kind not in ("THEME", "AUTO") or not isinstance(match, str):
        return None
    return match.replace(*_THEMES)


def kind_of(ad_product: str, kind: Any) -> str:
    """The kind of a target whose expression has no equivalent."""
    if ad_product == "sp" and kind == "THEME":
        return "keyword_group"
    return _KINDS.get(kind, "unknown") if isinstance(kind, str) else "unknown"


def expression_of(ad_product: str, kind: Any, details: dict[str, Any]) -> Said:
    """The expression of a target that is neither keyword nor theme; empty for a kind that has no equivalent."""
    match = details.get("matchType")
    # A way to match that nobody knows yet is none of those that an expression can say.
    strange = match is not None and isinstance(kind, str) and str(match) not in _MATCHES.get(kind, (str(match),))
    native, resolved = ([], []) if strange else _expression(kind, details)
    if not native:
        return Said([], [], details)
    if ad_product != "sp":
        native, resolved = _camel(native), _camel(resolved)
    rest = without(details, _SAID)
    if kind == "PRODUCT_AUDIENCE" and details.get("asin") and details.get("matchType") != "PRODUCT_EXACT":
        # Of a product by its ASIN the expression does not say whether those like it are meant.
        rest["matchType"] = details.get("matchType")
    return Said(native, resolved, rest)


def _expression(kind: Any, details: dict[str, Any]) -> tuple[Expression, Expression]:
    get = details.get
    match, event = str(get("matchType")), str(get("event"))
    native: Expression = []
    if kind == "AUTO" and match in _AUTO:
        native = [{"type": _AUTO[match]}]
    elif kind == "THEME" and match in _KEYWORD_GROUPS:
        native = [{"type": "KEYWORD_GROUP_SAME_AS", "value": _KEYWORD_GROUPS[match]}]
    elif kind == "PRODUCT" and get("asin"):
        native = [{"type": _PRODUCT.get(match, "ASIN_SAME_AS"), "value": get("asin")}]
    elif kind == "PRODUCT" and match in _PRODUCT_AUDIENCE and details.keys() == {"matchType"}:
        # None named: those that are like the advertised ones.
        native = [{"type": _PRODUCT_AUDIENCE[match]}]
    elif kind == "PRODUCT_CATEGORY":
        return _refined(details)
    elif kind in ("PRODUCT_CATEGORY_AUDIENCE", "PRODUCT_AUDIENCE") and event in _EVENTS:
        inner, resolved = _refined(details)
        if kind == "PRODUCT_AUDIENCE":
            product = {"type": _PRODUCT_AUDIENCE.get(match, "EXACT_PRODUCT")}
            inner = resolved = [{"type": "ASIN_SAME_AS", "value": get("asin")} if get("asin") else product]
        lookback = [] if get("lookback") is None else [{"type": "LOOKBACK", "value": str(get("lookback"))}]
        kind = _EVENTS[event]
        return [{"type": kind, "value": inner + lookback}], [{"type": kind, "value": resolved + lookback}]
    elif kind == "CONTENT_CATEGORY" and get("contentCategoryId") is not None:
        native = [{"type": "CONTENT_CATEGORY_SAME_AS", "value": get("contentCategoryId")}]
    elif kind == "AUDIENCE" and get("audienceId") is not None:
        native = [{"type": "AUDIENCE", "value": [{"type": "AUDIENCE_SAME_AS", "value": get("audienceId")}]}]
    return native, native


def _refined(details: dict[str, Any]) -> tuple[Expression, Expression]:
    """A category, a brand and what narrows them, in one order."""
    get = details.get
    native: Expression = []
    resolved: Expression = []
    for field, kind, suffix in _REFINEMENTS:
        value = get(f"{field}{suffix}")
        if value is not None:
            native.append({"type": kind, "value": value})
            resolved.append({"type": kind, "value": get(f"{field}Resolved", value)})
    ranges = [element for field, kind in _RANGES if (element := _range(details, field, kind)) is not None]
    if get(_PRIME[0]) is not None:
        ranges.append({"type": _PRIME[1], "value": str(get(_PRIME[0])).lower()})
    return native + ranges, resolved + ranges


def _range(details: dict[str, Any], field: str, kind: str) -> dict[str, Any] | None:
    """A range of prices or ratings. Amazon's text has the two bounds of one the wrong way round: the lower is first."""
    below, above = details.get(f"{field}LessThan"), details.get(f"{field}GreaterThan")
    if below is not None and above is not None:
        bounds = [str(above), str(below)]
        with contextlib.suppress(InvalidOperation):
            bounds.sort(key=Decimal)
        return {"type": f"{kind}_BETWEEN", "value": "-".join(bounds)}
    if below is not None:
        return {"type": f"{kind}_LESS_THAN", "value": str(below)}
    return None if above is None else {"type": f"{kind}_GREATER_THAN", "value": str(above)}


def _camel(expression: Expression) -> Expression:
    """The same in the spelling of Sponsored Brands and Display."""
    found: Expression = []
    for element in expression:
        first, *others = str(element["type"]).lower().split("_")
        value: Any = element.get("value")
        spelled = {**element, "type": first + "".join(map(str.capitalize, others))}
        found.append({**spelled, "value": _camel(value)} if element["type"] in _OUTER else spelled)
    return found
