"""The catalogue of Amazon's list endpoints: data, one module per ad product or source; and the hosts they are on.

Says what there is to ask for and asks nothing: imports nothing but `rows`, which it names for each list.
"""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints import accounts, exports, history, sb, sd, sp, unified
from tap_amazon_ads_entities.endpoints.model import ListEndpoint

LISTS, UNIFIED, EXPORTS = SOURCES = ("lists", "unified", "exports")
"""Where rows can come from."""

CATALOGUE: tuple[ListEndpoint, ...] = (*accounts.ENDPOINTS, *sp.ENDPOINTS, *sb.ENDPOINTS, *sd.ENDPOINTS)
"""Every list of the ad products that the entity streams read, in the order in which they read them."""

_CATALOGUES = {
    LISTS: (*CATALOGUE, *history.ENDPOINTS),
    # Portfolios are nowhere but in their list, nor is the history.
    UNIFIED: (*accounts.ENDPOINTS, *unified.ENDPOINTS, *history.ENDPOINTS),
    EXPORTS: (*accounts.ENDPOINTS, *exports.ENDPOINTS, *history.ENDPOINTS),
}

AD_PRODUCTS = ("SP", "SB", "SD")
"""What is read where nothing is chosen."""

AD_PRODUCTS_OF = {LISTS: AD_PRODUCTS, UNIFIED: unified.AD_PRODUCTS, EXPORTS: exports.AD_PRODUCTS}
"""What each source has."""


def endpoints_of(entity: str, ad_products: frozenset[str], source: str = LISTS) -> tuple[ListEndpoint, ...]:
    """The lists that make up one entity, for the chosen ad products (account-wide lists belong to all)."""
    return tuple(
        exports.narrowed(endpoint, ad_products) if endpoint.ad_products else endpoint
        for endpoint in _CATALOGUES[source]
        if endpoint.entity == entity and (endpoint.ad_product is None or endpoint.ad_product in ad_products)
    )
