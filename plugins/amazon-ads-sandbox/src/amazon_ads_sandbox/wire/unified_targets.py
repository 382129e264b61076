"""The details of targets in the words of the unified API."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.wire.common import present

_THEMES = {"SEARCH_CLOSE_MATCH": "KEYWORDS_CLOSE_MATCH", "SEARCH_LOOSE_MATCH": "KEYWORDS_LOOSE_MATCH"}


def details(entity: Entity, document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Target type and details of a target that exports say in `document`."""
    kind, flat = str(document["targetType"]), dict(document["targetDetails"])
    if kind in ("KEYWORD", "THEME"):
        return kind, {f"{kind.lower()}Target": flat}
    if entity.product == "sd" and kind in (
        "PRODUCT_CATEGORY_AUDIENCE",
        "PRODUCT_AUDIENCE",
        "AUDIENCE",
        "OTHER",
        "AUTO",
    ):
        return _display(entity)
    if kind == "AUTO":
        return "THEME", {"themeTarget": {"matchType": _THEMES.get(flat["matchType"], flat["matchType"])}}
    if kind == "PRODUCT":
        product = {"productId": flat["asin"]}
        target = {"matchType": flat["matchType"], "productIdType": "ASIN", "product": product}
        return kind, {"productTarget": target}
    if kind == "PRODUCT_CATEGORY":
        inner = _refinement(flat, named=entity.product != "sb")
        refined = {"productCategoryRefinement": {"productCategoryRefinement": inner}}
        return kind, {"productCategoryTarget": refined}
    # What exports have no word for.
    return "LOCATION", {"locationTarget": {"locationId": str(entity.more["node"])}}


def _refinement(flat: dict[str, Any], *, named: bool) -> dict[str, Any]:
    def number(name: str) -> Any:
        return None if name not in flat else float(flat[name])

    return present(
        productCategoryId=flat.get("productCategoryId"),
        productCategoryIdResolved=flat.get("productCategoryResolved") if named else None,
        productBrandId=flat.get("productBrand"),
        productBrandIdResolved=flat.get("productBrandResolved") if named else None,
        productPriceLessThan=number("productPriceLessThan"),
        productPriceGreaterThan=number("productPriceGreaterThan"),
        productRatingGreaterThan=number("productRatingGreaterThan"),
    )


def _display(entity: Entity) -> tuple[str, dict[str, Any]]:
    """Audiences and content; what was looked at in a category is an audience of its own here."""
    more, node = entity.more, str(entity.more["node"])
    audience = {"event": "PURCHASE", "lookback": "DAYS_30", "matchType": "PRODUCT_EXACT"}
    kinds: dict[int, tuple[str, dict[str, Any]]] = {
        1: ("AUDIENCE", {"audienceTarget": {"audienceId": {"defaultValue": f"views-{node}"}}}),
        2: ("PRODUCT_AUDIENCE", {"productAudienceTarget": {**audience, "asin": {"defaultValue": more["asin"]}}}),
        3: ("AUDIENCE", {"audienceTarget": {"audienceId": {"defaultValue": node}}}),
        4: ("CONTENT_CATEGORY", {"contentCategoryTarget": {"contentCategoryId": f"amzn1.iab-content.{node}"}}),
        5: ("THEME", {"themeTarget": {"matchType": "INTERESTED_AUDIENCE"}}),
    }
    return kinds[more["style"]]
