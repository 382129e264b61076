"""The catalogue of Amazon's list endpoints: data, one module per ad product; and the hosts they are on.

Says what there is to ask for and asks nothing: imports nothing but `rows`, which it names for each list.
"""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints import accounts, sb, sd, sp
from tap_amazon_ads_entities.endpoints.model import ListEndpoint

CATALOGUE: tuple[ListEndpoint, ...] = (*accounts.ENDPOINTS, *sp.ENDPOINTS, *sb.ENDPOINTS, *sd.ENDPOINTS)
"""Every list the entity streams read, in the order in which they read them."""

AD_PRODUCTS = ("SP", "SB", "SD")


def endpoints_of(entity: str, ad_products: frozenset[str]) -> tuple[ListEndpoint, ...]:
    """The lists that make up one entity, for the chosen ad products (account-wide lists belong to all)."""
    return tuple(
        endpoint
        for endpoint in CATALOGUE
        if endpoint.entity == entity and (endpoint.ad_product is None or endpoint.ad_product in ad_products)
    )
