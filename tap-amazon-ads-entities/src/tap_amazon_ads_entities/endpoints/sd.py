"""Sponsored Display: five extended lists over bare arrays (docs: sponsored-display/3-0/openapi)."""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints.model import JSON, STATES_LOWER, ListEndpoint, Lookup, Paging, ids_in_query
from tap_amazon_ads_entities.rows.ad_groups import sd_ad_group
from tap_amazon_ads_entities.rows.ads import sd_ad
from tap_amazon_ads_entities.rows.campaigns import sd_campaign
from tap_amazon_ads_entities.rows.context import RowFunction
from tap_amazon_ads_entities.rows.targets import clause

_IDS = 50
"""No maximum is documented. The address stays short, and the answer is less than a page: its end is soon seen."""

_UNAVAILABLE_TO = frozenset({"KDP_AUTHOR", "AMAZON_ATTRIBUTION"})


def _list(
    path: str,
    entity: str,
    to_row: RowFunction | None,
    id_field: str,
    *,
    campaign_of: Lookup | None = None,
) -> ListEndpoint:
    return ListEndpoint(
        path=f"sd/{path}",
        entity=entity,
        ad_product="SD",
        envelope=None,
        accept=JSON,
        content_type=None,
        paging=Paging.OFFSET,
        size_field="count",
        max_page_size=100,
        # The specification's own spelling of "all three", with the space.
        query={"stateFilter": ", ".join(STATES_LOWER)},
        to_row=to_row,
        id_field=id_field,
        by_ids=ids_in_query(f"{id_field}Filter", _IDS),
        campaign_of=campaign_of,
        unavailable_to=_UNAVAILABLE_TO,
    )


_CAMPAIGN_OF = Lookup(source=_list("adGroups", "ad_groups", None, "adGroupId"), key="adGroupId", value="campaignId")

ENDPOINTS = (
    _list("campaigns/extended", "campaigns", sd_campaign, "campaignId"),
    _list("adGroups/extended", "ad_groups", sd_ad_group, "adGroupId"),
    _list("productAds/extended", "ads", sd_ad, "adId"),
    _list("targets/extended", "targets", clause("sd"), "targetId", campaign_of=_CAMPAIGN_OF),
    # Negative targets say only which ad group they belong to.
    _list("negativeTargets/extended", "targets", clause("sd", negative=True), "targetId", campaign_of=_CAMPAIGN_OF),
)
