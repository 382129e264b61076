"""The details of a target of the unified API in the words of exports, which call some of them otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tap_amazon_ads_entities.rows.values import part, without

# Both vocabularies occur.
_AUTO = {
    "SEARCH_CLOSE_MATCH": "SEARCH_CLOSE_MATCH",
    "SEARCH_LOOSE_MATCH": "SEARCH_LOOSE_MATCH",
    "KEYWORDS_CLOSE_MATCH": "SEARCH_CLOSE_MATCH",
    "KEYWORDS_LOOSE_MATCH": "SEARCH_LOOSE_MATCH",
    "PRODUCT_SUBSTITUTES": "PRODUCT_SUBSTITUTES",
    "PRODUCT_COMPLEMENTS": "PRODUCT_COMPLEMENTS",
}
_REFINEMENTS = {
    "productCategoryId": "productCategoryId",
    "productCategoryIdResolved": "productCategoryResolved",
    "productBrandId": "productBrand",
    "productBrandIdResolved": "productBrandResolved",
    "productGenreId": "productGenre",
    "productGenreIdResolved": "productGenreResolved",
    "productAgeRangeId": "productAgeRange",
    "productAgeRangeIdResolved": "productAgeRangeResolved",
}
_DAYS = "DAYS_"
_MEMBERS = {
    "KEYWORD": "keywordTarget",
    "PRODUCT": "productTarget",
    "PRODUCT_CATEGORY": "productCategoryTarget",
    "THEME": "themeTarget",
    "AUDIENCE": "audienceTarget",
    "PRODUCT_AUDIENCE": "productAudienceTarget",
    "CONTENT_CATEGORY": "contentCategoryTarget",
}


def aim(kind: Any, details: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The type of a target and its details, one level deep.

    Args:
        kind: `targetType`.
        details: `targetDetails`, whose one member says it all; what stands beside it, or is of another kind, stays.
    """
    member = _MEMBERS.get(kind) if isinstance(kind, str) else None
    if member is None or member not in details:
        return kind, details
    own = part(details, member, "targetDetails.")
    others = without(details, frozenset({member}))
    if kind == "PRODUCT":
        return kind, {**others, **_product(own)}
    if kind == "PRODUCT_CATEGORY":
        return kind, {**others, **_refinement(own)}
    if kind == "THEME" and isinstance(match := own.get("matchType"), str) and match in _AUTO:
        return "AUTO", {**others, **own, "matchType": _AUTO[match]}
    if kind in ("AUDIENCE", "PRODUCT_AUDIENCE"):
        return kind, {**others, **_audience(own)}
    return kind, {**others, **own}


def _product(own: dict[str, Any]) -> dict[str, Any]:
    product = part(own, "product", "targetDetails.productTarget.")
    if own.get("productIdType") != "ASIN":
        return own
    rest = without(product, frozenset({"productId"}))
    found = without(own, frozenset({"product", "productIdType"}))
    if product.get("productId") is not None:
        found["asin"] = product["productId"]
    return {**found, "product": rest} if rest else found


def _refinement(own: dict[str, Any]) -> dict[str, Any]:
    """Nested twice under the same name."""
    name, path = "productCategoryRefinement", "targetDetails.productCategoryTarget."
    outer = part(own, name, path)
    inner = part(outer, name, f"{path}{name}.")
    others = {**without(own, frozenset({name})), **without(outer, frozenset({name}))}
    return {**others, **{_REFINEMENTS.get(field, field): _plain(value) for field, value in inner.items()}}


def _plain(value: Any) -> Any:
    """A price or rating as exports and lists write it: in digits, without a fraction that says nothing."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else value


def _audience(own: dict[str, Any]) -> dict[str, Any]:
    """Values that may differ between marketplaces come with a default one."""
    found = dict(own)
    for name in ("audienceId", "asin"):
        value = own.get(name)
        if isinstance(value, dict) and value.keys() == {"defaultValue"}:
            found[name] = value["defaultValue"]
    lookback = own.get("lookback")
    if isinstance(lookback, str):
        found["lookback"] = lookback.removeprefix(_DAYS)
    return found
