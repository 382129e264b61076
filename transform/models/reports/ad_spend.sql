{{ config(enabled=env_var('AMAZON_ADS_REPORTS', '') != '') }}
-- Spend of every ad and day, as somebody else's reports have it, with the ad's place in the account and its product.
with reports as ({{ report_rows('ad') }}),

ads as ({{ spend_entities('ad') }}),

-- An ad of several products is no ad of one of them.
products as (
    select profile_id, ad_id, min(asin) as asin, min(sku) as sku
    from {{ ref('advertised_asins') }}
    group by profile_id, ad_id
    having count(*) = 1
)

select
    {{ spend_place('ads') }},
    reports.entity_id as ad_id,
    coalesce(reports.asin, products.asin) as asin,
    coalesce(reports.sku, products.sku) as sku,
    reports.ad_product,
    ads.effective_status,
    {{ spend_measures() }}
from reports
left join ads on {{ report_join('ads', 'entity_id') }}
left join products on ads.profile_id = products.profile_id and ads.entity_id = products.ad_id
