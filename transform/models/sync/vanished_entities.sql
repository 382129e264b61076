-- Entities that Amazon no longer lists. They stay in their tables; only complete full slices can tell.
with complete as (
    select distinct on (runs.profile_id, runs.entity_type, upper(product.name))
        runs.profile_id,
        runs.entity_type,
        lower(product.name) as ad_product,
        runs.started_at,
        runs.finished_at
    from {{ ref('sync_runs') }} as runs
    cross join lateral jsonb_array_elements_text(runs.details -> 'ad_products' || '["any"]'::jsonb) as product (name)
    where runs.status = 'success' and runs.mode = 'full'
    order by runs.profile_id, runs.entity_type, upper(product.name), runs.started_at desc
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
