"""Where each column comes from, per ad product: for the documentation of the tables."""

from __future__ import annotations

_EXTENDED = {
    "serving_status": "extendedData.servingStatus",
    "creation_time": "extendedData.creationDateTime",
    "last_updated_time": "extendedData.lastUpdateDateTime",
}
_SB_EXTENDED = {
    "serving_status": "extendedData.servingStatus",
    "creation_time": "extendedData.creationDate",
    "last_updated_time": "extendedData.lastUpdateDate",
}
_SD_EXTENDED = {
    "serving_status": "servingStatus",
    "creation_time": "creationDate",
    "last_updated_time": "lastUpdatedDate",
}
_REST = "extendedData.servingStatusDetails, …"
_OURS = {
    "profile_id": "the profile asked for",
    "synced_at": "time of the request",
    "computed_status": "state, serving_status",
}
_PARENTS = {"campaign_id": "campaignId", "ad_group_id": "adGroupId", "state": "state", "ad_product": "the list"}


def _campaign(**fields: str) -> dict[str, str]:
    return {
        **_OURS,
        "campaign_id": "campaignId",
        "name": "name",
        "campaign_type": "the list",
        "portfolio_id": "portfolioId",
        "state": "state",
        "currency_code": "the profile's currencyCode",
        "start_date": "startDate",
        "end_date": "endDate",
        **fields,
    }


def _group(**fields: str) -> dict[str, str]:
    return {**_OURS, **_PARENTS, "name": "name", **fields}


def _ad(**fields: str) -> dict[str, str]:
    return {**_OURS, **_PARENTS, "ad_id": "adId", **fields}


def _target(**fields: str) -> dict[str, str]:
    return {
        **_OURS,
        **_PARENTS,
        "target_id": "keywordId, targetId, themeId",
        "target_type": "the list, types of the expression",
        "target_level": "the list, adGroupId",
        "negative": "the list",
        "match_type": "matchType, first type of the expression, themeType",
        "bid_micros": "bid",
        **fields,
    }


_DAILY = {"budget_micros": "budget", "daily_budget_micros": "budget", "budget_type": "budgetType"}

SOURCE_FIELDS: dict[str, dict[str, dict[str, str]]] = {
    "entity_campaigns": {
        "Sponsored Products": _campaign(
            targeting_type="targetingType",
            budget_type="budget.budgetType",
            budget_micros="budget.budget",
            daily_budget_micros="budget.budget where budgetType is DAILY",
            bidding="dynamicBidding, effectiveBudget, tags, …",
            **_EXTENDED,
        ),
        "Sponsored Brands": _campaign(
            cost_type="costType",
            bidding="bidding, goal, brandEntityId, ruleBasedBudget, tags, …",
            **{**_DAILY, "daily_budget_micros": "budget where budgetType is DAILY"},
            **_SB_EXTENDED,
        ),
        "Sponsored Display": _campaign(
            cost_type="costType",
            bidding="tactic, ruleBasedBudget, …",
            **_DAILY,
            **_SD_EXTENDED,
        ),
    },
    "entity_ad_groups": {
        "Sponsored Products": _group(default_bid_micros="defaultBid", other_fields=_REST, **_EXTENDED),
        "Sponsored Brands": _group(other_fields=_REST, **_SB_EXTENDED),
        "Sponsored Display": _group(
            default_bid_micros="defaultBid",
            other_fields="bidOptimization, tactic, creativeType, …",
            **_SD_EXTENDED,
        ),
    },
    "entity_ads": {
        "Sponsored Products": _ad(asin="asin", sku="sku", creative="asin, sku, customText, …", **_EXTENDED),
        "Sponsored Brands": _ad(name="name", creative="name, creative, landingPage, …", **_SB_EXTENDED),
        "Sponsored Display": _ad(
            name="adName",
            asin="asin",
            sku="sku",
            creative="asin, sku, adName, landingPageURL, landingPageType",
            **_SD_EXTENDED,
        ),
    },
    "entity_targets": {
        "Sponsored Products": _target(
            expression="keywordText as text; expressionType, expression, resolvedExpression",
            **_EXTENDED,
        ),
        "Sponsored Brands": _target(expression="keywordText as text; expressions, resolvedExpressions; themeType"),
        "Sponsored Display": _target(
            campaign_id="campaignId; of negatives through the ad group",
            expression="expressionType, expression, resolvedExpression",
            **_SD_EXTENDED,
        ),
    },
    "entity_ad_extensions": {
        "Sponsored Products": {
            **_OURS,
            "ad_extension_id": "adExtensionId",
            "campaign_id": "through the ad group",
            "ad_group_id": "adGroupId",
            "ad_id": "adId",
            "ad_product": "adProduct",
            "extension_type": "adExtensionType",
            "prompt": "adExtensionSettings.promptExtension.promptText",
            "extension_status": "adExtensionStatus",
            "state": "state",
            "serving_status": "status",
            "settings": "adExtensionSettings, marketplaceScope, …",
            "creation_time": "creationDateTime",
            "last_updated_time": "lastUpdatedDateTime",
        },
    },
}
