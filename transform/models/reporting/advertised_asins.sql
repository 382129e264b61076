-- Which ASINs and SKUs run in which campaigns, Sponsored Brands creatives included.
with products as (
    select profile_id, ad_id, campaign_id, ad_group_id, ad_product, state, computed_status, asin, sku
    from {{ source('amazon_ads', 'entity_ads') }}
    where asin is not null or sku is not null
    union all
    -- A creative may name an ASIN twice, or the one that is the ad's own; all other rows are distinct as they are.
    select distinct
        ads.profile_id, ads.ad_id, ads.campaign_id, ads.ad_group_id, ads.ad_product, ads.state, ads.computed_status,
        listed.asin, null as sku
    from {{ source('amazon_ads', 'entity_ads') }} as ads
    cross join lateral {{ json_texts('ads.creative', ['creative', 'asins'], as='asin') }}
    where
        {{ json_part('ads.creative', ['creative', 'asins']) }} is not null
        and (ads.sku is not null or ads.asin is null or ads.asin is distinct from listed.asin)
)

select
    products.profile_id,
    products.asin,
    products.sku,
    products.ad_product,
    products.campaign_id,
    campaigns.name as campaign_name,
    campaigns.state as campaign_state,
    products.ad_group_id,
    products.ad_id,
    products.state,
    products.computed_status
from products
left join {{ source('amazon_ads', 'entity_campaigns') }} as campaigns
    on products.profile_id = campaigns.profile_id and products.campaign_id = campaigns.campaign_id
