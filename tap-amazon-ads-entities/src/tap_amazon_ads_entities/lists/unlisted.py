"""Entities that somebody holds and the last complete read did not list: the questions that ask for each by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tap_amazon_ads_entities.endpoints.model import ListEndpoint

ACCOUNT_WIDE = "any"
"""What the ad product of lists is called that belong to all."""

Unlisted = Mapping[str, Sequence[str]]
"""Ids by ad product (sp, sb, sd, st or any). There may be more: those are asked for in later runs, and so are all of a
product without any here."""


def product_of(endpoint: ListEndpoint) -> str:
    """The ad product of a list, as `Unlisted` names it."""
    return (endpoint.ad_product or ACCOUNT_WIDE).lower()


def askable(endpoints: Iterable[ListEndpoint], unlisted: Unlisted) -> dict[str, list[ListEndpoint]]:
    """{ad product: its lists}, of those of which every list can be asked by ids.

    An id does not say which list of its product it was in: that it is nowhere is known when all have been asked.

    Args:
        endpoints: the lists of one entity.
        unlisted: ids of that entity.
    """
    found: dict[str, list[ListEndpoint]] = {}
    for endpoint in endpoints:
        if product_of(endpoint) in unlisted:
            found.setdefault(product_of(endpoint), []).append(endpoint)
    return {
        product: lists
        for product, lists in found.items()
        if all(endpoint.by_ids is not None and not endpoint.ad_products for endpoint in lists)
    }


def questions(endpoints: Iterable[ListEndpoint], unlisted: Unlisted) -> Iterator[ListEndpoint]:
    """The lists, asked for these ids alone; none of an ad product of which a list cannot be asked by ids.

    Args:
        endpoints: the lists of one entity.
        unlisted: ids of that entity.
    """
    for product, lists in askable(endpoints, unlisted).items():
        if ids := unlisted[product]:
            yield from (endpoint.of_ids(ids) for endpoint in lists)
