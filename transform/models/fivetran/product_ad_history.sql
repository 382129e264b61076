select
    ad_id as id,
    campaign_id,
    ad_group_id,
    asin,
    sku,
    state,
    serving_status,
    creation_time as creation_date,
    {{ last_updated_date('entity_ads', 'ad_id') }} as last_updated_date,
    profile_id,
    valid_from,
    valid_to,
    is_current
from {{ ref('entity_ads_history') }} as h
where ad_product in ('sp', 'sd')
