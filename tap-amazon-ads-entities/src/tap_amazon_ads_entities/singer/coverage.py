"""What reading an entity covers: its ad products, and which lists of the catalogue that meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from tap_amazon_ads_entities.endpoints import LISTS, endpoints_of

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class Coverage:
    """A part of one entity.

    Args:
        ad_products: SP, SB, SD; none where the entity's lists belong to no product.
        lists: digest of the lists that were, or would be, read for them.
    """

    ad_products: frozenset[str]
    lists: str


@lru_cache(maxsize=64)
def coverage(entity: str, ad_products: frozenset[str], source: str = LISTS) -> Coverage:
    """What today's catalogue reads of an entity for these ad products."""
    endpoints = endpoints_of(entity, ad_products, source)
    products = frozenset(
        product for endpoint in endpoints for product in (endpoint.ad_product, *endpoint.ad_products) if product
    )
    paths = "\n".join(sorted(endpoint.path for endpoint in endpoints))
    return Coverage(products, blake2b(paths.encode(), digest_size=_DIGEST_BYTES).hexdigest())
