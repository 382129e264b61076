"""The coarse `computed_status`, derived from an entity's own state and Amazon's serving status.

Amazon's serving status is an open, inherited vocabulary that differs per product
(docs: concepts/computed-status); ours is closed: see COMPUTED_STATUSES.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

COMPUTED_STATUSES = (
    "delivering",
    "paused",
    "archived",
    "ended",
    "out_of_budget",
    "pending",
    "incomplete",
    "rejected",
    "ineligible",
    "payment_issue",
    "unknown",
)

_ENABLED = "enabled"
_BY_STATE = {
    "archived": "archived",
    "user_deleted": "archived",
    "paused": "paused",
    "draft": "pending",
    "pending": "pending",
    "enabling": "pending",
    "proposed": "pending",
}

# Every value in Amazon's files for what is read, with its reason; a new one is unknown until added here.
_BY_SERVING_STATUS = {
    status: ours
    for ours, statuses in {
        # Amazon shows it, or would at the next search.
        "delivering": (
            "ADVERTISER_STATUS_ENABLED PORTFOLIO_STATUS_ENABLED CAMPAIGN_STATUS_ENABLED AD_GROUP_STATUS_ENABLED "
            "AD_STATUS_LIVE TARGETING_CLAUSE_STATUS_LIVE TARGET_STATUS_LIVE AD_ELIGIBLE ELIGIBLE RUNNING "
            "DELIVERING LIMITED"
        ),
        # Somebody paused it, or what it belongs to.
        "paused": (
            "ADVERTISER_PAUSED PORTFOLIO_PAUSED CAMPAIGN_PAUSED AD_GROUP_PAUSED AD_PAUSED AD_STATUS_PAUSED "
            "TARGETING_CLAUSE_PAUSED TARGET_STATUS_PAUSED TARGET_PAUSED AD_EXTENSION_PAUSED"
        ),
        "archived": (
            "ADVERTISER_ARCHIVED PORTFOLIO_ARCHIVED CAMPAIGN_ARCHIVED AD_GROUP_ARCHIVED AD_ARCHIVED "
            "AD_STATUS_ARCHIVED TARGETING_CLAUSE_ARCHIVED TARGET_STATUS_ARCHIVED TARGET_ARCHIVED AD_EXTENSION_ARCHIVED"
        ),
        # Its last day is over.
        "ended": (
            "ENDED CAMPAIGN_ENDED CAMPAIGN_END_DATE_REACHED AD_GROUP_ENDED PORTFOLIO_ENDED PORTFOLIO_END_DATE_REACHED"
        ),
        # A budget, a prepaid balance or a spending limit is used up.
        "out_of_budget": (
            "ACCOUNT_OUT_OF_BUDGET ADVERTISER_ACCOUNT_OUT_OF_BUDGET ADVERTISER_OUT_OF_BUDGET "
            "ADVERTISER_OUT_OF_PREPAY_BALANCE ADVERTISER_EXCEED_SPENDS_LIMIT PORTFOLIO_OUT_OF_BUDGET "
            "CAMPAIGN_OUT_OF_BUDGET ADVERTISER_OUT_OF_POSTPAY_CREDIT_LIMIT ADVERTISER_OUT_OF_POSTPAY_MONTHLY_BUDGET "
            "OUT_OF_REWARD_BUDGET SPEND_LIMIT_EXCEEDED"
        ),
        # It waits for its first day, a review, or for being made.
        "pending": (
            "PENDING_START_DATE CAMPAIGN_PENDING_START_DATE PORTFOLIO_PENDING_START_DATE PENDING_REVIEW "
            "ADVERTISER_POLICING_PENDING_REVIEW AD_GROUP_POLICING_PENDING_REVIEW ADGROUP_POLICING_PENDING_REVIEW "
            "AD_POLICING_PENDING_REVIEW SECURITY_SCAN_PENDING_REVIEW AD_CREATION_OFFLINE_PENDING "
            "AD_CREATION_OFFLINE_IN_PROGRESS AD_CREATION_IN_PROGRESS CREATIVE_PENDING_REVIEW "
            "AD_GROUP_PENDING_START_DATE AD_EXTENSION_POLICING_PENDING_REVIEW "
            "CAMPAIGN_PENDING_REVIEW AD_GROUP_PENDING_REVIEW"
        ),
        # The advertiser has not finished it.
        "incomplete": "CAMPAIGN_INCOMPLETE AD_GROUP_INCOMPLETE CREATIVE_MISSING_ASSET",
        # Amazon has judged it and said no.
        "rejected": (
            "REJECTED ADVERTISER_POLICING_SUSPENDED AD_GROUP_POLICING_CREATIVE_REJECTED "
            "ADGROUP_POLICING_CREATIVE_REJECTED AD_POLICING_SUSPENDED TARGETING_CLAUSE_POLICING_SUSPENDED "
            "TARGETING_CLAUSE_BLOCKED SECURITY_SCAN_REJECTED NOT_IN_POLICY AD_CREATION_FAILED "
            "AD_CREATION_OFFLINE_FAILED CREATIVE_REJECTED CAMPAIGN_POLICING_SUSPENDED AD_GROUP_POLICING_SUSPENDED "
            "TARGET_POLICING_SUSPENDED TARGET_BLOCKED AD_EXTENSION_POLICING_SUSPENDED "
            "MODERATION_ADULT_NOVELTY_POLICY_VIOLATION MODERATION_ADULT_PRODUCT_POLICY_VIOLATION "
            "MODERATION_ADULT_SOFTLINES_POLICY_VIOLATION MODERATION_CLAIM_WEIGHTLOSS_POLICY_VIOLATION "
            "MODERATION_CONTENT_NUDITY_POLICY_VIOLATION MODERATION_CONTENT_PROVOCATIVE_POLICY_VIOLATION "
            "MODERATION_CONTENT_SMOKING_POLICY_VIOLATION MODERATION_CRITICAL_EVENTS_POLICY_VIOLATION "
            "MODERATION_ERROR_404 MODERATION_GRAPHICAL_SEXUAL_IMAGES_POLICY_VIOLATION "
            "MODERATION_HFSS_PRODUCT_POLICY_VIOLATION MODERATION_LANGUAGE_OFFENSIVE_POLICY_VIOLATION "
            "MODERATION_NOT_COMPLIANT_TO_AD_POLICY MODERATION_SMOKING_RELATED_POLICY_VIOLATION "
            "CAMPAIGN_REJECTED AD_GROUP_REJECTED"
        ),
        # As things are it cannot be shown: the product, its page or offer, a bid, a rule.
        "ineligible": (
            "INELIGIBLE AD_INELIGIBLE NOT_ELIGIBLE OUT_OF_STOCK AD_OUT_OF_STOCK NO_INVENTORY NOT_IN_BUYBOX "
            "AD_NOT_IN_BUYBOX NOT_BUYABLE AD_NOT_BUYABLE NO_PURCHASABLE_OFFER AD_NO_PURCHASABLE_OFFER "
            "LANDING_PAGE_NOT_AVAILABLE AD_LANDING_PAGE_NOT_AVAILABLE MISSING_IMAGE AD_MISSING_IMAGE "
            "MISSING_DECORATION AD_MISSING_DECORATION PIR_RULE_EXCLUDED AD_GROUP_LOW_BID CAMPAIGN_ADS_NOT_DELIVERING "
            "BRAND_INELIGIBLE LANDING_PAGE_INELIGIBLE AD_NOT_DELIVERING AD_CREATIVES_NOT_RUNNING AD_GROUPS_NOT_RUNNING "
            "AD_NOT_APPROVED_FOR_ALL_AD_GROUPS AD_NOT_ASSOCIATED_WITH_AD_GROUP ADVERTISER_INELIGIBLE"
        ),
        "payment_issue": "ADVERTISER_PAYMENT_FAILURE",
        # Amazon itself does not say.
        "unknown": "UNKNOWN OTHER STATUS_UNAVAILABLE UNAVAILABLE NOT_DELIVERING",
    }.items()
    for status in statuses.split()
}


def computed_status(state: Any, serving_status: Any) -> str:
    """The coarse status of an entity; `unknown` when Amazon says nothing that decides it.

    Nothing delivers whose own state does not say that it is enabled, whatever its serving status.
    """
    return _computed_status(
        state if type(state) is str else "",
        serving_status if type(serving_status) is str else "",
    )


@lru_cache(maxsize=4096)
def _computed_status(state: str, serving_status: str) -> str:
    if own := _BY_STATE.get(state.lower()):
        return own
    found = _BY_SERVING_STATUS.get(serving_status.upper(), "unknown")
    return "unknown" if found == "delivering" and state.lower() != _ENABLED else found
