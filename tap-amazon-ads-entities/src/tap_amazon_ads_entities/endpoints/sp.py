"""Sponsored Products v3: nine lists, one dialect (docs: sponsored-products/3-0/openapi)."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.endpoints.model import (
    STATES_SP,
    CampaignBatches,
    ListEndpoint,
    Lookup,
    Paging,
    by_state,
    ids_in_body,
    in_campaigns,
    include,
)
from tap_amazon_ads_entities.rows.ad_groups import sp_ad_group
from tap_amazon_ads_entities.rows.ads import sp_ad
from tap_amazon_ads_entities.rows.campaigns import sp_campaign
from tap_amazon_ads_entities.rows.context import RowFunction
from tap_amazon_ads_entities.rows.targets import clause, keyword

_STATES = include("stateFilter", STATES_SP)
_ID_FILTERS = {"productAds": "adIdFilter"}
# What is neither enabled, paused nor archived is rare.
_BY_STATE = by_state(*([state] for state in STATES_SP[:3]), STATES_SP[3:])


def _list(  # noqa: PLR0913 - what differs, in one row each
    resource: str, media: str, envelope: str, entity: str, to_row: RowFunction | None, id_field: str, **more: Any
) -> ListEndpoint:
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
        # Timestamps and serving status come only with the extended fields, which count five times as much.
        body={"includeExtendedDataFields": to_row is not None, **_STATES},
        total_field="totalResults",
        to_row=to_row,
        id_field=id_field,
        by_state=_BY_STATE,
        by_ids=ids_in_body(_ID_FILTERS.get(resource, f"{resource[:-1]}IdFilter"), 1000),
        **more,
    )


CAMPAIGN_IDS = Lookup(
    source=_list("campaigns", "spCampaign", "campaigns", "campaigns", None, "campaignId"),
    key="campaignId",
    value="campaignId",
)


def _child(  # noqa: PLR0913 - what differs, in one row each
    resource: str, media: str, envelope: str, entity: str, to_row: RowFunction, id_field: str
) -> ListEndpoint:
    batches = CampaignBatches(campaigns=CAMPAIGN_IDS, size=100, narrow=in_campaigns)
    return _list(resource, media, envelope, entity, to_row, id_field, by_campaigns=batches)


ENDPOINTS = (
    _list("campaigns", "spCampaign", "campaigns", "campaigns", sp_campaign, "campaignId"),
    _child("adGroups", "spAdGroup", "adGroups", "ad_groups", sp_ad_group, "adGroupId"),
    _child("productAds", "spProductAd", "productAds", "ads", sp_ad, "adId"),
    _child("keywords", "spKeyword", "keywords", "targets", keyword("sp"), "keywordId"),
    _child("targets", "spTargetingClause", "targetingClauses", "targets", clause("sp"), "targetId"),
    _child(
        "negativeKeywords",
        "spNegativeKeyword",
        "negativeKeywords",
        "targets",
        keyword("sp", negative=True),
        "keywordId",
    ),
    _child(
        "campaignNegativeKeywords",
        "spCampaignNegativeKeyword",
        "campaignNegativeKeywords",
        "targets",
        keyword("sp", negative=True, level="campaign"),
        "keywordId",
    ),
    _child(
        "negativeTargets",
        "spNegativeTargetingClause",
        "negativeTargetingClauses",
        "targets",
        clause("sp", negative=True),
        "targetId",
    ),
    _child(
        "campaignNegativeTargets",
        "spCampaignNegativeTargetingClause",
        "campaignNegativeTargetingClauses",
        "targets",
        clause("sp", negative=True, level="campaign"),
        "targetId",
    ),
)
