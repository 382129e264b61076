"""Sponsored Brands: v4 for campaigns, ad groups and ads; v3.2 for targeting, with numbers for ids and no times."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common import ad_group_names, day, money, present

_SINGLE_OBJECT_EVERY = 4


def _extended(entity: Entity) -> dict[str, Any]:
    return {"creationDate": entity.created, "lastUpdateDate": entity.updated, "servingStatus": entity.serving}


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign; budgets are daily or for its lifetime."""
    del profile
    more = entity.more
    portfolio = more["portfolio"]
    return present(
        campaignId=str(entity.entity_id),
        name=entity.name,
        state=entity.state.upper(),
        budget=money(entity.amount),
        budgetType="LIFETIME" if more["lifetime"] else "DAILY",
        startDate=day(entity.created or 0),
        endDate=day((entity.created or 0) + 10**10) if more["ends"] else None,
        portfolioId=None if portfolio is None else str(entity_id("", "portfolio", portfolio)),
        brandEntityId="ENTITY21DWFJV45CH71",
        isMultiAdGroupsEnabled=not more["tagged"],
        goal="PAGE_VISIT",
        costType=more["cost_type"],
        bidding={
            "bidOptimization": more["auto"],
            "bidAdjustmentsByPlacement": [{"placement": "HOME", "percentage": more["percentage"] - 99}],
        },
        productLocation="SOLD_ON_AMAZON",
        tags={"legacyCampaignId": "144327786111035248"} if more["tagged"] else None,
        extendedData=_extended(entity),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group: no bid."""
    del profile
    return {**ad_group_names(entity), "extendedData": _extended(entity)}


def creative(entity: Entity) -> dict[str, Any]:
    """What the ad shows."""
    asins = [entity.more["asin"], "B003L1717K"]
    if entity.more["style"] == 0:
        return {"type": "VIDEO", "asins": asins[:1], "videoAssetIds": ["amzn1.assetlibrary.asset1.video"]}
    return {
        "type": "PRODUCT_COLLECTION" if entity.more["style"] == 1 else "STORE_SPOTLIGHT",
        "asins": asins,
        "brandName": "Marke",
        "headline": f"Größe zählt {entity.number}",
        "brandLogoAssetID": "amzn1.assetlibrary.asset1.logo",
    }


def ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad; those made by the old call have neither id nor name."""
    del profile
    legacy = entity.entity_id is None
    return present(
        adId=None if legacy else str(entity.entity_id),
        adGroupId=str(entity.ad_group_id),
        campaignId=str(entity.campaign_id),
        name=None if legacy else entity.name,
        state=entity.state.upper(),
        creative=creative(entity),
        landingPage={"pageType": "STORE", "url": "https://www.amazon.com/stores/page/x"},
        extendedData=_extended(entity),
    )


def keyword(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A keyword, positive or negative."""
    del profile
    negative = entity.kind != "keyword"
    match = entity.more["match"]
    if negative:
        match = "negativePhrase" if match == "phrase" else "negativeExact"
    return present(
        keywordId=entity.entity_id,
        adGroupId=entity.ad_group_id,
        campaignId=entity.campaign_id,
        keywordText=entity.name,
        nativeLanguageKeyword="跑步鞋" if entity.more["native"] and not negative else None,
        matchType=match,
        state=entity.state,
        bid=None if negative else money(entity.amount),
    )


def expression(entity: Entity) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Expressions and resolved expressions."""
    more = entity.more
    node = str(more["node"])
    styles: list[list[dict[str, Any]]] = [
        [{"type": "asinSameAs", "value": more["asin"]}],
        [{"type": "asinBrandSameAs", "value": node}],
        [{"type": "asinCategorySameAs", "value": node}, {"type": "asinPriceBetween", "value": "10-20"}],
    ]
    chosen = styles[more["style"] % (2 if entity.kind == "neg_target" else 3)]
    return chosen, [{**part, "value": f"resolved {part['value']}"} for part in chosen]


def target(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A product target; some negatives hold a single object instead of a list."""
    del profile
    native, resolved = expression(entity)
    single = entity.kind == "neg_target" and entity.number % _SINGLE_OBJECT_EVERY == 0
    return present(
        targetId=entity.entity_id,
        adGroupId=entity.ad_group_id,
        campaignId=entity.campaign_id,
        expressions=native[0] if single else native,
        resolvedExpressions=resolved[0] if single else resolved,
        state=entity.state,
        bid=money(entity.amount) if entity.kind == "target" else None,
    )


def theme(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A theme."""
    del profile
    return {
        "themeId": str(entity.entity_id),
        "adGroupId": str(entity.ad_group_id),
        "campaignId": str(entity.campaign_id),
        "themeType": entity.more["theme"],
        "state": entity.state,
        "bid": money(entity.amount),
    }
