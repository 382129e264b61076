{{ config(enabled=env_var('AMAZON_ADS_REPORTS', '') != '') }}
-- Spend of every keyword or other target and day, as somebody else's reports have it, with what it bids.
with reports as ({{ report_rows('target') }}),

targets as ({{ spend_entities('target') }})

select
    {{ spend_place('targets') }},
    reports.entity_id as target_id,
    targets.entity_name as target_name,
    targets.entity_type as target_type,
    targets.match_type,
    reports.ad_product,
    targets.effective_status,
    targets.effective_bid_micros,
    {{ spend_measures() }}
from reports
left join targets on {{ report_join('targets', 'entity_id') }}
