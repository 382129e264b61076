{{ config(enabled=env_var('AMAZON_ADS_REPORTS', '') != '') }}
-- Spend of every ad and day, as somebody else's reports have it, with the ad's place in the account and its product.
with reports as ({{ report_rows('ad') }}),

ads as (
    select *, count(*) over (partition by entity_id) as holders from {{ ref('ad_hierarchy') }} where level = 'ad'
),

-- An ad of several products is no ad of one of them.
products as (
    select profile_id, ad_id, min(asin) as asin, min(sku) as sku
    from {{ ref('advertised_asins') }}
    group by profile_id, ad_id
    having count(*) = 1
)

select
    reports.date,
    coalesce(reports.profile_id, ads.profile_id) as profile_id,
    ads.account_name,
    ads.country_code,
    ads.currency_code,
    ads.portfolio_id,
    ads.portfolio_name,
    coalesce(reports.campaign_id, ads.campaign_id) as campaign_id,
    ads.campaign_name,
    coalesce(reports.ad_group_id, ads.ad_group_id) as ad_group_id,
    ads.ad_group_name,
    reports.entity_id as ad_id,
    coalesce(reports.asin, products.asin) as asin,
    coalesce(reports.sku, products.sku) as sku,
    reports.ad_product,
    ads.effective_status,
    reports.impressions,
    reports.clicks,
    reports.cost_micros,
    reports.purchases,
    reports.sales_micros
from reports
left join ads on {{ report_join('ads', 'entity_id') }}
left join products on ads.profile_id = products.profile_id and ads.entity_id = products.ad_id
