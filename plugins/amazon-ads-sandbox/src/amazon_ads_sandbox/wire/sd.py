"""Sponsored Display, extended lists: numbers for ids, lower-case states, epoch times beside the other fields."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common import day, money, present

_AS_TEXT_EVERY = 5


def _times(entity: Entity) -> dict[str, Any]:
    return {"servingStatus": entity.serving, "creationDate": entity.created, "lastUpdatedDate": entity.updated}


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign: the budget is always daily."""
    del profile
    more = entity.more
    portfolio = more["portfolio"]
    return present(
        campaignId=entity.entity_id,
        name=entity.name,
        tactic=more["tactic"],
        budgetType="daily",
        budget=money(entity.amount),
        startDate=day(entity.created or 0, compact=True),
        endDate=day((entity.created or 0) + 10**10, compact=True) if more["ends"] else None,
        state=entity.state,
        portfolioId=None if portfolio is None else entity_id("", "portfolio", portfolio),
        costType=more["cost_type"].lower(),
        ruleBasedBudget={"isProcessing": False, "applicableRuleName": "+20%"} if more["tagged"] else None,
        **_times(entity),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group."""
    del profile
    return {
        "adGroupId": entity.entity_id,
        "name": entity.name,
        "campaignId": entity.campaign_id,
        "defaultBid": money(entity.amount),
        "state": entity.state,
        "bidOptimization": "clicks",
        **_times(entity),
    }


def product_ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad; some lead away from Amazon."""
    base = {
        "adId": entity.entity_id,
        "adGroupId": entity.ad_group_id,
        "campaignId": entity.campaign_id,
        "state": entity.state,
        **_times(entity),
    }
    if entity.more["style"] == 0:
        return {
            **base,
            "landingPageURL": "https://example.com/offer",
            "landingPageType": "OFF_AMAZON_LINK",
            "adName": entity.name,
        }
    sku = {"sku": entity.more["sku"]} if profile.account_type == "seller" else {}
    return {**base, "asin": entity.more["asin"], **sku}


def expression(entity: Entity) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Flat, nested and content-category expressions; some resolved values are one text."""
    more = entity.more
    node = str(more["node"])
    if entity.kind == "neg_target":
        flat: list[dict[str, Any]] = [{"type": "asinSameAs", "value": more["asin"]}]
        return flat, flat
    lookback = {"type": "lookback", "value": "30"}
    styles: list[list[dict[str, Any]]] = [
        [{"type": "asinSameAs", "value": more["asin"]}],
        [{"type": "views", "value": [{"type": "asinCategorySameAs", "value": node}, lookback]}],
        [{"type": "purchases", "value": [{"type": "exactProduct"}, lookback]}],
        [{"type": "audience", "value": [{"type": "audienceSameAs", "value": node}]}],
        [{"type": "contentCategorySameAs", "value": f"amzn1.iab-content.{node}"}],
        [{"type": "similarProduct"}],
    ]
    chosen = styles[more["style"]]
    if more["style"] == 1 and entity.number % _AS_TEXT_EVERY == 0:
        return chosen, [{"type": "views", "value": f'category="{node}" lookback=30'}]
    return chosen, chosen


def target(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A target; negatives say only which ad group they belong to."""
    del profile
    native, resolved = expression(entity)
    negative = entity.kind == "neg_target"
    return present(
        targetId=entity.entity_id,
        adGroupId=entity.ad_group_id,
        campaignId=None if negative else entity.campaign_id,
        state=entity.state,
        expressionType="manual",
        bid=None if negative else money(entity.amount),
        expression=native,
        resolvedExpression=resolved,
        **_times(entity),
    )
