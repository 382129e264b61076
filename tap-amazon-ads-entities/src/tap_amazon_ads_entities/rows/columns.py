"""The columns of the entity tables, each with its type and meaning: what a row holds, and what streams announce."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.expressions import TARGET_TYPES
from tap_amazon_ads_entities.rows.status import COMPUTED_STATUSES

Property = dict[str, Any]


def text(description: str) -> Property:
    """A text column."""
    return {"type": ["string", "null"], "description": description}


def key(description: str) -> Property:
    """A text column of the primary key."""
    return {"type": ["string"], "description": description}


def big_integer(description: str) -> Property:
    """A bigint column."""
    return {"type": ["integer", "null"], "description": description}


def moment(description: str) -> Property:
    """A timestamptz column."""
    return {"type": ["string", "null"], "format": "date-time", "description": description}


def date(description: str) -> Property:
    """A date column."""
    return {"type": ["string", "null"], "format": "date", "description": description}


def flag(description: str) -> Property:
    """A boolean column."""
    return {"type": ["boolean", "null"], "description": description}


def document(description: str) -> Property:
    """A jsonb column that holds an object."""
    return {"type": ["object", "null"], "additionalProperties": True, "description": description}


OTHER_FIELDS = document(
    "Every field that has no column, null without one; `unreadable` holds the text of what a column cannot hold, "
    "`altered` that of what it holds in another form.",
)
PROFILE_ID = key("Profile (advertiser account in one marketplace).")
STATE = text("State set by the advertiser, exactly as Amazon returns it (case differs per ad product).")
SERVING_STATUS = text("Amazon's serving status, unchanged; an open vocabulary that differs per ad product.")
COMPUTED_STATUS = text(f"Coarse status derived from state and serving_status: {', '.join(COMPUTED_STATUSES)}.")
CREATION_TIME = moment("When the entity was created at Amazon (UTC).")
LAST_UPDATED_TIME = moment("When the entity was last changed at Amazon (UTC); null where Amazon does not say.")
SYNCED_AT = moment("When this row was last read from Amazon (UTC).")
AD_PRODUCT = text("Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Display), st (Television).")
CAMPAIGN_ID = text("Campaign the entity belongs to.")
AD_GROUP_ID = text("Ad group the entity belongs to.")

_TIMES = {"creation_time": CREATION_TIME, "last_updated_time": LAST_UPDATED_TIME, "synced_at": SYNCED_AT}
_STATUS = {"state": STATE, "serving_status": SERVING_STATUS, "computed_status": COMPUTED_STATUS}

PROFILES: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "region": text("Region whose host serves the profile: NA, EU or FE."),
    "country_code": text("Marketplace country; the United Kingdom is UK."),
    "currency_code": text("Currency of every amount of this profile."),
    "timezone": text("IANA time zone of the profile; campaign dates are in it."),
    "daily_budget_micros": big_integer("Account-wide daily cap of a seller, in micros of the currency."),
    "account_id": text("Amazon's id of the account; not unique across marketplaces."),
    "account_name": text("Name of the account."),
    "account_type": text("seller or vendor."),
    "account_sub_type": text("KDP_AUTHOR, AMAZON_ATTRIBUTION, or nothing."),
    "marketplace_id": text("Amazon's id of the marketplace."),
    "valid_payment_method": flag("Whether the account has a valid payment method."),
    "other_fields": OTHER_FIELDS,
    "synced_at": SYNCED_AT,
}

PORTFOLIOS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "portfolio_id": key("Portfolio, unique within the profile."),
    "name": text("Name of the portfolio."),
    "state": STATE,
    "in_budget": flag("Whether the portfolio is within its budget."),
    "budget_micros": big_integer("Budget cap in micros of the currency; null without a cap."),
    "currency_code": text("Currency of the budget."),
    "budget_policy": text("DATE_RANGE, MONTHLY_RECURRING or NO_CAP, as Amazon returns it."),
    "budget_start_date": date("First day of the budget."),
    "budget_end_date": date("Last day of the budget."),
    "unspent_budget_sharing": text("Whether campaigns share unspent budget: ENABLED or DISABLED."),
    "serving_status": SERVING_STATUS,
    "computed_status": COMPUTED_STATUS,
    "other_fields": OTHER_FIELDS,
    **_TIMES,
}

CAMPAIGNS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "campaign_id": key("Campaign, unique within the profile over all ad products."),
    "name": text("Name of the campaign."),
    "campaign_type": text("Ad product of the campaign: sp, sb, sd, st."),
    "portfolio_id": text("Portfolio the campaign belongs to, if any."),
    "targeting_type": text("auto or manual (Sponsored Products)."),
    "cost_type": text("cpc, vcpm or fixed_price (Sponsored Brands and Display)."),
    **_STATUS,
    "budget_type": text("daily, lifetime or other."),
    "budget_micros": big_integer("Budget of whatever type, in micros of the currency."),
    "daily_budget_micros": big_integer("The budget where it is a daily one, in micros of the currency."),
    "currency_code": text("Currency of the amounts."),
    "bidding": document(
        "Bidding strategy and adjustments, and every field without a column; `unreadable` as elsewhere."
    ),
    "start_date": date("First day, in the profile's time zone."),
    "end_date": date("Last day, in the profile's time zone; null when open-ended."),
    **_TIMES,
}

AD_GROUPS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "ad_group_id": key("Ad group, unique within the profile over all ad products."),
    "campaign_id": CAMPAIGN_ID,
    "ad_product": AD_PRODUCT,
    "name": text("Name of the ad group."),
    **_STATUS,
    "default_bid_micros": big_integer("Bid of targets without one, in micros; Sponsored Brands ad groups have none."),
    "other_fields": OTHER_FIELDS,
    **_TIMES,
}

ADS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "ad_id": key(
        "Ad; where Amazon gave no id (old Sponsored Brands ads), sb-legacy-<ad group id or a digest of the ad>."
    ),
    "campaign_id": CAMPAIGN_ID,
    "ad_group_id": AD_GROUP_ID,
    "ad_product": AD_PRODUCT,
    "name": text("Name of the ad, where it has one."),
    "asin": text("Advertised ASIN (Sponsored Products and Display)."),
    "sku": text("Advertised SKU of a seller (Sponsored Products and Display)."),
    **_STATUS,
    "creative": document(
        "ASIN, SKU, headline, assets, landing page, and every field without a column; `unreadable` as elsewhere."
    ),
    **_TIMES,
}

CHANGE_EVENTS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "event_id": key("Digest of what the event says: Amazon gives it no id."),
    "occurred_at": {**moment("When the entity was changed, by Amazon (UTC)."), "type": ["string"]},
    "entity_type": text("campaigns, ad_groups, ads or targets; null for what Amazon adds to them."),
    "entity_id": key("The entity's id in its table."),
    "campaign_id": text("Its campaign; of a campaign itself, its id."),
    "ad_group_id": text("Its ad group, where Amazon names it; of an ad group itself, its id."),
    "ad_product": text("Ad product: sp (Sponsored Products) or sb (Sponsored Brands)."),
    "amazon_entity_type": text(
        "CAMPAIGN, AD_GROUP, AD, KEYWORD, NEGATIVE_KEYWORD, PRODUCT_TARGETING or THEME, as Amazon returns it."
    ),
    "change_type": text("STATUS, NAME, BUDGET_AMOUNT, BID_AMOUNT, IN_BUDGET, …, as Amazon returns it."),
    "column_name": text("The column of the entity's table that was changed; null where none holds it."),
    "path": text("The place in a JSON column, as in entity_changes; else the column."),
    "old_value": text("What was there, as Amazon returns it."),
    "new_value": text("What was there since, as Amazon returns it."),
    "old_micros": big_integer("What was there of an amount, in micros of the profile's currency."),
    "new_micros": big_integer("What was there of an amount since, in micros of the profile's currency."),
    "other_fields": document("What Amazon says besides: keyword, targeting, …; `unreadable` as elsewhere."),
    "synced_at": SYNCED_AT,
}

TARGETS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "target_id": key("Target; a keyword's keywordId or a theme's themeId."),
    "campaign_id": CAMPAIGN_ID,
    "ad_group_id": text("Ad group the target belongs to; null for campaign-level negatives."),
    "ad_product": AD_PRODUCT,
    "target_type": text(f"What it aims at: {', '.join(TARGET_TYPES)}."),
    "target_level": text("campaign or ad_group; null where Amazon names neither."),
    "negative": flag("Whether it excludes instead of targets."),
    "match_type": text("How it matches: exact, phrase, broad, negative_exact, close_match, asin_same_as, views, …"),
    "expression": document(
        "A keyword's `text`, else Amazon's expressions; every field without a column; `unreadable` as elsewhere."
    ),
    **_STATUS,
    "bid_micros": big_integer("Own bid in micros; null when it inherits the ad group's default."),
    **_TIMES,
}

AD_EXTENSIONS: dict[str, Property] = {
    "profile_id": PROFILE_ID,
    "ad_extension_id": key("Ad extension, unique within the profile."),
    "campaign_id": CAMPAIGN_ID,
    "ad_group_id": AD_GROUP_ID,
    "ad_id": text("Ad that it extends."),
    "ad_product": AD_PRODUCT,
    "extension_type": text("prompts (Sponsored Prompts) or video; open."),
    "prompt": text("The question that shoppers see; null for other types."),
    "extension_status": text("OPTED_OUT where the advertiser has opted out of it, as Amazon returns it; else null."),
    **_STATUS,
    "settings": document("Settings of its type, and every field without a column; `unreadable` as elsewhere."),
    **_TIMES,
}
