"""Amazon's own history of changes: one query, asked for the campaigns of each ad product apart (docs: change-history).

It knows Sponsored Products and Brands, 90 days back. Ids come as numbers, as everywhere else, only where numbers were
asked for: so it is asked for campaigns, ten at a time, and never for the advertiser as a whole. Filters by the kind of
change are not sent: they are not kept to. Themes are known to the newer media type alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tap_amazon_ads_entities.endpoints import sb, sp
from tap_amazon_ads_entities.endpoints.model import JSON, CampaignBatches, ListEndpoint, Lookup, Paging, Part, Window
from tap_amazon_ads_entities.rows.change_events import change_event

CHANGE_EVENTS = "change_events"
AD_PRODUCTS = ("SP", "SB")
_BELOW_CAMPAIGNS = ("AD_GROUP", "AD", "KEYWORD", "NEGATIVE_KEYWORD", "PRODUCT_TARGETING")
_CAMPAIGNS_AT_ONCE = 10


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _between(since: datetime, until: datetime) -> Part:
    return Part(body={"fromDate": _milliseconds(since), "toDate": _milliseconds(until)})


def _of(kinds: Sequence[str]) -> Callable[[Sequence[str]], Part]:
    def narrow(campaign_ids: Sequence[str]) -> Part:
        below = {"parents": [{"campaignId": campaign_id} for campaign_id in campaign_ids]}
        events = {"CAMPAIGN": {"eventTypeIds": list(campaign_ids)}, **dict.fromkeys(kinds, below)}
        return Part(body={"eventTypes": events})

    return narrow


def _history(
    ad_product: str, accept: str, campaigns: Lookup, kinds: Sequence[str], unavailable_to: frozenset[str] = frozenset()
) -> ListEndpoint:
    return ListEndpoint(
        path="history",
        of=ad_product,
        entity=CHANGE_EVENTS,
        ad_product=ad_product,
        envelope="events",
        accept=accept,
        content_type=JSON,
        paging=Paging.NEXT_TOKEN,
        size_field="count",
        min_page_size=50,
        max_page_size=200,
        # In the order in which they happened, what happens meanwhile moves no page.
        body={"sort": {"key": "DATE", "direction": "ASC"}},
        to_row=change_event(ad_product.lower()),
        id_field="",
        by_campaigns=CampaignBatches(campaigns, _CAMPAIGNS_AT_ONCE, _of(kinds), always=True, alone=True),
        unavailable_to=unavailable_to,
        window=Window(timedelta(days=90), _between),
        pace="history",
    )


ENDPOINTS = (
    _history("SP", JSON, sp.CAMPAIGN_IDS, _BELOW_CAMPAIGNS),
    _history(
        "SB",
        "application/vnd.historyresponse.v1.1+json",
        sb.CAMPAIGN_IDS,
        (*_BELOW_CAMPAIGNS, "THEME"),
        sb.UNAVAILABLE_TO,
    ),
)
