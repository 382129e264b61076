-- Entities that Amazon no longer lists. They stay in their tables; only complete full slices can tell.
with complete as (
    select
        kept.profile_id,
        kept.entity_type,
        full_read.key as ad_product,
        (full_read.value ->> 'started_at')::timestamp with time zone as started_at,
        (full_read.value ->> 'finished_at')::timestamp with time zone as finished_at
    from {{ source('amazon_ads', 'sync_slices') }} as kept
    cross join lateral jsonb_each(kept.full_reads) as full_read
)

{{ vanished('entity_portfolios', 'portfolios', 'portfolio_id', 'e.name', "'any'") }}
union all
{{ vanished('entity_campaigns', 'campaigns', 'campaign_id', 'e.name', 'e.campaign_type') }}
union all
{{ vanished('entity_ad_groups', 'ad_groups', 'ad_group_id', 'e.name', 'e.ad_product') }}
union all
{{ vanished('entity_ads', 'ads', 'ad_id', 'e.name', 'e.ad_product') }}
union all
{{ vanished('entity_targets', 'targets', 'target_id', "e.expression ->> 'text'", 'e.ad_product') }}
union all
{{ vanished('entity_ad_extensions', 'ad_extensions', 'ad_extension_id', 'e.prompt', 'e.ad_product') }}
