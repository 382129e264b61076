"""The unified API, version 1: four queries, each asked once for every ad product, and ad extensions (docs: ads-api/v1).

Ad products differ in the largest page and in what may be filtered: ads of Sponsored Display by nothing. None of the
queries names a total, and none filters by time.
"""

from __future__ import annotations

from dataclasses import replace

from tap_amazon_ads_entities.endpoints.model import (
    JSON,
    STATES_UPPER,
    ListEndpoint,
    Lookup,
    Paging,
    by_state,
    ids_in_body,
    include,
)
from tap_amazon_ads_entities.rows import unified
from tap_amazon_ads_entities.rows.ad_extensions import ad_extension
from tap_amazon_ads_entities.rows.context import RowFunction

AD_PRODUCTS = ("SP", "SB", "SD", "ST")
_NAMES = {
    "SP": "SPONSORED_PRODUCTS",
    "SB": "SPONSORED_BRANDS",
    "SD": "SPONSORED_DISPLAY",
    "ST": "SPONSORED_TELEVISION",
}

# Product and query: rows of a page.
_SMALL = {"campaigns": 100, "adGroups": 100, "ads": 100}
_PAGES = {
    "SP": {"campaigns": 1000, "adGroups": 1000, "ads": 1000, "targets": 1000, "adExtensions": 1000},
    "SB": {**_SMALL, "targets": 5000},
    "SD": {**_SMALL, "targets": 5000},
    "ST": {**_SMALL, "campaigns": 1000, "targets": 100},
}
# Product and query: most ids that may be asked for at once.
_IDS = {
    "SP": {"campaigns": 1000, "adGroups": 1000, "ads": 100, "targets": 100, "adExtensions": 100},
    "SB": {"campaigns": 10, "adGroups": 100, "ads": 10, "targets": 100},
    "SD": {"campaigns": 1000, "adGroups": 100, "targets": 100},
    "ST": {"adGroups": 100, "ads": 100, "targets": 100},
}
# Amazon's files require the new name; recorded answers came to the old one.
_CLIENT_HEADERS = ("Amazon-Advertising-API-ClientId", "Amazon-Ads-ClientId")
_UNFILTERED = frozenset({("SD", "ads")})
_NAMED_BY_TARGETS = frozenset({"ST"})
"""Products whose targets always name their campaign."""


def _query(  # noqa: PLR0913 - what differs, in one row each
    product: str, name: str, entity: str, to_row: RowFunction | None, id_field: str, campaign_of: Lookup | None = None
) -> ListEndpoint:
    ids = _IDS.get(product, {}).get(name)
    states = {} if (product, name) in _UNFILTERED else include("stateFilter", STATES_UPPER)
    return ListEndpoint(
        path=f"adsApi/v1/query/{name}",
        of=product,
        entity=entity,
        ad_product=product,
        envelope=name,
        accept=JSON,
        content_type=JSON,
        paging=Paging.NEXT_TOKEN,
        size_field="maxResults",
        max_page_size=_PAGES[product][name],
        client_headers=_CLIENT_HEADERS,
        body={**include("adProductFilter", [_NAMES[product]]), **states},
        total_field="totalResults",
        to_row=to_row,
        id_field=id_field,
        by_ids=None if ids is None else ids_in_body(f"{id_field}Filter", ids),
        campaign_of=campaign_of,
        unavailable_to=frozenset({"KDP_AUTHOR"}) if product == "SB" else frozenset(),
    )


def _campaign_of(product: str) -> Lookup:
    groups = _query(product, "adGroups", "ad_groups", None, "adGroupId")
    return Lookup(groups, key="adGroupId", value="campaignId")


def _of(product: str) -> tuple[ListEndpoint, ...]:
    campaign_of = None if product in _NAMED_BY_TARGETS else _campaign_of(product)
    return (
        _query(product, "campaigns", "campaigns", unified.campaign, "campaignId"),
        _query(product, "adGroups", "ad_groups", unified.ad_group, "adGroupId"),
        _query(product, "ads", "ads", unified.ad, "adId"),
        _query(product, "targets", "targets", unified.target, "targetId", campaign_of),
    )


def _ad_extensions() -> ListEndpoint:
    """Those of Sponsored Products, which alone have some; the filter takes two states of the three.

    Archived ones come last: whatever is archived between the two questions is in both answers, and not in none.
    """
    query = _query("SP", "adExtensions", "ad_extensions", ad_extension, "adExtensionId", _campaign_of("SP"))
    return replace(query, reads=by_state(STATES_UPPER[:2], STATES_UPPER[2:]))


ENDPOINTS = (*(endpoint for product in AD_PRODUCTS for endpoint in _of(product)), _ad_extensions())
