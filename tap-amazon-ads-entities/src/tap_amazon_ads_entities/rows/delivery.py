"""Whether something delivers, said in the common model and stored in the words of the lists.

Exports give a delivery status and reasons; lists give one serving status. What stands for what is Amazon's own table of
equivalents (docs: reference/common-models/enums, deliveryReasons). Where it names two, the common model's word stays.
"""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.unreadable import Unreadable

_ALIKE = {
    "CAMPAIGN_PENDING_START_DATE": "PENDING_START_DATE",
    "CAMPAIGN_END_DATE_REACHED": "ENDED",
    "CAMPAIGN_REJECTED": "REJECTED",
    "CAMPAIGN_PENDING_REVIEW": "PENDING_REVIEW",
    "PORTFOLIO_END_DATE_REACHED": "PORTFOLIO_ENDED",
    "AD_GROUP_PENDING_REVIEW": "PENDING_REVIEW",
    "AD_GROUP_REJECTED": "REJECTED",
}
_REASONS: dict[str, dict[str, str]] = {
    "sp": {
        **_ALIKE,
        "TARGET_POLICING_SUSPENDED": "TARGETING_CLAUSE_POLICING_SUSPENDED",
        "TARGET_PAUSED": "TARGETING_CLAUSE_PAUSED",
        "TARGET_ARCHIVED": "TARGETING_CLAUSE_ARCHIVED",
        "TARGET_BLOCKED": "TARGETING_CLAUSE_BLOCKED",
        "CREATIVE_REJECTED": "AD_GROUP_POLICING_CREATIVE_REJECTED",
        "AD_NOT_DELIVERING": "CAMPAIGN_ADS_NOT_DELIVERING",
    },
    "sb": {
        **_ALIKE,
        "ADVERTISER_OUT_OF_BUDGET": "ADVERTISER_ACCOUNT_OUT_OF_BUDGET",
        "ADVERTISER_INELIGIBLE": "INELIGIBLE",
        "AD_INELIGIBLE": "INELIGIBLE",
    },
    "sd": {
        **_ALIKE,
        "ADVERTISER_OUT_OF_BUDGET": "ACCOUNT_OUT_OF_BUDGET",
        "TARGET_PAUSED": "TARGET_STATUS_PAUSED",
        "TARGET_ARCHIVED": "TARGET_STATUS_ARCHIVED",
        "AD_PAUSED": "AD_STATUS_PAUSED",
        "AD_ARCHIVED": "AD_STATUS_ARCHIVED",
        "AD_MISSING_IMAGE": "MISSING_IMAGE",
        "SPEND_LIMIT_EXCEEDED": "ADVERTISER_EXCEED_SPENDS_LIMIT",
        "AD_MISSING_DECORATION": "MISSING_DECORATION",
        "CREATIVE_PENDING_REVIEW": "PENDING_REVIEW",
        "CREATIVE_REJECTED": "REJECTED",
    },
}
# What the lists say of something that delivers. Those of Sponsored Brands say nothing of targets.
_DELIVERING = {
    ("sp", "campaign"): "CAMPAIGN_STATUS_ENABLED",
    ("sb", "campaign"): "CAMPAIGN_STATUS_ENABLED",
    ("sd", "campaign"): "ADVERTISER_STATUS_ENABLED",
    ("sp", "target"): "TARGETING_CLAUSE_STATUS_LIVE",
    ("sd", "target"): "TARGET_STATUS_LIVE",
    **{(product, "ad_group"): "AD_GROUP_STATUS_ENABLED" for product in ("sp", "sb", "sd")},
    **{(product, "ad"): "AD_STATUS_LIVE" for product in ("sp", "sb", "sd")},
}
_UNAVAILABLE = {"sb": "UNKNOWN"}
_STATUSES = frozenset({"DELIVERING", "NOT_DELIVERING", "LIMITED", "UNAVAILABLE"})
LIMITED = "LIMITED"
"""It delivers, less than it could: the reasons say what holds it back, not that it stands."""


def serving_status(status: Any, reasons: Any, ad_product: str, level: str) -> Any:
    """The serving status that the lists of an ad product would give.

    Args:
        status: the delivery status.
        reasons: the delivery reasons, the weightiest first; absent where there are none.
        ad_product: sp, sb or sd.
        level: campaign, ad_group, ad, target or ad_extension.
    """
    if not isinstance(status, str | None):
        return Unreadable(status, "deliveryStatus")
    if not isinstance(reasons, list | None):
        return Unreadable(reasons)
    if status == LIMITED:
        return status
    if isinstance(reasons, list) and reasons:
        first = reasons[0]
        return _REASONS.get(ad_product, {}).get(first, first) if isinstance(first, str) else first
    if status == "DELIVERING":
        return _DELIVERING.get((ad_product, level), status)
    return _UNAVAILABLE.get(ad_product, status) if status == "UNAVAILABLE" else status


def unsaid(status: Any, reasons: Any) -> dict[str, Any]:
    """What the serving status does not say: all reasons where they are more than it, a status that nobody knows."""
    found: dict[str, Any] = {}
    said = 0 if status == LIMITED else 1
    if isinstance(reasons, list) and len(reasons) > said:
        found["deliveryReasons"] = reasons
    if reasons and status is not None and not (isinstance(status, str) and status in _STATUSES):
        found["deliveryStatus"] = status
    return found
