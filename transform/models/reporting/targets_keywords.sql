-- Keywords of all ad products, positive and negative, with what they effectively bid.
select
    targets.profile_id,
    targets.target_id as keyword_id,
    targets.campaign_id,
    targets.ad_group_id,
    targets.ad_product,
    targets.expression ->> 'text' as keyword_text,
    targets.match_type,
    targets.negative,
    targets.target_level,
    targets.state,
    targets.computed_status,
    targets.bid_micros,
    case when not targets.negative then coalesce(targets.bid_micros, ad_groups.default_bid_micros) end as effective_bid_micros,
    targets.last_updated_time
from {{ source('amazon_ads', 'entity_targets') }} as targets
left join {{ source('amazon_ads', 'entity_ad_groups') }} as ad_groups using (profile_id, ad_group_id)
where targets.target_type = 'keyword'
