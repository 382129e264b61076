"""Every serving status in Amazon's files has its place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tap_amazon_ads_entities.rows.status import COMPUTED_STATUSES, computed_status

FOLDER = os.environ.get("AMAZON_ADS_OPENAPI_DIR")
OF_THE_LISTS = (
    "SponsoredProducts.json",
    "SponsoredBrandsV4.json",
    "SponsoredBrandsV3.json",
    "SponsoredDisplay.json",
    "AccountsPortfolios.json",
)
# As of July 2026.
PLACES = {
    "ACCOUNT_OUT_OF_BUDGET": "out_of_budget",
    "ADGROUP_POLICING_CREATIVE_REJECTED": "rejected",
    "ADGROUP_POLICING_PENDING_REVIEW": "pending",
    "ADVERTISER_ACCOUNT_OUT_OF_BUDGET": "out_of_budget",
    "ADVERTISER_ARCHIVED": "archived",
    "ADVERTISER_EXCEED_SPENDS_LIMIT": "out_of_budget",
    "ADVERTISER_OUT_OF_BUDGET": "out_of_budget",
    "ADVERTISER_OUT_OF_PREPAY_BALANCE": "out_of_budget",
    "ADVERTISER_PAUSED": "paused",
    "ADVERTISER_PAYMENT_FAILURE": "payment_issue",
    "ADVERTISER_POLICING_PENDING_REVIEW": "pending",
    "ADVERTISER_POLICING_SUSPENDED": "rejected",
    "ADVERTISER_STATUS_ENABLED": "delivering",
    "AD_ARCHIVED": "archived",
    "AD_CREATION_FAILED": "rejected",
    "AD_CREATION_OFFLINE_FAILED": "rejected",
    "AD_CREATION_OFFLINE_IN_PROGRESS": "pending",
    "AD_CREATION_OFFLINE_PENDING": "pending",
    "AD_ELIGIBLE": "delivering",
    "AD_GROUP_ARCHIVED": "archived",
    "AD_GROUP_INCOMPLETE": "incomplete",
    "AD_GROUP_LOW_BID": "ineligible",
    "AD_GROUP_PAUSED": "paused",
    "AD_GROUP_POLICING_CREATIVE_REJECTED": "rejected",
    "AD_GROUP_POLICING_PENDING_REVIEW": "pending",
    "AD_GROUP_STATUS_ENABLED": "delivering",
    "AD_INELIGIBLE": "ineligible",
    "AD_LANDING_PAGE_NOT_AVAILABLE": "ineligible",
    "AD_MISSING_DECORATION": "ineligible",
    "AD_MISSING_IMAGE": "ineligible",
    "AD_NOT_BUYABLE": "ineligible",
    "AD_NOT_IN_BUYBOX": "ineligible",
    "AD_NO_PURCHASABLE_OFFER": "ineligible",
    "AD_OUT_OF_STOCK": "ineligible",
    "AD_PAUSED": "paused",
    "AD_POLICING_PENDING_REVIEW": "pending",
    "AD_POLICING_SUSPENDED": "rejected",
    "AD_STATUS_ARCHIVED": "archived",
    "AD_STATUS_LIVE": "delivering",
    "AD_STATUS_PAUSED": "paused",
    "CAMPAIGN_ADS_NOT_DELIVERING": "ineligible",
    "CAMPAIGN_ARCHIVED": "archived",
    "CAMPAIGN_ENDED": "ended",
    "CAMPAIGN_INCOMPLETE": "incomplete",
    "CAMPAIGN_OUT_OF_BUDGET": "out_of_budget",
    "CAMPAIGN_PAUSED": "paused",
    "CAMPAIGN_PENDING_START_DATE": "pending",
    "CAMPAIGN_STATUS_ENABLED": "delivering",
    "ELIGIBLE": "delivering",
    "ENDED": "ended",
    "INELIGIBLE": "ineligible",
    "LANDING_PAGE_NOT_AVAILABLE": "ineligible",
    "MISSING_DECORATION": "ineligible",
    "MISSING_IMAGE": "ineligible",
    "NOT_BUYABLE": "ineligible",
    "NOT_IN_BUYBOX": "ineligible",
    "NOT_IN_POLICY": "rejected",
    "NO_INVENTORY": "ineligible",
    "NO_PURCHASABLE_OFFER": "ineligible",
    "OTHER": "unknown",
    "OUT_OF_STOCK": "ineligible",
    "PENDING_REVIEW": "pending",
    "PENDING_START_DATE": "pending",
    "PIR_RULE_EXCLUDED": "ineligible",
    "PORTFOLIO_ARCHIVED": "archived",
    "PORTFOLIO_ENDED": "ended",
    "PORTFOLIO_OUT_OF_BUDGET": "out_of_budget",
    "PORTFOLIO_PAUSED": "paused",
    "PORTFOLIO_PENDING_START_DATE": "pending",
    "PORTFOLIO_STATUS_ENABLED": "delivering",
    "REJECTED": "rejected",
    "SECURITY_SCAN_PENDING_REVIEW": "pending",
    "SECURITY_SCAN_REJECTED": "rejected",
    "STATUS_UNAVAILABLE": "unknown",
    "TARGETING_CLAUSE_ARCHIVED": "archived",
    "TARGETING_CLAUSE_BLOCKED": "rejected",
    "TARGETING_CLAUSE_PAUSED": "paused",
    "TARGETING_CLAUSE_POLICING_SUSPENDED": "rejected",
    "TARGETING_CLAUSE_STATUS_LIVE": "delivering",
    "TARGET_STATUS_ARCHIVED": "archived",
    "TARGET_STATUS_LIVE": "delivering",
    "TARGET_STATUS_PAUSED": "paused",
    "UNKNOWN": "unknown",
}
# Reasons of the common model, which exports and the unified API give, where no list says the same; as of July 2026.
REASONS = {
    "ADVERTISER_INELIGIBLE": "ineligible",
    "ADVERTISER_OUT_OF_POSTPAY_CREDIT_LIMIT": "out_of_budget",
    "ADVERTISER_OUT_OF_POSTPAY_MONTHLY_BUDGET": "out_of_budget",
    "AD_CREATION_IN_PROGRESS": "pending",
    "AD_CREATIVES_NOT_RUNNING": "ineligible",
    "AD_EXTENSION_ARCHIVED": "archived",
    "AD_EXTENSION_PAUSED": "paused",
    "AD_EXTENSION_POLICING_PENDING_REVIEW": "pending",
    "AD_EXTENSION_POLICING_SUSPENDED": "rejected",
    "AD_GROUPS_NOT_RUNNING": "ineligible",
    "AD_GROUP_ENDED": "ended",
    "AD_GROUP_PENDING_REVIEW": "pending",
    "AD_GROUP_PENDING_START_DATE": "pending",
    "AD_GROUP_POLICING_SUSPENDED": "rejected",
    "AD_GROUP_REJECTED": "rejected",
    "AD_NOT_APPROVED_FOR_ALL_AD_GROUPS": "ineligible",
    "AD_NOT_ASSOCIATED_WITH_AD_GROUP": "ineligible",
    "AD_NOT_DELIVERING": "ineligible",
    "BRAND_INELIGIBLE": "ineligible",
    "CAMPAIGN_END_DATE_REACHED": "ended",
    "CAMPAIGN_PENDING_REVIEW": "pending",
    "CAMPAIGN_POLICING_SUSPENDED": "rejected",
    "CAMPAIGN_REJECTED": "rejected",
    "CREATIVE_MISSING_ASSET": "incomplete",
    "CREATIVE_PENDING_REVIEW": "pending",
    "CREATIVE_REJECTED": "rejected",
    "LANDING_PAGE_INELIGIBLE": "ineligible",
    "OUT_OF_REWARD_BUDGET": "out_of_budget",
    "PORTFOLIO_END_DATE_REACHED": "ended",
    "SPEND_LIMIT_EXCEEDED": "out_of_budget",
    "TARGET_ARCHIVED": "archived",
    "TARGET_BLOCKED": "rejected",
    "TARGET_PAUSED": "paused",
    "TARGET_POLICING_SUSPENDED": "rejected",
    **{
        f"MODERATION_{what}": "rejected"
        for what in (
            "ERROR_404",
            "NOT_COMPLIANT_TO_AD_POLICY",
            *(
                f"{subject}_POLICY_VIOLATION"
                for subject in (
                    *("ADULT_NOVELTY", "ADULT_PRODUCT", "ADULT_SOFTLINES", "CLAIM_WEIGHTLOSS", "CONTENT_NUDITY"),
                    *("CONTENT_PROVOCATIVE", "CONTENT_SMOKING", "CRITICAL_EVENTS", "GRAPHICAL_SEXUAL_IMAGES"),
                    *("HFSS_PRODUCT", "LANGUAGE_OFFENSIVE", "SMOKING_RELATED"),
                )
            ),
        )
    },
}
OF_THE_UNIFIED_API = (
    "AdsAPIv1SponsoredProducts.json",
    "AdsAPIv1SponsoredBrands.json",
    "AdsAPIv1SponsoredDisplay.json",
    "AdsAPIv1SponsoredTelevision.json",
)
UNSAID = {"OTHER", "UNKNOWN", "STATUS_UNAVAILABLE"}


def values(document: Any, node: Any, field: str = "ervingStatus") -> Iterator[str]:
    """Every value that a field may have in a file, or an element of it."""
    if isinstance(node, list):
        for element in node:
            yield from values(document, element, field)
    if isinstance(node, dict):
        for name, part in node.items():
            if name.endswith(field) and isinstance(part, dict):
                found = part.get("items", part)
                while "$ref" in found:
                    target = document
                    for step in found["$ref"].removeprefix("#/").split("/"):
                        target = target[step]
                    found = target
                yield from found.get("enum", ())
            yield from values(document, part, field)


@pytest.mark.parametrize(("serving", "expected"), sorted({**REASONS, **PLACES}.items()))
def test_a_status_has_its_place(serving: str, expected: str) -> None:
    assert computed_status("ENABLED", serving) == expected
    assert expected in COMPUTED_STATUSES
    assert (expected == "unknown") == (serving in UNSAID)


@pytest.mark.parametrize("serving", ["NEARLY_ELIGIBLE", "CAMPAIGN_NOT_PAUSED", "UNSUSPENDED", "LIVE", "ENDED_NOT"])
def test_a_new_status_is_not_guessed_from_a_part_of_it(serving: str) -> None:
    assert computed_status("ENABLED", serving) == "unknown"


@pytest.mark.skipif(not FOLDER, reason="AMAZON_ADS_OPENAPI_DIR does not name the folder of Amazon's OpenAPI files")
def test_the_list_is_amazons() -> None:
    found: set[str] = set()
    for name in OF_THE_LISTS:
        document = json.loads((Path(FOLDER or "") / name).read_text())
        found |= set(values(document, document))
    assert found == PLACES.keys()


@pytest.mark.skipif(not FOLDER, reason="AMAZON_ADS_OPENAPI_DIR does not name the folder of Amazon's OpenAPI files")
def test_the_reasons_are_amazons() -> None:
    found: set[str] = set()
    for name in OF_THE_UNIFIED_API:
        document = json.loads((Path(FOLDER or "") / name).read_text())
        found |= set(values(document, document, "deliveryReasons"))
    assert REASONS.keys() == found - PLACES.keys()
