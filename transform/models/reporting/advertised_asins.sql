-- Which ASINs and SKUs run in which campaigns, Sponsored Brands creatives included.
with ads as (
    select * from {{ source('amazon_ads', 'entity_ads') }}
),

products as (
    select profile_id, ad_id, asin, sku from ads where asin is not null or sku is not null
    union all
    select ads.profile_id, ads.ad_id, listed.asin, null as sku
    from ads
    cross join lateral {{ json_texts('ads.creative', ['creative', 'asins'], as='asin') }}
)

select distinct
    ads.profile_id,
    products.asin,
    products.sku,
    ads.ad_product,
    ads.campaign_id,
    campaigns.name as campaign_name,
    campaigns.state as campaign_state,
    ads.ad_group_id,
    ads.ad_id,
    ads.state,
    ads.computed_status
from products
inner join ads on products.profile_id = ads.profile_id and products.ad_id = ads.ad_id
left join {{ source('amazon_ads', 'entity_campaigns') }} as campaigns
    on ads.profile_id = campaigns.profile_id and ads.campaign_id = campaigns.campaign_id
