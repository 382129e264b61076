"""Version 1 of the unified API: the common model of exports, nested deeper, with moments instead of days.

Docs: ads-api/v1. Where exports and queries call a thing otherwise, the words here are those of the queries.
"""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire import common_model, television, unified_parts, unified_targets
from amazon_ads_sandbox.wire.common import present

_LIMIT, _NO_WORD = "ADVERTISER_EXCEED_SPENDS_LIMIT", ("TARGET_PAUSED", "TARGET_ARCHIVED")
"""Reasons that Sponsored Display gives in another word here, or in none."""

_STRATEGIES = {"LEGACY_FOR_SALES": "SALES_DOWN_ONLY", "AUTO_FOR_SALES": "SALES_UP_AND_DOWN"}
_LOGO = {"assetId": "amzn1.assetlibrary.asset1.logo", "assetVersion": "version_v1"}
_VIDEO = {"assetId": "amzn1.assetlibrary.asset1.video", "assetVersion": "version_v1"}


def _shared(document: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """Of a document of exports, what all entities have."""
    names = ("adProduct", "state", "creationDateTime", "lastUpdatedDateTime")
    return {
        **{name: document[name] for name in names},
        "status": _status(document),
        **unified_parts.place(profile),
    }


def _status(document: dict[str, Any]) -> dict[str, Any]:
    reasons = document.get("deliveryReasons", [])
    if document["adProduct"] == "SPONSORED_DISPLAY":
        words = {_LIMIT: "SPEND_LIMIT_EXCEEDED"}
        reasons = [words.get(reason, reason) for reason in reasons if reason not in _NO_WORD]
    return present(deliveryStatus=document["deliveryStatus"], deliveryReasons=reasons or None)


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign."""
    if entity.product == "st":
        return television.campaign(entity, profile)
    more = entity.more
    document = common_model.campaign(entity, profile)
    settings = {
        "bidStrategy": _STRATEGIES.get(more["strategy"], more["strategy"]),
        "bidAdjustments": {
            "placementBidAdjustments": [{"placement": "TOP_OF_SEARCH", "percentage": more["percentage"]}]
        },
    }
    sp, sb = entity.product == "sp", entity.product == "sb"
    return present(
        campaignId=document["campaignId"],
        portfolioId=document.get("portfolioId"),
        name=document["name"],
        startDateTime=unified_parts.start(entity, profile),
        endDateTime=unified_parts.end(entity, profile),
        budgets=unified_parts.budgets(entity, profile),
        tags=document.get("tags"),
        costType=document.get("costType"),
        autoCreationSettings={"autoCreateTargets": more["auto"]} if sp else None,
        optimizations={"bidSettings": settings} if sp else None,
        brandId="ENTITY21DWFJV45CH71" if sb else None,
        isMultiAdGroupsEnabled=not more["tagged"] if sb else None,
        **_shared(document, profile),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group."""
    if entity.product == "st":
        return television.ad_group(entity, profile)
    document = common_model.ad_group(entity, profile)
    return {
        **present(
            adGroupId=document["adGroupId"],
            campaignId=document["campaignId"],
            name=document["name"],
            bid=document.get("bid"),
            creativeType="IMAGE" if entity.product == "sd" else None,
        ),
        **_shared(document, profile),
    }


def ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad; it says which campaign it is in."""
    if entity.product == "st":
        return television.ad(entity, profile)
    document = common_model.ad(entity, profile)
    kind, creative = _creative(entity, profile)
    return present(
        adId=document["adId"],
        adGroupId=document["adGroupId"],
        campaignId=str(entity.campaign_id),
        name=entity.name if entity.product == "sb" else document.get("name"),
        adType=kind,
        creative=creative,
        **_shared(document, profile),
    )


def _creative(entity: Entity, profile: Profile) -> tuple[str, dict[str, Any]]:
    more = entity.more
    asin = {"productIdType": "ASIN", "productId": more["asin"]}
    seller = profile.account_type == "seller"
    if entity.product == "sp":
        sku = {
            "productIdType": "SKU",
            "productId": more["sku"],
            "resolvedProductId": more["asin"],
            "resolvedProductIdType": "ASIN",
        }
        return "PRODUCT_AD", {
            "productCreative": {"productCreativeSettings": {"advertisedProduct": sku if seller else asin}}
        }
    if entity.product == "sb":
        return "COMPONENT", {"componentCreative": _brands(entity, asin)}
    if more["style"] == 0:
        page = {"landingPageType": "OFF_AMAZON_LINK", "landingPageUrl": "https://example.com/offer"}
        settings: dict[str, Any] = {"headlines": ["Offer"], "untranslatedHeadlines": ["Offer"], "landingPage": page}
        return "COMPONENT", {"componentCreative": {"assetBasedCreativeSettings": settings}}
    product = {"productIdType": "SKU", "productId": more["sku"]} if seller else asin
    return "COMPONENT", {"componentCreative": {"responsiveEcommerceSettings": {"products": [product]}}}


def _brands(entity: Entity, asin: dict[str, Any]) -> dict[str, Any]:
    headline = f"Größe zählt {entity.number}"
    if entity.more["style"] == 0:
        return {"productVideoSettings": {"products": [asin], "videos": [_VIDEO], "untranslatedVideos": [_VIDEO]}}
    page = {"landingPageType": "STORE", "landingPageUrl": "https://www.amazon.com/stores/page/x"}
    shown = {"brand": "Marke", "brandLogos": [_LOGO], "headlines": [headline], "landingPage": page}
    if entity.more["style"] == 1:
        return {"productCollectionSettings": {**shown, "customImages": [_LOGO], "products": [asin]}}
    card = {"headline": headline, "landingPage": page, "products": asin}
    return {"storeSpotlightSettings": {**shown, "cards": [card, card, card]}}


def target(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A target of any kind; it names its campaign only where it has no ad group."""
    if entity.product == "st":
        return television.target(entity)
    document = common_model.target(entity, profile)
    kind, details = unified_targets.details(entity, document)
    return present(
        targetId=document["targetId"],
        adGroupId=document.get("adGroupId"),
        campaignId=document.get("campaignId"),
        targetLevel="AD_GROUP" if "adGroupId" in document else "CAMPAIGN",
        negative=document["negative"],
        bid=document.get("bid"),
        targetType=kind,
        targetDetails=details,
        **_shared(document, profile),
    )
