"""Entities that somebody holds and the last complete read did not list: the questions that ask for each by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tap_amazon_ads_entities.endpoints.model import ListEndpoint

ACCOUNT_WIDE = "any"
"""What the ad product of lists is called that belong to all."""

Unlisted = Mapping[str, Sequence[str]]
"""Ids by ad product (sp, sb, sd, st or any)."""


def product_of(endpoint: ListEndpoint) -> str:
    """The ad product of a list, as `Unlisted` names it."""
    return (endpoint.ad_product or ACCOUNT_WIDE).lower()


def questions(endpoints: Iterable[ListEndpoint], unlisted: Unlisted) -> Iterator[ListEndpoint]:
    """The lists, asked for these ids alone; none of an ad product of which a list cannot be asked by ids.

    An id does not say which list of its product it was in: that it is nowhere is known when all have been asked.

    Args:
        endpoints: the lists of one entity.
        unlisted: ids of that entity.
    """
    endpoints = tuple(endpoints)
    for product, ids in unlisted.items():
        lists = [endpoint for endpoint in endpoints if product_of(endpoint) == product]
        if ids and all(endpoint.by_ids is not None and not endpoint.ad_products for endpoint in lists):
            yield from (endpoint.of_ids(ids) for endpoint in lists)
