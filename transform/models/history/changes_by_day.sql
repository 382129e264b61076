-- How much changed on each day (UTC).
select
    profile_id,
    (seen_at at time zone 'UTC')::date as day,
    entity_type,
    ad_product,
    kind,
    column_name,
    count(*) as changes,
    count(distinct entity_id) as entities
from {{ source('amazon_ads', 'entity_changes') }}
group by 1, 2, 3, 4, 5, 6
