"""Rows of `entity_targets`: keywords and every other target, positive and negative, in one model.

Primary key (profile_id, target_id): a keyword's `keywordId` becomes the target id, as in Amazon's own common model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap_amazon_ads_entities.rows import columns, expressions
from tap_amazon_ads_entities.rows.check import check
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext, RowFunction
from tap_amazon_ads_entities.rows.extended import (
    FLAT_COLUMNS,
    FLAT_SOURCES,
    SOURCES,
    Extended,
    extended,
    flat_extended,
)
from tap_amazon_ads_entities.rows.status import computed_status
from tap_amazon_ads_entities.rows.unreadable import raw_text
from tap_amazon_ads_entities.rows.values import identifier, lower, micros, snake, without

_checked = check(columns.TARGETS, keeps="expression")

_CLAUSE = frozenset({"targetId", "expression", "expressions", "resolvedExpression", "resolvedExpressions"})
_SOURCES = {
    "target_id": "targetId",
    "campaign_id": "campaignId",
    "ad_group_id": "adGroupId",
    "state": "state",
    "bid_micros": "bid",
    **SOURCES,
}
_CLAUSE_SOURCES = {"sp": _SOURCES, "sb": _SOURCES, "sd": {**_SOURCES, **FLAT_SOURCES}}
_KEYWORD_SOURCES = {**_SOURCES, "target_id": "keywordId", "match_type": "matchType"}
_THEME_SOURCES = {**_SOURCES, "target_id": "themeId", "match_type": "themeType"}


def _columns(own: frozenset[str], *, flat: bool, negative: bool, level: str) -> frozenset[str]:
    """The fields of a list that have columns: negatives have no bid there, targets of a campaign no ad group."""
    common = own | {"campaignId", "state"} | (FLAT_COLUMNS if flat else {"extendedData"})
    return common | (set() if negative else {"bid"}) | ({"adGroupId"} if level == "ad_group" else set())


def target_row(  # noqa: PLR0913 - what differs between the kinds of target, by name
    item: Item,
    context: RowContext,
    known: Extended,
    *,
    ad_product: str,
    target_id: Any,
    target_type: str,
    match_type: Any,
    expression: dict[str, Any],
    negative: bool,
    level: str | None,
    sources: Mapping[str, str],
) -> Row:
    """What the targets of all kinds share."""
    get = item.get
    state = get("state")
    serving_status, created, updated, rest = known
    ad_group_id = identifier(get("adGroupId")) if level == "ad_group" else None
    campaign_id = identifier(get("campaignId"))
    if campaign_id is None:
        campaign_id = campaign_of(ad_group_id, context)
    if ad_group_id is None and level == "ad_group":
        level = None if campaign_id is None else "campaign"
    if rest:
        expression["extendedData"] = rest
    row = {
        "profile_id": context.profile_id,
        "target_id": identifier(target_id),
        "campaign_id": campaign_id,
        "ad_group_id": ad_group_id,
        "ad_product": ad_product,
        "target_type": target_type,
        "target_level": level,
        "negative": negative,
        "match_type": match_type,
        "expression": expression,
        "state": state,
        "serving_status": serving_status,
        "computed_status": computed_status(state, serving_status),
        "bid_micros": None if negative else micros(get("bid")),
        "creation_time": created,
        "last_updated_time": updated,
        "synced_at": context.synced_at,
    }
    return _checked(row, sources, context.notes)


def campaign_of(ad_group_id: Any, context: RowContext) -> str | None:
    """The campaign of an ad group, for items that do not name theirs; one that is not known is worth a note."""
    campaign_id = context.campaign_of.get(ad_group_id) if isinstance(ad_group_id, str) else None
    if campaign_id is None:
        group = f"ad group {raw_text(ad_group_id)}" if isinstance(ad_group_id, str) else "no ad group"
        context.notes.say("campaignId", f"missing, with {group} that names one")
    return campaign_id


def keyword(ad_product: str, *, negative: bool = False, level: str = "ad_group") -> RowFunction:
    """Row function of a keyword list; `matchType` is upper-case on Products and camel-case on Brands."""
    own = _columns(frozenset({"keywordId", "keywordText", "matchType"}), flat=False, negative=negative, level=level)

    def to_row(item: Item, context: RowContext) -> Row:
        return target_row(
            item,
            context,
            extended(item),
            ad_product=ad_product,
            target_id=item.get("keywordId"),
            target_type="keyword",
            match_type=snake(item.get("matchType")),
            expression={**without(item, own), "text": item.get("keywordText")},
            negative=negative,
            level=level,
            sources=_KEYWORD_SOURCES,
        )

    return to_row


def clause(ad_product: str, *, negative: bool = False, level: str = "ad_group") -> RowFunction:
    """Row function of a targeting-clause list; Amazon's expressions are kept as they are, unknown types too."""
    flat = ad_product == "sd"
    read_extended = flat_extended if flat else extended
    sources = _CLAUSE_SOURCES[ad_product]
    own = _columns(_CLAUSE, flat=flat, negative=negative, level=level)

    def to_row(item: Item, context: RowContext) -> Row:
        native = expressions.read(item, "expression", "expressions")
        resolved = expressions.read(item, "resolvedExpression", "resolvedExpressions")
        types = expressions.outer_types(native or resolved)
        expression = {"expression": native, "resolvedExpression": resolved, **without(item, own)}
        if "expressions" in item or "resolvedExpressions" in item:
            expression.update(expressions.unread(item))
        return target_row(
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
            sources=sources,
        )

    return to_row


_THEME_COLUMNS = _columns(frozenset({"themeId"}), flat=False, negative=False, level="ad_group")


def theme(item: Item, context: RowContext) -> Row:
    """Sponsored Brands themes: Amazon picks the keywords."""
    return target_row(
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
        sources=_THEME_SOURCES,
    )
