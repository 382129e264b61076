-- Every other target, with the parts of its expression side by side.
select
    profile_id,
    target_id,
    campaign_id,
    ad_group_id,
    ad_product,
    target_type,
    match_type,
    negative,
    target_level,
    {{ json_text('expression', ['expression', 0, 'value']) }} as value,
    {{ json_text('expression', ['resolvedExpression', 0, 'value']) }} as resolved_value,
    expression -> 'expression' as expression,
    state,
    computed_status,
    bid_micros,
    last_updated_time
from {{ source('amazon_ads', 'entity_targets') }}
where target_type <> 'keyword'
