"""Rows of Amazon's common model as exports lay it out, in the columns and words of the lists.

Docs: reference/common-models. All ad products have one shape. Ads, and targets of ad groups, need not name their
campaign: it is that of their ad group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows import ad_groups, ads, campaigns, expressions, targets
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.delivery import serving_status, unsaid
from tap_amazon_ads_entities.rows.extended import Extended
from tap_amazon_ads_entities.rows.target_details import expression_of, kind_of, theme_of
from tap_amazon_ads_entities.rows.unreadable import Unreadable
from tap_amazon_ads_entities.rows.values import identifier, lower, part, snake, timestamp, without

AD_PRODUCTS = {
    "SPONSORED_PRODUCTS": "sp",
    "SPONSORED_BRANDS": "sb",
    "SPONSORED_DISPLAY": "sd",
    # Only in the unified API.
    "SPONSORED_TELEVISION": "st",
}
_AD_PRODUCT_NAMES = ", ".join(AD_PRODUCTS)

DELIVERY = frozenset(
    {"adProduct", "state", "deliveryStatus", "deliveryReasons", "creationDateTime", "lastUpdatedDateTime"}
)
SOURCES = {
    "state": "state",
    "serving_status": "deliveryReasons",
    "creation_time": "creationDateTime",
    "last_updated_time": "lastUpdatedDateTime",
}
_CAMPAIGN_FIELDS = DELIVERY | {
    *("campaignId", "name", "portfolioId", "startDate", "endDate", "costType", "budgetCaps", "targetingSettings")
}
_CAPS_FIELDS = frozenset({"recurrenceTimePeriod", "budgetType", "budgetValue"})
_BUDGET_FIELDS = frozenset({"amount", "currencyCode"})
_BID_FIELDS = frozenset({"bid", "currencyCode"})
_DEFAULT_BID_FIELDS = frozenset({"defaultBid", "currencyCode"})
CAMPAIGN_SOURCES = {
    **SOURCES,
    "campaign_id": "campaignId",
    "name": "name",
    "portfolio_id": "portfolioId",
    "targeting_type": "targetingSettings",
    "cost_type": "costType",
    "budget_type": "budgetCaps.recurrenceTimePeriod",
    "budget_micros": "budgetCaps.budgetValue.monetaryBudget.amount",
    "daily_budget_micros": "budgetCaps.budgetValue.monetaryBudget.amount",
    "start_date": "startDate",
    "end_date": "endDate",
}
_AD_GROUP_FIELDS = DELIVERY | {"adGroupId", "campaignId", "name", "bid"}
AD_GROUP_SOURCES = {
    **SOURCES,
    "ad_group_id": "adGroupId",
    "campaign_id": "campaignId",
    "name": "name",
    "default_bid_micros": "bid.defaultBid",
}
_AD_FIELDS = DELIVERY | {"adId", "adGroupId", "campaignId", "name"}
AD_SOURCES = {
    **SOURCES,
    "ad_id": "adId",
    "campaign_id": "campaignId",
    "ad_group_id": "adGroupId",
    "name": "name",
    "asin": "creative.products",
    "sku": "creative.products",
}
_TARGET_FIELDS = DELIVERY | {*("targetId", "adGroupId", "campaignId", "negative", "bid", "targetType", "targetDetails")}
_THEME_DETAILS = frozenset({"matchType"})
_KEYWORD_DETAILS = frozenset({"matchType", "keyword"})
TARGET_SOURCES = {
    **SOURCES,
    "target_id": "targetId",
    "campaign_id": "campaignId",
    "ad_group_id": "adGroupId",
    "match_type": "targetDetails.matchType",
    "bid_micros": "bid.bid",
    "negative": "negative",
}
_TACTIC = "T000"


def product_of(item: Item, context: RowContext) -> str:
    """The short name of its ad product.

    Raises:
        RefusedItemError: it has none that is known, or none that was asked for: who gives others may leave out some.
    """
    name = item.get("adProduct")
    if not isinstance(name, str) or name not in AD_PRODUCTS:
        raise RefusedItemError(field="adProduct", reason=f"is none of {_AD_PRODUCT_NAMES}")
    product = AD_PRODUCTS[name]
    if context.ad_products and product.upper() not in context.ad_products:
        asked = ", ".join(sorted(context.ad_products))
        raise RefusedItemError(field="adProduct", reason=f"is {name}, although only {asked} was asked for")
    return product


def known_of(item: Item, ad_product: str, level: str, others: dict[str, Any]) -> Extended:
    """Status and times; what the status has no place for goes to the others."""
    get = item.get
    others.update(unsaid(get("deliveryStatus"), get("deliveryReasons")))
    status = serving_status(get("deliveryStatus"), get("deliveryReasons"), ad_product, level)
    return status, timestamp(get("creationDateTime")), timestamp(get("lastUpdatedDateTime")), None


def money(amount: Any, of: dict[str, Any], context: RowContext) -> Any:
    """An amount of the profile's currency; one of another, or of what is no currency, is unreadable in its columns.

    Args:
        amount: in the object.
        of: the object, which may name the currency.
        context: the item's page.
    """
    currency = of.get("currencyCode")
    foreign = currency is not None and context.currency_code is not None and currency != context.currency_code
    return Unreadable(of) if foreign and amount is not None else amount


def _state(item: Item, *, lower_case: bool) -> Any:
    """In the case of the lists: lower on Sponsored Display and for targets of Sponsored Brands."""
    return lower(item.get("state")) if lower_case else item.get("state")


def campaign(item: Item, context: RowContext, sources: Mapping[str, str] = CAMPAIGN_SOURCES) -> Row:
    """A campaign of any ad product."""
    ad_product = product_of(item, context)
    caps = part(item, "budgetCaps")
    value = part(caps, "budgetValue", "budgetCaps.")
    budget = part(value, "monetaryBudget", "budgetCaps.budgetValue.")
    bidding = {**without(budget, _BUDGET_FIELDS), **without(item, _CAMPAIGN_FIELDS)}
    amount = budget.get("amount")
    if caps.get("budgetType") not in (None, "MONETARY") and amount is not None:
        # Of whatever it is an amount, it is none of money.
        amount = Unreadable(caps)
    elif not value.keys() <= {"monetaryBudget"} or not caps.keys() <= _CAPS_FIELDS:
        bidding["budgetCaps"] = caps
    targeting = item.get("targetingSettings")
    if isinstance(targeting, str) and targeting.startswith(_TACTIC):
        bidding["tactic"], targeting = targeting, None
    known = known_of(item, ad_product, "campaign", bidding)
    return campaigns.campaign_row(
        {**item, "state": _state(item, lower_case=ad_product == "sd")},
        context,
        known,
        campaign_type=ad_product,
        budget=money(amount, budget, context),
        budget_type=caps.get("recurrenceTimePeriod"),
        bidding=bidding,
        sources=sources,
        targeting_type=lower(targeting),
    )


def ad_group(item: Item, context: RowContext, sources: Mapping[str, str] = AD_GROUP_SOURCES) -> Row:
    """An ad group of any ad product."""
    ad_product = product_of(item, context)
    bid = part(item, "bid")
    others = without(item, _AD_GROUP_FIELDS)
    if more := without(bid, _DEFAULT_BID_FIELDS):
        others["bid"] = more
    known = known_of(item, ad_product, "ad_group", others)
    state = _state(item, lower_case=ad_product == "sd")
    return ad_groups.ad_group_row(
        {**item, "state": state, "defaultBid": money(bid.get("defaultBid"), bid, context)},
        context,
        known,
        ad_product,
        other_fields=others,
        sources=sources,
    )


def ad(
    item: Item, context: RowContext, sources: Mapping[str, str] = AD_SOURCES, advertised: list[Any] | None = None
) -> Row:
    """An ad of any ad product.

    Args:
        item: the ad.
        context: its page.
        sources: the field of each column.
        advertised: its products, where they are not in the creative itself.
    """
    ad_product = product_of(item, context)
    creative = without(item, _AD_FIELDS)
    known = known_of(item, ad_product, "ad", creative)
    # The lists of Sponsored Brands name products inside the creative only.
    if advertised is None:
        advertised = part(item, "creative").get("products")
    products = {} if ad_product == "sb" else _products(advertised)
    campaign_id = item.get("campaignId")
    if campaign_id is None:
        campaign_id = targets.campaign_of(item.get("adGroupId"), context)
    state = _state(item, lower_case=ad_product == "sd")
    return ads.ad_row(
        {**item, "state": state, "campaignId": campaign_id, **products},
        context,
        known,
        ad_product=ad_product,
        ad_id=identifier(item.get("adId")),
        name=item.get("name"),
        creative=creative,
        sources=sources,
    )


def _products(products: Any) -> dict[str, Any]:
    """The first ASIN and the first SKU."""
    found: dict[str, Any] = {}
    for product in products if isinstance(products, list) else ():
        kind = product.get("productIdType") if isinstance(product, dict) else None
        if kind in ("ASIN", "SKU"):
            found.setdefault(kind.lower(), product.get("productId"))
    return found


def target(item: Item, context: RowContext, sources: Mapping[str, str] = TARGET_SOURCES) -> Row:
    """A target of any ad product and kind."""
    ad_product = product_of(item, context)
    negative = item.get("negative")
    if not isinstance(negative, bool):
        raise RefusedItemError(field="negative", reason="is neither true nor false")
    target_type, match_type, expression = _aim(item, ad_product, negative=negative)
    bid = part(item, "bid")
    expression |= without(item, _TARGET_FIELDS)
    if more := without(bid, _BID_FIELDS):
        expression["bid"] = more
    known = known_of(item, ad_product, "target", expression)
    return targets.target_row(
        {
            **item,
            "state": _state(item, lower_case=ad_product in ("sb", "sd")),
            "bid": money(bid.get("bid"), bid, context),
        },
        context,
        known,
        ad_product=ad_product,
        target_id=item.get("targetId"),
        target_type=target_type,
        match_type=match_type,
        expression=expression,
        negative=negative,
        level="campaign" if item.get("adGroupId") is None else "ad_group",
        sources=sources,
    )


def _aim(item: Item, ad_product: str, *, negative: bool) -> tuple[str, Any, dict[str, Any]]:
    """Target type, match type and expression in the words of the lists."""
    details = part(item, "targetDetails")
    kind = item.get("targetType")
    match = details.get("matchType")
    if kind == "KEYWORD":
        found = snake(match)
        prefix = "negative_" if negative and isinstance(found, str) else ""
        text = {**without(details, _KEYWORD_DETAILS), "text": details.get("keyword")}
        return "keyword", f"{prefix}{found}" if prefix else found, text
    theme = theme_of(ad_product, kind, details)
    if theme is not None:
        return "theme", theme.lower(), {"themeType": theme, **without(details, _THEME_DETAILS)}
    native, resolved, rest = expression_of(ad_product, kind, details)
    types = expressions.outer_types(native)
    expression: dict[str, Any] = {"expression": native, "resolvedExpression": resolved}
    if rest:
        expression |= {"targetType": kind, "targetDetails": rest}
    auto = kind == "AUTO" and ad_product == "sp"
    if ad_product == "sp" and not negative:
        expression["expressionType"] = "AUTO" if auto else "MANUAL"
    elif ad_product == "sd":
        expression["expressionType"] = "manual"
    target_type = expressions.target_type(types, "auto" if auto else None) if types else kind_of(ad_product, kind)
    return target_type, expressions.match_type(types) if types else snake(match), expression
