"""Sponsored Products v3 and portfolios: text ids, upper-case enums, ISO times inside extendedData."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common import ad_group_names, day, iso, money, present

_EPOCH_ONLY_EVERY = 17
_BOTH_EVERY = 5


def has_reasons(entity: Entity) -> bool:
    """Whether the entity says its times as epochs alone, and names reasons for its status."""
    return entity.number % _EPOCH_ONLY_EVERY == _EPOCH_ONLY_EVERY - 1


def extended(entity: Entity) -> dict[str, Any]:
    """Serving status and times; a few rows have only the epoch pair, some have both."""
    created, updated = entity.created or 0, entity.updated or 0
    data: dict[str, Any] = {"servingStatus": entity.serving}
    epoch = {"creationDate": created, "lastUpdateDate": updated}
    if has_reasons(entity):
        return {**data, **epoch, "statusReasons": [f"{entity.serving}_DETAIL"]}
    data |= {"creationDateTime": iso(created), "lastUpdateDateTime": iso(updated), "servingStatusDetails": []}
    return {**data, **epoch} if entity.number % _BOTH_EVERY == 0 else data


def campaign(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One campaign."""
    del profile
    more = entity.more
    amount = money(entity.amount)
    assert amount is not None  # noqa: S101 - campaigns have budgets
    bidding: dict[str, Any] = {
        "strategy": more["strategy"],
        "placementBidding": [{"placement": "PLACEMENT_TOP", "percentage": more["percentage"]}],
    }
    portfolio = more["portfolio"]
    return present(
        campaignId=str(entity.entity_id),
        portfolioId=None if portfolio is None else str(entity_id("", "portfolio", portfolio)),
        name=entity.name,
        targetingType="AUTO" if more["auto"] else "MANUAL",
        state=entity.state.upper(),
        dynamicBidding=bidding,
        budget=present(
            budgetType="DAILY",
            budget=amount,
            effectiveBudget=amount * 2 if more["effective_factor"] else None,
        ),
        startDate=day(entity.created or 0),
        endDate=day((entity.created or 0) + 10**10) if more["ends"] else None,
        tags={"team": "emea"} if more["tagged"] else None,
        offAmazonSettings={"offAmazonBudgetControlStrategy": "MINIMIZE_SPEND"} if more["tagged"] else None,
        fieldFromTheFuture={"value": more["percentage"]} if more["news"] else None,
        extendedData=extended(entity),
    )


def ad_group(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad group."""
    del profile
    return {**ad_group_names(entity), "defaultBid": money(entity.amount), "extendedData": extended(entity)}


def product_ad(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One ad: vendors name the ASIN alone, sellers the SKU as well."""
    more = entity.more
    return present(
        adId=str(entity.entity_id),
        campaignId=str(entity.campaign_id),
        adGroupId=str(entity.ad_group_id),
        asin=more["asin"],
        sku=more["sku"] if profile.account_type == "seller" else None,
        customText="Read it" if profile.sub_type == "KDP_AUTHOR" else None,
        state=entity.state.upper(),
        extendedData=extended(entity),
    )


def keyword(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A keyword, positive or negative, of an ad group or a campaign."""
    del profile
    more = entity.more
    negative = entity.kind != "keyword"
    native = more["native"] and not negative
    return present(
        keywordId=str(entity.entity_id),
        campaignId=str(entity.campaign_id),
        adGroupId=None if entity.ad_group_id is None else str(entity.ad_group_id),
        keywordText=entity.name,
        nativeLanguageKeyword="跑步鞋" if native else None,
        nativeLanguageLocale="zh_CN" if native else None,
        matchType=("NEGATIVE_" if negative else "") + more["match"].upper(),
        state=entity.state.upper(),
        bid=money(entity.amount),
        extendedData=extended(entity),
    )


def expression(entity: Entity) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Expression and resolved expression of a targeting clause."""
    more = entity.more
    if more["auto"]:
        auto = [{"type": more["auto"][0]}]
        return auto, auto
    node = str(more["node"])
    if entity.kind != "target":
        kind = "ASIN_BRAND_SAME_AS" if more["style"] % 2 else "ASIN_SAME_AS"
        value = node if more["style"] % 2 else more["asin"]
        return [{"type": kind, "value": value}], [{"type": kind, "value": f"resolved {value}"}]
    styles: list[list[dict[str, Any]]] = [
        [{"type": "ASIN_SAME_AS", "value": more["asin"]}],
        [{"type": "ASIN_EXPANDED_FROM", "value": more["asin"]}],
        [
            {"type": "ASIN_CATEGORY_SAME_AS", "value": node},
            {"type": "ASIN_PRICE_BETWEEN", "value": "10-50"},
            {"type": "ASIN_REVIEW_RATING_GREATER_THAN", "value": "4"},
        ],
        [{"type": "ASIN_BRAND_SAME_AS", "value": node}],
        [{"type": "KEYWORD_GROUP_SAME_AS", "value": "brand"}],
        [{"type": "OTHER", "value": "something new"}],
    ]
    chosen = styles[more["style"]]
    return chosen, [{**part, "value": f"resolved {part['value']}"} for part in chosen]


def clause(entity: Entity, profile: Profile) -> dict[str, Any]:
    """A targeting clause, positive or negative."""
    del profile
    native, resolved = expression(entity)
    return present(
        targetId=str(entity.entity_id),
        campaignId=str(entity.campaign_id),
        adGroupId=None if entity.ad_group_id is None else str(entity.ad_group_id),
        expressionType=("AUTO" if entity.more["auto"] else "MANUAL") if entity.kind == "target" else None,
        expression=native,
        resolvedExpression=resolved,
        state=entity.state.upper(),
        bid=money(entity.amount),
        extendedData=extended(entity),
    )


def portfolio(entity: Entity, profile: Profile) -> dict[str, Any]:
    """One portfolio."""
    policy = entity.more["policy"]
    capped = policy != "NO_CAP"
    return {
        "portfolioId": str(entity.entity_id),
        "name": entity.name,
        "state": "ENABLED",
        "inBudget": entity.more["in_budget"],
        "budget": {
            "policy": policy,
            "amount": money(entity.amount) if capped else None,
            "currencyCode": profile.currency,
            "startDate": day(entity.created or 0) if capped else None,
            "endDate": day(entity.updated or 0) if policy == "DATE_RANGE" else None,
        },
        "budgetControls": {"campaignUnspentBudgetSharing": {"featureState": "ENABLED" if capped else "DISABLED"}},
        "extendedData": {
            "creationDateTime": iso(entity.created or 0),
            "lastUpdateDateTime": iso(entity.updated or 0),
            "servingStatus": entity.serving,
            "statusReasons": [f"{entity.serving}_DETAIL"],
        },
    }
