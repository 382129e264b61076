"""Amazon's common model, as exports have it: one shape for all ad products, upper-case enums, ISO times, text ids.

Docs: reference/common-models. What it has no word for (content categories) is `OTHER`.
"""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire import sb
from amazon_ads_sandbox.wire.common import day, iso, money, present

AD_PRODUCTS = {"sp": "SPONSORED_PRODUCTS", "sb": "SPONSORED_BRANDS", "sd": "SPONSORED_DISPLAY"}

_LIVE = frozenset({"_STATUS_ENABLED", "_STATUS_LIVE"})
# Where a reason has another name than the lists' serving status (docs: common-models/enums, deliveryReasons).
_REASONS = {
    "PENDING_START_DATE": "CAMPAIGN_PENDING_START_DATE",
    "ENDED": "CAMPAIGN_END_DATE_REACHED",
    "REJECTED": "CAMPAIGN_REJECTED",
    "PENDING_REVIEW": "CAMPAIGN_PENDING_REVIEW",
    "TARGETING_CLAUSE_PAUSED": "TARGET_PAUSED",
    "TARGETING_CLAUSE_ARCHIVED": "TARGET_ARCHIVED",
    "TARGETING_CLAUSE_BLOCKED": "TARGET_BLOCKED",
    "TARGET_STATUS_PAUSED": "TARGET_PAUSED",
    "TARGET_STATUS_ARCHIVED": "TARGET_ARCHIVED",
    "AD_STATUS_PAUSED": "AD_PAUSED",
    "AD_STATUS_ARCHIVED": "AD_ARCHIVED",
}
_AUTO = {
    "QUERY_HIGH_REL_MATCHES": "SEARCH_CLOSE_MATCH",
    "QUERY_BROAD_REL_MATCHES": "SEARCH_LOOSE_MATCH",
    "ASIN_SUBSTITUTE_RELATED": "PRODUCT_SUBSTITUTES",
    "ASIN_ACCESSORY_RELATED": "PRODUCT_COMPLEMENTS",
}
_STRATEGIES = {"LEGACY_FOR_SALES": "SALES_DOWN_ONLY", "AUTO_FOR_SALES": "SALES", "RULE_BASED": "RULE_BASED"}


def _shared(entity: Entity) -> dict[str, Any]:
    return {
        "adProduct": AD_PRODUCTS[entity.product],
        "state": entity.state.upper(),
        **_delivery(entity),
        "creationDateTime": iso(entity.created or 0),
        # Always there; the lists of Sponsored Brands may not know it.
        "lastUpdatedDateTime": iso(entity.updated or entity.created or 0),
    }


def _delivery(entity: Entity) -> dict[str, Any]:
    serving = entity.serving
    if serving == "UNKNOWN":
        return {"deliveryStatus": "UNAVAILABLE"}
    if serving is None:
        if entity.state == "enabled":
            return {"deliveryStatus": "DELIVERING"}
        return {"deliveryStatus": "NOT_DELIVERING", "deliveryReasons": [f"TARGET_{entity.state.upper()}"]}
    if any(serving.endswith(ending) for ending in _LIVE):
        return {"deliveryStatus": "DELIVERING"}
    return {"deliveryStatus": "NOT_DELIVERING", "deliveryReasons": [_REASONS.get(serving, serving)]}


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign."""
    more = entity.more
    portfolio = more["portfolio"]
    sp = entity.product == "sp"
    return present(
        portfolioId=None if portfolio is None else str(entity_id("", "portfolio", portfolio)),
        campaignId=str(entity.entity_id),
        name=entity.name,
        startDate=day(entity.created or 0),
        endDate=day((entity.created or 0) + 10**10) if more["ends"] else None,
        tags=[{"key": "team", "value": "emea"}] if sp and more["tagged"] else None,
        costType=None if sp else more["cost_type"],
        brandEntityId="ENTITY21DWFJV45CH71" if entity.product == "sb" else None,
        targetingSettings={
            "sp": "AUTO" if more["auto"] else "MANUAL",
            "sd": more["tactic"],
        }.get(entity.product),
        optimization=present(
            bidStrategy=_STRATEGIES.get(more["strategy"]),
            placementBidAdjustments=[{"placement": "TOP_OF_SEARCH", "percentage": more["percentage"]}],
        )
        if sp
        else None,
        budgetCaps={
            "recurrenceTimePeriod": "LIFETIME" if more["lifetime"] else "DAILY",
            "budgetType": "MONETARY",
            "budgetValue": {
                "monetaryBudget": {"currencyCode": profile.currency, "amount": money(entity.amount)},
            },
        },
        **_shared(entity),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group; those of Sponsored Brands have no bid."""
    bid = None if entity.product == "sb" else money(entity.amount)
    return present(
        adGroupId=str(entity.entity_id),
        campaignId=str(entity.campaign_id),
        name=entity.name,
        bid=None if bid is None else {"defaultBid": bid, "currencyCode": profile.currency},
        **_shared(entity),
    )


def ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad; it does not say which campaign it is in. Those that the old call made have an id here."""
    own = entity_id(entity.product, entity.kind, entity.number) if entity.entity_id is None else entity.entity_id
    kind, name, creative = _creative(entity, profile)
    return present(
        adId=str(own),
        adGroupId=str(entity.ad_group_id),
        name=name,
        adType=kind,
        creative=creative,
        **_shared(entity),
    )


def _creative(entity: Entity, profile: Profile) -> tuple[str, str | None, dict[str, Any]]:
    more = entity.more
    if entity.product == "sb":
        shown = sb.creative(entity)
        products = [{"productIdType": "ASIN", "productId": asin} for asin in shown["asins"]]
        name = None if entity.entity_id is None else entity.name
        return shown["type"], name, present(products=products, headline=shown.get("headline"))
    if entity.product == "sd" and more["style"] == 0:
        page = {"landingPageType": "OFF_AMAZON_LINK", "landingPageUrl": "https://example.com/offer"}
        return "IMAGE", entity.name, {"landingPage": page}
    products = [{"productIdType": "ASIN", "productId": more["asin"]}]
    if profile.account_type == "seller":
        products.append({"productIdType": "SKU", "productId": more["sku"]})
    return "PRODUCT_AD", None, {"products": products}


def target(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A target of any kind; it names its campaign only where it has no ad group."""
    negative = "neg" in entity.kind
    kind, details = _details(entity)
    bid = None if negative else money(entity.amount)
    return present(
        targetId=str(entity.entity_id),
        adGroupId=None if entity.ad_group_id is None else str(entity.ad_group_id),
        campaignId=str(entity.campaign_id) if entity.ad_group_id is None else None,
        negative=negative,
        bid=None if bid is None else {"bid": bid, "currencyCode": profile.currency},
        targetType=kind,
        targetDetails=details,
        **_shared(entity),
    )


def _details(entity: Entity) -> tuple[str, dict[str, Any]]:
    more = entity.more
    if entity.kind == "theme":
        return "THEME", {"matchType": more["theme"]}
    if "keyword" in entity.kind:
        return "KEYWORD", _keyword(entity)
    if entity.product == "sp" and more["auto"]:
        return "AUTO", {"matchType": _AUTO[more["auto"][0]]}
    node = str(more["node"])
    asin = {"matchType": "PRODUCT_EXACT", "asin": more["asin"]}
    brand = {"productBrand": node, "productBrandResolved": f"resolved {node}"}
    category = {"productCategoryId": node, "productCategoryResolved": f"resolved {node}"}
    if entity.product == "sp":
        return _products(entity, asin, brand, category)
    if entity.product == "sb":
        refined = {**category, "productPriceLessThan": "20", "productPriceGreaterThan": "10"}
        kinds = (("PRODUCT", asin), ("PRODUCT_CATEGORY", brand), ("PRODUCT_CATEGORY", refined))
        return kinds[more["style"] % (2 if entity.kind == "neg_target" else 3)]
    return _display(entity, asin, node)


def _products(
    entity: Entity, asin: dict[str, Any], brand: dict[str, Any], category: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    style = entity.more["style"]
    if entity.kind != "target":
        return ("PRODUCT_CATEGORY", brand) if style % 2 else ("PRODUCT", asin)
    refined = {**category, "productPriceLessThan": "50", "productPriceGreaterThan": "10"}
    return (
        ("PRODUCT", asin),
        ("PRODUCT", {**asin, "matchType": "PRODUCT_SIMILAR"}),
        ("PRODUCT_CATEGORY", {**refined, "productRatingGreaterThan": "4"}),
        ("PRODUCT_CATEGORY", brand),
        ("THEME", {"matchType": "KEYWORDS_RELATED_TO_YOUR_BRAND"}),
        ("OTHER", {"matchType": "OTHER"}),
    )[style]


def _display(entity: Entity, asin: dict[str, Any], node: str) -> tuple[str, dict[str, Any]]:
    if entity.kind == "neg_target":
        return "PRODUCT", asin
    category = {"productCategoryId": node, "productCategoryResolved": node}
    return (
        ("PRODUCT", asin),
        ("PRODUCT_CATEGORY_AUDIENCE", {**category, "event": "VIEW", "lookback": 30}),
        ("PRODUCT_AUDIENCE", {"matchType": "PRODUCT_EXACT", "event": "PURCHASE", "lookback": "30"}),
        ("AUDIENCE", {"audienceId": node}),
        ("OTHER", {"matchType": "OTHER"}),
        ("AUTO", {"matchType": "PRODUCT_SIMILAR"}),
    )[entity.more["style"]]


def _keyword(entity: Entity) -> dict[str, Any]:
    more = entity.more
    match = more["match"]
    native = more["native"] and entity.kind == "keyword"
    if entity.product == "sb" and entity.kind != "keyword" and match == "broad":
        match = "exact"
    return present(
        matchType=match.upper(),
        keyword=entity.name,
        nativeLanguageKeyword="跑步鞋" if native else None,
        nativeLanguageLocale="zh_CN" if native and entity.product == "sp" else None,
    )
