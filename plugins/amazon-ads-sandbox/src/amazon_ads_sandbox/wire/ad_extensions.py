"""Ad extensions, which only the unified API serves: Sponsored Prompts and videos of ads of Sponsored Products."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire import unified_parts
from amazon_ads_sandbox.wire.common import iso, present


def ad_extension(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad extension: it names its ad and ad group, and no campaign."""
    more = entity.more
    video = {"renderedAssetId": "amzn1.assetlibrary.asset1.video", "videoType": "SPOTLIGHT"}
    status = {"deliveryStatus": "NOT_DELIVERING", "deliveryReasons": [entity.serving]}
    return present(
        adExtensionId=str(entity.entity_id),
        adId=str(entity_id("sp", "ad", more["ad"])),
        adGroupId=str(entity.ad_group_id),
        adProduct="SPONSORED_PRODUCTS",
        adExtensionType="VIDEO" if more["video"] else "PROMPTS",
        adExtensionSettings={"videoExtension": video}
        if more["video"]
        else {"promptExtension": {"promptText": entity.name}},
        adExtensionStatus="OPTED_OUT" if more["out"] else None,
        state=entity.state.upper(),
        status={"deliveryStatus": "DELIVERING"} if entity.serving == "DELIVERING" else status,
        creationDateTime=iso(entity.created or 0),
        lastUpdatedDateTime=iso(entity.updated or 0),
        **unified_parts.place(profile),
    )
