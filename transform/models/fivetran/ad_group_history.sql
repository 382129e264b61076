select
    ad_group_id as id,
    campaign_id,
    name,
    state,
    default_bid_micros / 1000000.0 as default_bid,
    serving_status,
    creation_time as creation_date,
    {{ last_updated_date('entity_ad_groups', 'ad_group_id') }} as last_updated_date,
    profile_id,
    valid_from,
    valid_to,
    is_current
from {{ ref('entity_ad_groups_history') }} as h
