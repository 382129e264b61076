{#- Generated from history.yml by generate.py; do not edit. -#}
{% macro history_columns() %}
{% set data %}{% raw %}{
    "kept": [
        {
            "name": "valid_from",
            "type": "timestamp with time zone",
            "default": "now()",
            "description": "Since when the row has been as it is (UTC): when the change was stored, or the row, or when its history began."
        },
        {
            "name": "vanished_since",
            "type": "timestamp with time zone",
            "description": "When the first complete full read that did not list it ended (UTC), once that is confirmed; null while Amazon lists it."
        }
    ],
    "version": [
        {
            "name": "valid_to",
            "type": "timestamp with time zone",
            "description": "Until when the row was like that (UTC), not included."
        }
    ],
    "current": [
        {
            "name": "is_current",
            "type": "boolean",
            "description": "Whether the row is like that now."
        }
    ],
    "changes": {
        "description": "One row per entity and changed column, as runs have found them.",
        "key": [
            "profile_id",
            "entity_type",
            "entity_id",
            "seen_at",
            "path"
        ],
        "indexes": [
            [
                "seen_at"
            ],
            [
                "profile_id",
                "column_name",
                "seen_at"
            ],
            [
                "profile_id",
                "campaign_id",
                "seen_at"
            ]
        ],
        "columns": [
            {
                "name": "profile_id",
                "type": "text",
                "description": "The profile."
            },
            {
                "name": "entity_type",
                "type": "text",
                "description": "profiles, portfolios, campaigns, ad_groups, ads, targets or ad_extensions."
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
                "description": "Its ad group; of an ad group itself, its id."
            },
            {
                "name": "ad_product",
                "type": "text",
                "description": "sp, sb, sd or st; null for profiles and portfolios."
            },
            {
                "name": "kind",
                "type": "text",
                "description": "created, changed, archived, vanished or reappeared."
            },
            {
                "name": "column_name",
                "type": "text",
                "description": "The column; created_at of an entity that is new, vanished_since of one that vanished or reappeared."
            },
            {
                "name": "path",
                "type": "text",
                "description": "The place in a JSON column, such as bidding.placementBidding[PLACEMENT_TOP].percentage; else the column."
            },
            {
                "name": "old_value",
                "type": "jsonb",
                "description": "What was there; null where there was nothing."
            },
            {
                "name": "new_value",
                "type": "jsonb",
                "description": "What is there; null where there is nothing."
            },
            {
                "name": "changed_at",
                "type": "timestamp with time zone",
                "description": "Amazon's time of change, where it moved (UTC); of an entity that is new, when it was created; else null."
            },
            {
                "name": "seen_at",
                "type": "timestamp with time zone",
                "description": "When the change was stored (UTC); the valid_from of the version that it led to."
            },
            {
                "name": "run_id",
                "type": "text",
                "description": "The run that found it; null where the loader was not started by one."
            }
        ]
    }
}{% endraw %}{% endset %}
{{ return(fromjson(data)) }}
{% endmacro %}
