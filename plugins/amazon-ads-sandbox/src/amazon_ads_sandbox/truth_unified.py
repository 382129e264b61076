"""The rows of a correct pipeline that reads the unified API: those of the lists, but for what it says in another way.

Written apart from the tap on purpose, and complete: what is not changed here has to be equal whichever way it came.
"""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.model.statuses import coarse
from amazon_ads_sandbox.truth_exports import resolved
from amazon_ads_sandbox.wire import unified
from amazon_ads_sandbox.wire.ad_extensions import ad_extension
from amazon_ads_sandbox.wire.common import day, iso

Row = dict[str, Any]

_PLACE = ("marketplaceScope", "marketplaces")
_CAMPAIGN_FIELDS = (*_PLACE, "tags", "autoCreationSettings", "optimizations", "brandId", "isMultiAdGroupsEnabled")
_TELEVISION_REASON = {"campaign": "CAMPAIGN_", "ad_group": "AD_GROUP_"}


def unified_row(row: Row, entity: Entity, profile: Profile) -> Row:
    """A row of the lists as the unified API gives it; of Sponsored Television, the whole row."""
    if entity.kind == "portfolio":
        return row
    if entity.kind == "ad_extension":
        return _extension(entity, profile)
    if entity.product == "st":
        row = _television(entity, profile)
    created = entity.created or 0
    row = {**row, "creation_time": iso(created), "last_updated_time": iso(entity.updated or created)}
    if entity.kind == "campaign":
        return {**row, "bidding": _kept(unified.campaign(entity, profile), _CAMPAIGN_FIELDS)}
    if entity.kind == "ad_group":
        return {**row, "other_fields": _kept(unified.ad_group(entity, profile), (*_PLACE, "creativeType")) or None}
    return _ad(row, entity, profile) if entity.kind == "ad" else _target(row, entity, profile)


def _kept(document: Row, names: tuple[str, ...]) -> Row:
    return {name: document[name] for name in names if name in document}


def _ad(row: Row, entity: Entity, profile: Profile) -> Row:
    own = entity_id(entity.product, entity.kind, entity.number) if entity.entity_id is None else entity.entity_id
    creative = _kept(unified.ad(entity, profile), (*_PLACE, "adType", "creative"))
    found = {**row, "ad_id": str(own), "creative": creative}
    if entity.product == "sb":
        return {**found, "name": entity.name}
    # One product, by the number that the advertiser named it by.
    return {**found, "asin": None} if entity.product == "sd" and row["sku"] else found


def _target(row: Row, entity: Entity, profile: Profile) -> Row:
    document = unified.target(entity, profile)
    place = _kept(document, _PLACE)
    expression = {name: value for name, value in row.get("expression", {}).items() if name != "extendedData"}
    if entity.product == "sb":
        delivering = entity.state == "enabled"
        row = {**row, "serving_status": "DELIVERING" if delivering else f"TARGET_{entity.state.upper()}"}
        row["computed_status"] = "delivering" if delivering else entity.state
    if entity.product == "sd" and entity.state != "enabled":
        # It has no word for that.
        row = {**row, "serving_status": "NOT_DELIVERING"}
    if "keyword" in entity.kind or entity.kind == "theme":
        return {**row, "expression": {**expression, **place}}
    if (special := _special(entity, document)) is not None:
        target_type, match_type, said = special
        kept = {"expressionType": expression["expressionType"]} if "expressionType" in expression else {}
        return {
            **row,
            "target_type": target_type,
            "match_type": match_type,
            "expression": {**said, **kept, **place},
        }
    named = resolved(expression["expression"], entity.product)
    if entity.product == "sb":
        # Nothing there says what a number stands for.
        named = expression["expression"]
    return {**row, "expression": {**expression, "resolvedExpression": named, **place}}


def _special(entity: Entity, document: Row) -> tuple[str, str | None, Row] | None:
    """Targets that it says in another way: type, match type and expression."""
    kind, details, style = document["targetType"], document["targetDetails"], entity.more.get("style")
    audience = details.get("audienceTarget", {}).get("audienceId", {}).get("defaultValue")
    if kind == "LOCATION":
        return "unknown", None, _unsaid(kind, details)
    if entity.product == "st" or (entity.product == "sd" and entity.kind == "target" and style == 1):
        native = [{"type": "audience", "value": [{"type": "audienceSameAs", "value": audience}]}]
        return "audience", "audience", {"expression": native, "resolvedExpression": native}
    if entity.product != "sd" or entity.kind == "neg_target":
        return None
    if style == 2:  # noqa: PLR2004 - a style
        inner = [{"type": "asinSameAs", "value": entity.more["asin"]}, {"type": "lookback", "value": "30"}]
        native = [{"type": "purchases", "value": inner}]
        return "audience", "purchases", {"expression": native, "resolvedExpression": native}
    if style == 5:  # noqa: PLR2004 - a style
        return "unknown", "interested_audience", _unsaid(kind, details["themeTarget"])
    return None


def _unsaid(kind: str, details: Row) -> Row:
    return {"expression": [], "resolvedExpression": [], "targetType": kind, "targetDetails": details}


def _extension(entity: Entity, profile: Profile) -> Row:
    """All columns: no list has them. Their campaign is that of their ad group."""
    more = entity.more
    return {
        "profile_id": str(profile.profile_id),
        "ad_extension_id": str(entity.entity_id),
        "campaign_id": str(entity.campaign_id),
        "ad_group_id": str(entity.ad_group_id),
        "ad_id": str(entity_id("sp", "ad", more["ad"])),
        "ad_product": "sp",
        "extension_type": "video" if more["video"] else "prompts",
        "prompt": None if more["video"] else entity.name,
        "extension_status": "OPTED_OUT" if more["out"] else None,
        "state": entity.state.upper(),
        "serving_status": entity.serving,
        "computed_status": coarse(entity.state, entity.serving),
        "settings": _kept(ad_extension(entity, profile), (*_PLACE, "adExtensionSettings")),
        "creation_time": iso(entity.created or 0),
        "last_updated_time": iso(entity.updated or 0),
    }


def _television(entity: Entity, profile: Profile) -> Row:
    """All columns: no list has it."""
    reason = None if entity.state == "enabled" else _TELEVISION_REASON.get(entity.kind)
    serving = "DELIVERING" if entity.state == "enabled" else f"{reason}{entity.state.upper()}" if reason else "OTHER"
    row: Row = {
        "profile_id": str(profile.profile_id),
        "state": entity.state.upper(),
        "serving_status": serving,
        "computed_status": coarse(entity.state, serving),
    }
    own, group, parent = str(entity.entity_id), str(entity.ad_group_id), str(entity.campaign_id)
    if entity.kind == "campaign":
        ends = day((entity.created or 0) + 10**10) if entity.more["ends"] else None
        return {
            **row,
            "campaign_id": own,
            "name": entity.name,
            "campaign_type": "st",
            "portfolio_id": None,
            "targeting_type": None,
            "cost_type": None,
            "budget_type": "daily",
            "budget_micros": entity.amount,
            "daily_budget_micros": entity.amount,
            "currency_code": profile.currency,
            "start_date": day(entity.created or 0),
            "end_date": ends,
        }
    row["ad_product"] = "st"
    if entity.kind == "ad_group":
        named = {"ad_group_id": own, "campaign_id": parent, "name": entity.name}
        return {**row, **named, "default_bid_micros": entity.amount}
    row |= {"campaign_id": parent, "ad_group_id": group}
    if entity.kind == "ad":
        return {**row, "ad_id": own, "name": entity.name, "asin": entity.more["asin"], "sku": None}
    return {**row, "target_id": own, "target_level": "ad_group", "negative": False, "bid_micros": None}
