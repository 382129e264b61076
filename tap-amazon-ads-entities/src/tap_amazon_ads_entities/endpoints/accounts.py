"""Account-wide lists."""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints.model import ListEndpoint, Paging, ids_in_body
from tap_amazon_ads_entities.rows.accounts import portfolio

PROFILES_PATH = "v2/profiles"
PROFILES_QUERY = {
    # Agency profiles have no sponsored-ads entities and answer 400 on every list.
    "profileTypeFilter": "seller,vendor",
    # Without it, profiles the user may only view are missing from the list.
    "accessLevel": "view",
}

_PORTFOLIO = "application/vnd.spPortfolio.v3+json"

ENDPOINTS = (
    ListEndpoint(
        path="portfolios/list",
        entity="portfolios",
        ad_product=None,
        envelope="portfolios",
        accept=_PORTFOLIO,
        content_type=_PORTFOLIO,
        paging=Paging.NEXT_TOKEN,
        size_field=None,
        max_page_size=1000,
        body={"includeExtendedDataFields": True},
        total_field="totalResults",
        to_row=portfolio,
        id_field="portfolioId",
        by_ids=ids_in_body("portfolioIdFilter", 1000),
    ),
)
