"""Rows of `entity_targets`: keywords and every other target, positive and negative, in one model.

Primary key (profile_id, target_id): a keyword's `keywordId` becomes the target id, as in Amazon's own common model.
"""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows import expressions
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext, RowFunction
from tap_amazon_ads_entities.rows.extended import Extended, extended, flat_extended
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.values import identifier, lower, micros, snake, without

_COMMON = frozenset(
    {"campaignId", "adGroupId", "state", "bid", "extendedData", "servingStatus", "creationDate", "lastUpdatedDate"},
)
_KEYWORD_COLUMNS = _COMMON | {"keywordId", "keywordText", "matchType"}
_CLAUSE_COLUMNS = _COMMON | {"targetId", "expression", "expressions", "resolvedExpression", "resolvedExpressions"}
_THEME_COLUMNS = _COMMON | {"themeId"}


def _row(  # noqa: PLR0913 - what differs between the kinds of target, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    ad_product: str,
    target_id: Any,
    target_type: str,
    match_type: str | None,
    expression: dict[str, Any],
    negative: bool,
    level: str,
) -> Row:
    get = item.get
    state = get("state")
    ad_group_id = identifier(get("adGroupId"))
    campaign_id = identifier(get("campaignId"))
    if campaign_id is None and ad_group_id is not None:
        campaign_id = context.campaign_of.get(ad_group_id)
    return {
        "profile_id": context.profile_id,
        "target_id": identifier(target_id),
        "campaign_id": campaign_id,
        "ad_group_id": ad_group_id if level == "ad_group" else None,
        "ad_product": ad_product,
        "target_type": target_type,
        "target_level": level,
        "negative": negative,
        "match_type": match_type,
        "expression": expression,
        "state": state,
        "serving_status": known.serving_status,
        "computed_status": computed_status(state, known.serving_status),
        "bid_micros": None if negative else micros(get("bid")),
        "creation_time": known.creation_time,
        "last_updated_time": known.last_updated_time,
        "synced_at": context.synced_at,
    }


def keyword(ad_product: str, *, negative: bool = False, level: str = "ad_group") -> RowFunction:
    """Row function of a keyword list; `matchType` is upper-case on Products and camel-case on Brands."""

    def to_row(item: Item, context: RowContext) -> Row:
        return _row(
            item,
            context,
            extended(item),
            ad_product=ad_product,
            target_id=item.get("keywordId"),
            target_type="keyword",
            match_type=snake(item.get("matchType")),
            expression={"text": item.get("keywordText"), **without(item, _KEYWORD_COLUMNS)},
            negative=negative,
            level=level,
        )

    return to_row


def clause(ad_product: str, *, negative: bool = False, level: str = "ad_group") -> RowFunction:
    """Row function of a targeting-clause list; Amazon's expressions are kept as they are, unknown types too."""
    read_extended = flat_extended if ad_product == "sd" else extended

    def to_row(item: Item, context: RowContext) -> Row:
        native = expressions.as_list(item.get("expression", item.get("expressions")))
        resolved = expressions.as_list(item.get("resolvedExpression", item.get("resolvedExpressions")))
        types = expressions.outer_types(native)
        expression = {"expression": native, "resolvedExpression": resolved, **without(item, _CLAUSE_COLUMNS)}
        return _row(
            item,
            context,
            read_extended(item),
            ad_product=ad_product,
            target_id=item.get("targetId"),
            target_type=expressions.target_type(types, item.get("expressionType")),
            match_type=expressions.match_type(types),
            expression=expression,
            negative=negative,
            level=level,
        )

    return to_row


def theme(item: Item, context: RowContext) -> Row:
    """Sponsored Brands themes: Amazon picks the keywords."""
    return _row(
        item,
        context,
        extended(item),
        ad_product="sb",
        target_id=item.get("themeId"),
        target_type="theme",
        match_type=lower(item.get("themeType")),
        expression=without(item, _THEME_COLUMNS),
        negative=False,
        level="ad_group",
    )
