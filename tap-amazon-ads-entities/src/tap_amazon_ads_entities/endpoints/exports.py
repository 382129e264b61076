"""Exports: one file an entity, with all ad products in it (docs: guides/exports; Amazon's file of exports).

No filter is on time or ids. What the filters of targets leave out by default is nothing, so they are not sent.
"""

from __future__ import annotations

from dataclasses import replace

from tap_amazon_ads_entities.endpoints.model import STATES_UPPER, ListEndpoint, Lookup, Paging
from tap_amazon_ads_entities.rows import common_model
from tap_amazon_ads_entities.rows.context import RowFunction

AD_PRODUCTS = ("SP", "SB", "SD")
_NAMES = {short.upper(): name for name, short in common_model.AD_PRODUCTS.items()}
_AD_PRODUCTS = {product: _NAMES[product] for product in AD_PRODUCTS}


def _export(
    name: str, entity: str, to_row: RowFunction | None, id_field: str, campaign_of: Lookup | None = None
) -> ListEndpoint:
    media_type = f"application/vnd.{name.lower()}export.v1+json"
    return ListEndpoint(
        path=f"{name}/export",
        entity=entity,
        ad_product=None,
        envelope=None,
        # Of the question how it is going, too: another one is refused.
        accept=media_type,
        content_type=media_type,
        paging=Paging.FILE,
        size_field=None,
        max_page_size=1,
        body={"adProductFilter": list(_AD_PRODUCTS.values()), "stateFilter": list(STATES_UPPER)},
        to_row=to_row,
        id_field=id_field,
        ad_products=frozenset(_AD_PRODUCTS),
        campaign_of=campaign_of,
    )


_CAMPAIGN_OF = Lookup(
    source=_export("adGroups", "ad_groups", None, "adGroupId"),
    key="adGroupId",
    value="campaignId",
)

ENDPOINTS = (
    _export("campaigns", "campaigns", common_model.campaign, "campaignId"),
    _export("adGroups", "ad_groups", common_model.ad_group, "adGroupId"),
    _export("ads", "ads", common_model.ad, "adId", _CAMPAIGN_OF),
    _export("targets", "targets", common_model.target, "targetId", _CAMPAIGN_OF),
)


def narrowed(endpoint: ListEndpoint, ad_products: frozenset[str]) -> ListEndpoint:
    """An export of some ad products, with the list that it needs narrowed alike: both are the same job of a profile."""
    chosen = endpoint.ad_products & ad_products
    names = [name for product, name in _AD_PRODUCTS.items() if product in chosen]
    lookup = endpoint.campaign_of
    return replace(
        endpoint,
        ad_products=chosen,
        body={**endpoint.body, "adProductFilter": names},
        campaign_of=lookup and replace(lookup, source=narrowed(lookup.source, ad_products)),
    )
