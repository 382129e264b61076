{{ config(enabled=env_var('AMAZON_ADS_REPORTS', '') != '') }}
-- Spend of every keyword or other target and day, as somebody else's reports have it, with what it bids.
with reports as ({{ report_rows('target') }}),

targets as (
    select *, count(*) over (partition by entity_id) as holders from {{ ref('ad_hierarchy') }} where level = 'target'
)

select
    reports.date,
    coalesce(reports.profile_id, targets.profile_id) as profile_id,
    targets.account_name,
    targets.country_code,
    targets.currency_code,
    targets.portfolio_id,
    targets.portfolio_name,
    coalesce(reports.campaign_id, targets.campaign_id) as campaign_id,
    targets.campaign_name,
    coalesce(reports.ad_group_id, targets.ad_group_id) as ad_group_id,
    targets.ad_group_name,
    reports.entity_id as target_id,
    targets.entity_name as target_name,
    targets.entity_type as target_type,
    targets.match_type,
    reports.ad_product,
    targets.effective_status,
    targets.effective_bid_micros,
    reports.impressions,
    reports.clicks,
    reports.cost_micros,
    reports.purchases,
    reports.sales_micros
from reports
left join targets on {{ report_join('targets', 'entity_id') }}
