"""The rows a correct pipeline ends up with: the account's own terms in the columns of the tables.

Written apart from the tap on purpose: two readings of the same contract check each other.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import entity_id
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.model.statuses import coarse
from amazon_ads_sandbox.truth_targets import target_columns
from amazon_ads_sandbox.wire import sb, sd, sp
from amazon_ads_sandbox.wire.common import day, iso, money

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(entity: Entity) -> Entity:
    """The entity with U+FFFD for what no Postgres text holds: NUL and halves of surrogate pairs."""
    more = {
        name: _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in entity.more.items()
    }
    return replace(entity, name=_UNSTORABLE.sub("\ufffd", entity.name), more=more)


def _state(entity: Entity) -> str:
    upper = entity.product in ("sp", "") or (entity.product == "sb" and entity.kind in ("campaign", "ad_group", "ad"))
    return entity.state.upper() if upper else entity.state


def _shared(entity: Entity, profile: Profile) -> dict[str, Any]:
    timeless = entity.product == "sb" and entity.kind not in ("campaign", "ad_group", "ad")
    return {
        "profile_id": str(profile.profile_id),
        "state": _state(entity),
        "serving_status": entity.serving,
        "computed_status": coarse(entity.state, entity.serving),
        "creation_time": iso(entity.created) if entity.created and not timeless else None,
        "last_updated_time": iso(entity.updated) if entity.updated and not timeless else None,
    }


def _reasons(entity: Entity) -> dict[str, Any]:
    """The reasons that some rows of Sponsored Products give for their status; no column has them."""
    if entity.product != "sp" or not sp.has_reasons(entity):
        return {}
    return {"extendedData": {"statusReasons": [f"{entity.serving}_DETAIL"]}}


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def profile_row(profile: Profile) -> dict[str, Any]:
    """entity_profiles."""
    return {
        "profile_id": str(profile.profile_id),
        "region": profile.region,
        "country_code": profile.country,
        "currency_code": profile.currency,
        "timezone": profile.timezone,
        "daily_budget_micros": profile.daily_budget_micros,
        "account_id": profile.account_id,
        "account_name": profile.name,
        "account_type": profile.account_type,
        "account_sub_type": profile.sub_type,
        "marketplace_id": profile.marketplace,
        "valid_payment_method": profile.valid_payment_method,
        "other_fields": None,
    }


def portfolio_row(entity: Entity, profile: Profile) -> dict[str, Any]:
    """entity_portfolios."""
    capped = entity.more["policy"] != "NO_CAP"
    return {
        **_shared(entity, profile),
        "portfolio_id": _id(entity.entity_id),
        "name": entity.name,
        "in_budget": entity.more["in_budget"],
        "budget_micros": entity.amount if capped else None,
        "currency_code": profile.currency,
        "budget_policy": entity.more["policy"],
        "budget_start_date": day(entity.created or 0) if capped else None,
        "budget_end_date": day(entity.updated or 0) if entity.more["policy"] == "DATE_RANGE" else None,
        "unspent_budget_sharing": "ENABLED" if capped else "DISABLED",
        "other_fields": {"extendedData": {"statusReasons": [f"{entity.serving}_DETAIL"]}},
    }


def _bidding(entity: Entity) -> dict[str, Any]:
    more = entity.more
    if entity.product == "sp":
        extra: dict[str, Any] = {}
        if more["effective_factor"]:
            extra["effectiveBudget"] = money((entity.amount or 0) * 2)
        if more["tagged"]:
            extra["tags"] = {"team": "emea"}
            extra["offAmazonSettings"] = {"offAmazonBudgetControlStrategy": "MINIMIZE_SPEND"}
        if more["news"]:
            extra["fieldFromTheFuture"] = {"value": more["percentage"]}
        placements = [{"placement": "PLACEMENT_TOP", "percentage": more["percentage"]}]
        return {"strategy": more["strategy"], "placementBidding": placements, **extra}
    if entity.product == "sb":
        tags = {"tags": {"legacyCampaignId": "144327786111035248"}} if more["tagged"] else {}
        return {
            "bidOptimization": more["auto"],
            "bidAdjustmentsByPlacement": [{"placement": "HOME", "percentage": more["percentage"] - 99}],
            "brandEntityId": "ENTITY21DWFJV45CH71",
            "isMultiAdGroupsEnabled": not more["tagged"],
            "goal": "PAGE_VISIT",
            "productLocation": "SOLD_ON_AMAZON",
            **tags,
        }
    rule = {"ruleBasedBudget": {"isProcessing": False, "applicableRuleName": "+20%"}} if more["tagged"] else {}
    return {"tactic": more["tactic"], **rule}


def campaign_row(entity: Entity, profile: Profile) -> dict[str, Any]:
    """entity_campaigns."""
    more = entity.more
    lifetime = more["lifetime"]
    return {
        **_shared(entity, profile),
        "campaign_id": _id(entity.entity_id),
        "name": entity.name,
        "campaign_type": entity.product,
        "portfolio_id": None if more["portfolio"] is None else _id(entity_id("", "portfolio", more["portfolio"])),
        "targeting_type": ("auto" if more["auto"] else "manual") if entity.product == "sp" else None,
        "cost_type": None if entity.product == "sp" else more["cost_type"].lower(),
        "budget_type": "lifetime" if lifetime else "daily",
        "budget_micros": entity.amount,
        "daily_budget_micros": None if lifetime else entity.amount,
        "currency_code": profile.currency,
        "bidding": {**_bidding(entity), **_reasons(entity)},
        "start_date": day(entity.created or 0),
        "end_date": day((entity.created or 0) + 10**10) if more["ends"] else None,
    }


def ad_group_row(entity: Entity, profile: Profile) -> dict[str, Any]:
    """entity_ad_groups."""
    return {
        **_shared(entity, profile),
        "ad_group_id": _id(entity.entity_id),
        "campaign_id": _id(entity.campaign_id),
        "ad_product": entity.product,
        "name": entity.name,
        "default_bid_micros": None if entity.product == "sb" else entity.amount,
        "other_fields": {"bidOptimization": "clicks"} if entity.product == "sd" else _reasons(entity) or None,
    }


def ad_row(entity: Entity, profile: Profile) -> dict[str, Any]:
    """entity_ads."""
    facts = {"sp": sp.product_ad, "sb": sb.ad, "sd": sd.product_ad}[entity.product](entity, profile)
    native = (
        "asin",
        "sku",
        "customText",
        "name",
        "creative",
        "landingPage",
        "landingPageURL",
        "landingPageType",
        "adName",
    )
    legacy = entity.entity_id is None
    return {
        **_shared(entity, profile),
        "ad_id": f"sb-legacy-{entity.ad_group_id}" if legacy else _id(entity.entity_id),
        "campaign_id": _id(entity.campaign_id),
        "ad_group_id": _id(entity.ad_group_id),
        "ad_product": entity.product,
        "name": facts.get("name", facts.get("adName")),
        "asin": facts.get("asin"),
        "sku": facts.get("sku"),
        "creative": {**{name: facts[name] for name in native if name in facts}, **_reasons(entity)},
    }


def target_row(entity: Entity, profile: Profile) -> dict[str, Any]:
    """entity_targets."""
    columns = target_columns(entity)
    return {
        **_shared(entity, profile),
        "target_id": _id(entity.entity_id),
        "campaign_id": _id(entity.campaign_id),
        "ad_group_id": _id(entity.ad_group_id),
        "ad_product": entity.product,
        "target_level": "campaign" if entity.kind.startswith("camp_") else "ad_group",
        "negative": "neg_" in entity.kind,
        "bid_micros": entity.amount,
        **columns,
        "expression": {**columns["expression"], **_reasons(entity)},
    }
