"""Sponsored Products v3: nine lists, one dialect (docs: sponsored-products/3-0/openapi)."""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints.model import STATES_UPPER, ListEndpoint, Paging
from tap_amazon_ads_entities.rows.ad_groups import sp_ad_group
from tap_amazon_ads_entities.rows.ads import sp_ad
from tap_amazon_ads_entities.rows.campaigns import sp_campaign
from tap_amazon_ads_entities.rows.context import RowFunction
from tap_amazon_ads_entities.rows.targets import clause, keyword


def _list(resource: str, media: str, envelope: str, entity: str, to_row: RowFunction) -> ListEndpoint:
    media_type = f"application/vnd.{media}.v3+json"
    return ListEndpoint(
        path=f"sp/{resource}/list",
        entity=entity,
        ad_product="SP",
        envelope=envelope,
        accept=media_type,
        content_type=media_type,
        paging=Paging.NEXT_TOKEN,
        size_field="maxResults",
        max_page_size=1000,
        # Timestamps and serving status come only with the extended fields.
        body={"includeExtendedDataFields": True, "stateFilter": {"include": list(STATES_UPPER)}},
        total_field="totalResults",
        to_row=to_row,
    )


ENDPOINTS = (
    _list("campaigns", "spCampaign", "campaigns", "campaigns", sp_campaign),
    _list("adGroups", "spAdGroup", "adGroups", "ad_groups", sp_ad_group),
    _list("productAds", "spProductAd", "productAds", "ads", sp_ad),
    _list("keywords", "spKeyword", "keywords", "targets", keyword("sp")),
    _list("targets", "spTargetingClause", "targetingClauses", "targets", clause("sp")),
    _list(
        "negativeKeywords",
        "spNegativeKeyword",
        "negativeKeywords",
        "targets",
        keyword("sp", negative=True),
    ),
    _list(
        "campaignNegativeKeywords",
        "spCampaignNegativeKeyword",
        "campaignNegativeKeywords",
        "targets",
        keyword("sp", negative=True, level="campaign"),
    ),
    _list(
        "negativeTargets",
        "spNegativeTargetingClause",
        "negativeTargetingClauses",
        "targets",
        clause("sp", negative=True),
    ),
    _list(
        "campaignNegativeTargets",
        "spCampaignNegativeTargetingClause",
        "campaignNegativeTargetingClauses",
        "targets",
        clause("sp", negative=True, level="campaign"),
    ),
)
