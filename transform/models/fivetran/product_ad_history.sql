select
    ad_id as id,
    campaign_id,
    ad_group_id,
    asin,
    sku,
    state,
    serving_status,
    creation_time as creation_date,
    last_updated_time as last_updated_date,
    profile_id
from {{ source('amazon_ads', 'entity_ads') }}
where ad_product in ('sp', 'sd')
