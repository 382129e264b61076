"""Sponsored Television, which only the unified API serves."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire import unified_parts
from amazon_ads_sandbox.wire.common import iso, money, present

_NAME = "SPONSORED_TELEVISION"


def _shared(entity: Entity) -> dict[str, Any]:
    running = entity.state == "enabled"
    reasons = {
        "campaign": f"CAMPAIGN_{entity.state.upper()}",
        "ad_group": f"AD_GROUP_{entity.state.upper()}",
    }.get(entity.kind, "OTHER")
    status = {"deliveryStatus": "DELIVERING"} if running else {"deliveryStatus": "NOT_DELIVERING"}
    return {
        "adProduct": _NAME,
        "state": entity.state.upper(),
        "status": status if running else {**status, "deliveryReasons": [reasons]},
        "creationDateTime": iso(entity.created or 0),
        "lastUpdatedDateTime": iso(entity.updated or 0),
    }


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign: its budget is daily."""
    return present(
        campaignId=str(entity.entity_id),
        name=entity.name,
        startDateTime=unified_parts.start(entity, profile),
        endDateTime=unified_parts.end(entity, profile),
        budgets=unified_parts.budgets(entity, profile),
        **_shared(entity),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group."""
    return {
        "adGroupId": str(entity.entity_id),
        "campaignId": str(entity.campaign_id),
        "name": entity.name,
        "bid": {"defaultBid": money(entity.amount), "currencyCode": profile.currency},
        **_shared(entity),
    }


def ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad: a video."""
    video = {"assetId": "amzn1.assetlibrary.asset1.video", "assetVersion": "version_v1"}
    product = {"productIdType": "ASIN", "productId": entity.more["asin"]}
    return {
        "adId": str(entity.entity_id),
        "adGroupId": str(entity.ad_group_id),
        "campaignId": str(entity.campaign_id),
        "name": entity.name,
        "adType": "VIDEO",
        "creative": {"videoCreative": {"streamingTvSettings": {"videos": video, "products": [product]}}},
        **unified_parts.place(profile),
        **_shared(entity),
    }


def target(entity: Entity) -> dict[str, Any]:
    """An audience or a place; it names ad group and campaign."""
    node = str(entity.more["node"])
    place = entity.more["style"] % 2 == 1
    return {
        "targetId": str(entity.entity_id),
        "adGroupId": str(entity.ad_group_id),
        "campaignId": str(entity.campaign_id),
        "negative": False,
        "targetType": "LOCATION" if place else "AUDIENCE",
        "targetDetails": {"locationTarget": {"locationId": node}}
        if place
        else {"audienceTarget": {"audienceId": {"defaultValue": node}}},
        **_shared(entity),
    }
