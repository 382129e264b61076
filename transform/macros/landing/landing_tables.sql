{#- Generated from the tap's schemas by generate.py; do not edit. -#}
{% macro landing_tables() %}
{% set data %}{% raw %}{
    "entity_profiles": {
        "description": "Seller and vendor profiles; every other stream is read once per profile.",
        "key": [
            "profile_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "region",
                "type": "text",
                "description": "Region whose host serves the profile: NA, EU or FE."
            },
            {
                "name": "country_code",
                "type": "text",
                "description": "Marketplace country; the United Kingdom is UK."
            },
            {
                "name": "currency_code",
                "type": "text",
                "description": "Currency of every amount of this profile."
            },
            {
                "name": "timezone",
                "type": "text",
                "description": "IANA time zone of the profile; campaign dates are in it."
            },
            {
                "name": "daily_budget_micros",
                "type": "bigint",
                "description": "Account-wide daily cap of a seller, in micros of the currency."
            },
            {
                "name": "account_id",
                "type": "text",
                "description": "Amazon's id of the account; not unique across marketplaces."
            },
            {
                "name": "account_name",
                "type": "text",
                "description": "Name of the account."
            },
            {
                "name": "account_type",
                "type": "text",
                "description": "seller or vendor."
            },
            {
                "name": "account_sub_type",
                "type": "text",
                "description": "KDP_AUTHOR, AMAZON_ATTRIBUTION, or nothing."
            },
            {
                "name": "marketplace_id",
                "type": "text",
                "description": "Amazon's id of the marketplace."
            },
            {
                "name": "valid_payment_method",
                "type": "boolean",
                "description": "Whether the account has a valid payment method."
            },
            {
                "name": "other_fields",
                "type": "jsonb",
                "description": "Every field that has no column, null without one; `unreadable` holds the text of what a column cannot hold, `altered` that of what it holds in another form."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": []
    },
    "entity_portfolios": {
        "description": "Portfolios: groups of campaigns with a budget of their own.",
        "key": [
            "profile_id",
            "portfolio_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "portfolio_id",
                "type": "text",
                "description": "Portfolio, unique within the profile."
            },
            {
                "name": "name",
                "type": "text",
                "description": "Name of the portfolio."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "in_budget",
                "type": "boolean",
                "description": "Whether the portfolio is within its budget."
            },
            {
                "name": "budget_micros",
                "type": "bigint",
                "description": "Budget cap in micros of the currency; null without a cap."
            },
            {
                "name": "currency_code",
                "type": "text",
                "description": "Currency of the budget."
            },
            {
                "name": "budget_policy",
                "type": "text",
                "description": "DATE_RANGE, MONTHLY_RECURRING or NO_CAP, as Amazon returns it."
            },
            {
                "name": "budget_start_date",
                "type": "date",
                "description": "First day of the budget."
            },
            {
                "name": "budget_end_date",
                "type": "date",
                "description": "Last day of the budget."
            },
            {
                "name": "unspent_budget_sharing",
                "type": "text",
                "description": "Whether campaigns share unspent budget: ENABLED or DISABLED."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "other_fields",
                "type": "jsonb",
                "description": "Every field that has no column, null without one; `unreadable` holds the text of what a column cannot hold, `altered` that of what it holds in another form."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": []
    },
    "entity_campaigns": {
        "description": "Campaigns of all ad products.",
        "key": [
            "profile_id",
            "campaign_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Campaign, unique within the profile over all ad products."
            },
            {
                "name": "name",
                "type": "text",
                "description": "Name of the campaign."
            },
            {
                "name": "campaign_type",
                "type": "text",
                "description": "Ad product of the campaign: sp, sb, sd, st."
            },
            {
                "name": "portfolio_id",
                "type": "text",
                "description": "Portfolio the campaign belongs to, if any."
            },
            {
                "name": "targeting_type",
                "type": "text",
                "description": "auto or manual (Sponsored Products)."
            },
            {
                "name": "cost_type",
                "type": "text",
                "description": "cpc, vcpm or fixed_price (Sponsored Brands and Display)."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "budget_type",
                "type": "text",
                "description": "daily, lifetime or other."
            },
            {
                "name": "budget_micros",
                "type": "bigint",
                "description": "Budget of whatever type, in micros of the currency."
            },
            {
                "name": "daily_budget_micros",
                "type": "bigint",
                "description": "The budget where it is a daily one, in micros of the currency."
            },
            {
                "name": "currency_code",
                "type": "text",
                "description": "Currency of the amounts."
            },
            {
                "name": "bidding",
                "type": "jsonb",
                "description": "Bidding strategy and adjustments, and every field without a column; `unreadable` as elsewhere."
            },
            {
                "name": "start_date",
                "type": "date",
                "description": "First day, in the profile's time zone."
            },
            {
                "name": "end_date",
                "type": "date",
                "description": "Last day, in the profile's time zone; null when open-ended."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "state"
            ],
            [
                "profile_id",
                "portfolio_id"
            ]
        ]
    },
    "entity_ad_groups": {
        "description": "Ad groups of all ad products.",
        "key": [
            "profile_id",
            "ad_group_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "ad_group_id",
                "type": "text",
                "description": "Ad group, unique within the profile over all ad products."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Campaign the entity belongs to."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Display), st (Television)."
            },
            {
                "name": "name",
                "type": "text",
                "description": "Name of the ad group."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "default_bid_micros",
                "type": "bigint",
                "description": "Bid of targets without one, in micros; Sponsored Brands ad groups have none."
            },
            {
                "name": "other_fields",
                "type": "jsonb",
                "description": "Every field that has no column, null without one; `unreadable` holds the text of what a column cannot hold, `altered` that of what it holds in another form."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "campaign_id"
            ]
        ]
    },
    "entity_ads": {
        "description": "Ads of all ad products.",
        "key": [
            "profile_id",
            "ad_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "ad_id",
                "type": "text",
                "description": "Ad; where Amazon gave no id (old Sponsored Brands ads), sb-legacy-<ad group id or a digest of the ad>."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Campaign the entity belongs to."
            },
            {
                "name": "ad_group_id",
                "type": "text",
                "description": "Ad group the entity belongs to."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Display), st (Television)."
            },
            {
                "name": "name",
                "type": "text",
                "description": "Name of the ad, where it has one."
            },
            {
                "name": "asin",
                "type": "text",
                "description": "Advertised ASIN (Sponsored Products and Display)."
            },
            {
                "name": "sku",
                "type": "text",
                "description": "Advertised SKU of a seller (Sponsored Products and Display)."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "creative",
                "type": "jsonb",
                "description": "ASIN, SKU, headline, assets, landing page, and every field without a column; `unreadable` as elsewhere."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "campaign_id"
            ],
            [
                "profile_id",
                "ad_group_id"
            ],
            [
                "asin"
            ]
        ]
    },
    "entity_targets": {
        "description": "Keywords and every other target, positive and negative, of all ad products.",
        "key": [
            "profile_id",
            "target_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "target_id",
                "type": "text",
                "description": "Target; a keyword's keywordId or a theme's themeId."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Campaign the entity belongs to."
            },
            {
                "name": "ad_group_id",
                "type": "text",
                "description": "Ad group the target belongs to; null for campaign-level negatives."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Display), st (Television)."
            },
            {
                "name": "target_type",
                "type": "text",
                "description": "What it aims at: keyword, theme, auto, category, brand, product, audience, content_category, keyword_group, unknown."
            },
            {
                "name": "target_level",
                "type": "text",
                "description": "campaign or ad_group; null where Amazon names neither."
            },
            {
                "name": "negative",
                "type": "boolean",
                "description": "Whether it excludes instead of targets."
            },
            {
                "name": "match_type",
                "type": "text",
                "description": "How it matches: exact, phrase, broad, negative_exact, close_match, asin_same_as, views, …"
            },
            {
                "name": "expression",
                "type": "jsonb",
                "description": "A keyword's `text`, else Amazon's expressions; every field without a column; `unreadable` as elsewhere."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "bid_micros",
                "type": "bigint",
                "description": "Own bid in micros; null when it inherits the ad group's default."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "campaign_id"
            ],
            [
                "profile_id",
                "ad_group_id"
            ]
        ]
    },
    "entity_ad_extensions": {
        "description": "Sponsored Prompts and videos that extend ads; the unified API alone has them.",
        "key": [
            "profile_id",
            "ad_extension_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "ad_extension_id",
                "type": "text",
                "description": "Ad extension, unique within the profile."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Campaign the entity belongs to."
            },
            {
                "name": "ad_group_id",
                "type": "text",
                "description": "Ad group the entity belongs to."
            },
            {
                "name": "ad_id",
                "type": "text",
                "description": "Ad that it extends."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Display), st (Television)."
            },
            {
                "name": "extension_type",
                "type": "text",
                "description": "prompts (Sponsored Prompts) or video; open."
            },
            {
                "name": "prompt",
                "type": "text",
                "description": "The question that shoppers see; null for other types."
            },
            {
                "name": "extension_status",
                "type": "text",
                "description": "OPTED_OUT where the advertiser has opted out of it, as Amazon returns it; else null."
            },
            {
                "name": "state",
                "type": "text",
                "description": "State set by the advertiser, exactly as Amazon returns it (case differs per ad product)."
            },
            {
                "name": "serving_status",
                "type": "text",
                "description": "Amazon's serving status, unchanged; an open vocabulary that differs per ad product."
            },
            {
                "name": "computed_status",
                "type": "text",
                "description": "Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, ineligible, payment_issue, unknown."
            },
            {
                "name": "settings",
                "type": "jsonb",
                "description": "Settings of its type, and every field without a column; `unreadable` as elsewhere."
            },
            {
                "name": "creation_time",
                "type": "timestamp with time zone",
                "description": "When the entity was created at Amazon (UTC)."
            },
            {
                "name": "last_updated_time",
                "type": "timestamp with time zone",
                "description": "When the entity was last changed at Amazon (UTC); null where Amazon does not say."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "campaign_id"
            ],
            [
                "profile_id",
                "ad_id"
            ]
        ]
    },
    "change_events": {
        "description": "Changes by Amazon's own history of them, where the setting change_events asks for it.",
        "key": [
            "profile_id",
            "event_id"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile (advertiser account in one marketplace)."
            },
            {
                "name": "event_id",
                "type": "text",
                "description": "Digest of what the event says: Amazon gives it no id."
            },
            {
                "name": "occurred_at",
                "type": "timestamp with time zone",
                "description": "When the entity was changed, by Amazon (UTC)."
            },
            {
                "name": "entity_type",
                "type": "text",
                "description": "campaigns, ad_groups, ads or targets; null for what Amazon adds to them."
            },
            {
                "name": "entity_id",
                "type": "text",
                "description": "The entity's id in its table."
            },
            {
                "name": "campaign_id",
                "type": "text",
                "description": "Its campaign; of a campaign itself, its id."
            },
            {
                "name": "ad_group_id",
                "type": "text",
                "description": "Its ad group, where Amazon names it; of an ad group itself, its id."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "Ad product: sp (Sponsored Products) or sb (Sponsored Brands)."
            },
            {
                "name": "amazon_entity_type",
                "type": "text",
                "description": "CAMPAIGN, AD_GROUP, AD, KEYWORD, NEGATIVE_KEYWORD, PRODUCT_TARGETING or THEME, as Amazon returns it."
            },
            {
                "name": "change_type",
                "type": "text",
                "description": "STATUS, NAME, BUDGET_AMOUNT, BID_AMOUNT, IN_BUDGET, …, as Amazon returns it."
            },
            {
                "name": "column_name",
                "type": "text",
                "description": "The column of the entity's table that was changed; null where none holds it."
            },
            {
                "name": "path",
                "type": "text",
                "description": "The place in a JSON column, as in entity_changes; else the column."
            },
            {
                "name": "old_value",
                "type": "text",
                "description": "What was there, as Amazon returns it."
            },
            {
                "name": "new_value",
                "type": "text",
                "description": "What was there since, as Amazon returns it."
            },
            {
                "name": "old_micros",
                "type": "bigint",
                "description": "What was there of an amount, in micros of the profile's currency."
            },
            {
                "name": "new_micros",
                "type": "bigint",
                "description": "What was there of an amount since, in micros of the profile's currency."
            },
            {
                "name": "other_fields",
                "type": "jsonb",
                "description": "What Amazon says besides: keyword, targeting, …; `unreadable` as elsewhere."
            },
            {
                "name": "synced_at",
                "type": "timestamp with time zone",
                "description": "When this row was last read from Amazon (UTC)."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "entity_type",
                "entity_id",
                "path",
                "occurred_at"
            ],
            [
                "occurred_at"
            ]
        ]
    },
    "sync_differences": {
        "description": "One row per entity that one of two sources lacks, and per column that they fill differently.",
        "key": [
            "profile_id",
            "entity_type",
            "entity_id",
            "source",
            "compared_with",
            "column_name"
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile of the entity."
            },
            {
                "name": "entity_type",
                "type": "text",
                "description": "campaigns, ad_groups, ads or targets."
            },
            {
                "name": "entity_id",
                "type": "text",
                "description": "Id of the entity, as in its table."
            },
            {
                "name": "source",
                "type": "text",
                "description": "The source that was compared: lists, exports, …"
            },
            {
                "name": "compared_with",
                "type": "text",
                "description": "The source that it was compared with."
            },
            {
                "name": "column_name",
                "type": "text",
                "description": "The column that differs; * where one source lacks the entity."
            },
            {
                "name": "kind",
                "type": "text",
                "description": "missing or differs."
            },
            {
                "name": "missing_from",
                "type": "text",
                "description": "The source that lacks the entity."
            },
            {
                "name": "value",
                "type": "text",
                "description": "What the source says in the column, as text; null is nothing."
            },
            {
                "name": "compared_value",
                "type": "text",
                "description": "What the other source says."
            },
            {
                "name": "run_id",
                "type": "text",
                "description": "The run that last saw the difference."
            },
            {
                "name": "last_seen_at",
                "type": "timestamp with time zone",
                "description": "When it was last seen (UTC); first seen is `created_at`."
            }
        ],
        "indexes": [
            [
                "run_id"
            ]
        ]
    },
    "sync_log": {
        "description": "One row per run, profile and entity.",
        "key": [
            "run_id",
            "profile_id",
            "entity_type"
        ],
        "columns": [
            {
                "name": "run_id",
                "type": "text",
                "description": "Run of the tap."
            },
            {
                "name": "profile_id",
                "type": "text",
                "description": "Profile of the slice; * for the listing of the profiles themselves."
            },
            {
                "name": "entity_type",
                "type": "text",
                "description": "profiles, portfolios, campaigns, ad_groups, ads, targets, ad_extensions, change_events; differences where sources are compared."
            },
            {
                "name": "mode",
                "type": "text",
                "description": "full, incremental or reconcile."
            },
            {
                "name": "status",
                "type": "text",
                "description": "running, success (read to its end) or error, as the tap last wrote it."
            },
            {
                "name": "started_at",
                "type": "timestamp with time zone",
                "description": "Not later than the slice's first request (UTC)."
            },
            {
                "name": "finished_at",
                "type": "timestamp with time zone",
                "description": "When the slice ended (UTC); null while it runs."
            },
            {
                "name": "updated_at",
                "type": "timestamp with time zone",
                "description": "When this row was last written (UTC)."
            },
            {
                "name": "items_upserted",
                "type": "bigint",
                "description": "Rows emitted for the slice."
            },
            {
                "name": "pages_fetched",
                "type": "bigint",
                "description": "Pages read for the slice."
            },
            {
                "name": "retries",
                "type": "bigint",
                "description": "Requests that were repeated."
            },
            {
                "name": "throttled_seconds",
                "type": "numeric",
                "description": "Seconds in which a request of it waited because Amazon throttled."
            },
            {
                "name": "error",
                "type": "text",
                "description": "What went wrong, in words; null on success."
            },
            {
                "name": "request_id",
                "type": "text",
                "description": "Amazon's id of the request that failed, for their support."
            },
            {
                "name": "high_watermark",
                "type": "timestamp with time zone",
                "description": "The slice's bookmark after it was read to its end (UTC)."
            },
            {
                "name": "details",
                "type": "jsonb",
                "description": "Per endpoint: pages, rows, duplicates, retries, refusals (HTTP 429), seconds throttled, shortfall, reason skipped; refused, items that cannot be rows; unreadable, by field, values that a column cannot hold, null in the row; altered, by field, values stored in another form, as an amount finer than a micro is. last_key and last_synced_at of the last row emitted; rows_seen, the different ids read, emitted or not; read_in_full, why an incremental slice was read once more, all of it."
            },
            {
                "name": "tap_version",
                "type": "text",
                "description": "Version of the tap."
            }
        ],
        "indexes": [
            [
                "profile_id",
                "entity_type",
                "started_at"
            ],
            [
                "started_at"
            ],
            [
                "created_at"
            ]
        ]
    }
}{% endraw %}{% endset %}
{{ return(fromjson(data)) }}
{% endmacro %}
