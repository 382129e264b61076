"""Sponsored Brands: v4 campaigns, ad groups and ads; v3.2 keywords, targets and negatives; themes.

Docs: sponsored-brands/3-0/openapi/prod. The v3 media types without .2 leave out brand-video ad groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tap_amazon_ads_entities.endpoints.model import (
    JSON,
    STATES_LOWER,
    STATES_UPPER,
    CampaignBatches,
    ListEndpoint,
    Lookup,
    Paging,
    Part,
    by_state,
    ids_in_body,
    in_campaigns,
    include,
)
from tap_amazon_ads_entities.rows.ad_groups import sb_ad_group
from tap_amazon_ads_entities.rows.ads import sb_ad
from tap_amazon_ads_entities.rows.campaigns import sb_campaign
from tap_amazon_ads_entities.rows.context import RowFunction
from tap_amazon_ads_entities.rows.targets import clause, keyword, theme

# KDP authors have no Sponsored Brands; attribution accounts have no sponsored ads at all.
UNAVAILABLE_TO = frozenset({"KDP_AUTHOR", "AMAZON_ATTRIBUTION"})
_NEGATIVE_STATES = ("enabled", "archived")


def _v4(  # noqa: PLR0913 - what differs, in one row each
    resource: str,
    media: str,
    entity: str,
    total: str,
    to_row: RowFunction | None,
    id_field: str,
    by_campaigns: CampaignBatches | None = None,
) -> ListEndpoint:
    media_type = f"application/vnd.{media}.v4+json"
    return ListEndpoint(
        path=f"sb/v4/{resource}/list",
        entity=entity,
        ad_product="SB",
        envelope=resource,
        accept=media_type,
        content_type=media_type,
        paging=Paging.NEXT_TOKEN,
        size_field="maxResults",
        max_page_size=100,
        # The schema of the ads list has no extended flag; it returns the extended data all the same.
        body={
            **include("stateFilter", STATES_UPPER),
            **({} if resource == "ads" else {"includeExtendedDataFields": to_row is not None}),
        },
        total_field=total,
        to_row=to_row,
        id_field=id_field,
        by_state=by_state(*([state] for state in STATES_UPPER)),
        by_campaigns=by_campaigns,
        # Old ads have no id by which they could be asked for.
        by_ids=replace(ids_in_body(f"{id_field}Filter", 10), reaches_all=resource != "ads"),
        unavailable_to=UNAVAILABLE_TO,
    )


CAMPAIGN_IDS = Lookup(
    source=_v4("campaigns", "sbcampaignresource", "campaigns", "totalCount", None, "campaignId"),
    key="campaignId",
    value="campaignId",
)
_TENS = CampaignBatches(campaigns=CAMPAIGN_IDS, size=10, narrow=in_campaigns)


def _keywords_of(campaign_ids: Sequence[str]) -> Part:
    return Part(query={"campaignIdFilter": ",".join(campaign_ids)})


def _in_states(*groups: Iterable[str]) -> tuple[Part, ...]:
    return tuple(Part(query={"stateFilter": ",".join(states)}) for states in groups)


def _keywords(resource: str, media: str, reads: Sequence[Part], to_row: RowFunction) -> ListEndpoint:
    return ListEndpoint(
        path=f"sb/{resource}",
        entity="targets",
        ad_product="SB",
        envelope=None,
        accept=f"application/vnd.{media}.v3.2+json",
        content_type=None,
        paging=Paging.OFFSET,
        size_field="count",
        max_page_size=100,
        reads=reads,
        to_row=to_row,
        id_field="keywordId",
        # Without a campaign filter, by ids too, this list is known to leave rows out; with one, those of campaigns
        # nobody lists.
        by_campaigns=CampaignBatches(campaigns=CAMPAIGN_IDS, size=100, narrow=_keywords_of, always=True),
        unavailable_to=UNAVAILABLE_TO,
    )


def _v3_list(
    resource: str, accept: str, reads: Sequence[Part], to_row: RowFunction, id_field: str = "targetId"
) -> ListEndpoint:
    return ListEndpoint(
        path=f"sb/{resource}/list",
        entity="targets",
        ad_product="SB",
        envelope=resource,
        accept=accept,
        # A vendor type here is answered with 415.
        content_type=JSON,
        paging=Paging.NEXT_TOKEN,
        size_field="maxResults",
        max_page_size=5000,
        reads=reads,
        to_row=to_row,
        id_field=id_field,
        unavailable_to=UNAVAILABLE_TO,
    )


def _state_filter(states: Iterable[str]) -> tuple[Part, ...]:
    """With the states that the filter admits, and without it: then all targets come, drafts too."""
    return (Part(body={"filters": [{"filterType": "TARGETING_STATE", "values": list(states)}]}), Part())


ENDPOINTS = (
    _v4("campaigns", "sbcampaignresource", "campaigns", "totalCount", sb_campaign, "campaignId"),
    _v4("adGroups", "sbadgroupresource", "ad_groups", "totalResults", sb_ad_group, "adGroupId", _TENS),
    _v4("ads", "sbadresource", "ads", "totalResults", sb_ad, "adId", _TENS),
    _keywords("keywords", "sbkeyword", _in_states(STATES_LOWER), keyword("sb")),
    # The filter takes one state here.
    _keywords(
        "negativeKeywords",
        "sbnegativekeyword",
        _in_states(*([state] for state in _NEGATIVE_STATES)),
        keyword("sb", negative=True),
    ),
    _v3_list(
        "targets",
        "application/vnd.sblisttargetsresponse.v3.2+json",
        _state_filter(STATES_LOWER),
        clause("sb"),
    ),
    _v3_list(
        "negativeTargets",
        "application/vnd.sblistnegativetargetsresponse.v3.2+json",
        _state_filter(_NEGATIVE_STATES),
        clause("sb", negative=True),
    ),
    _v3_list(
        "themes",
        "application/vnd.sbthemeslistresponse.v3+json",
        (Part(body={"stateFilter": {"include": list(STATES_LOWER)}}),),
        theme,
        "themeId",
    ),
)
