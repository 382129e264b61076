{{ config(enabled=env_var('AMAZON_ADS_REPORTS', '') != '') }}
-- Spend of every campaign and day, as somebody else's reports have it, with what is known of the campaign.
with reports as ({{ report_rows('campaign') }}),

campaigns as (
    select *, count(*) over (partition by campaign_id) as holders from {{ source('amazon_ads', 'entity_campaigns') }}
)

select
    reports.date,
    coalesce(reports.profile_id, campaigns.profile_id) as profile_id,
    profiles.account_name,
    profiles.country_code,
    profiles.currency_code,
    campaigns.portfolio_id,
    portfolios.name as portfolio_name,
    reports.entity_id as campaign_id,
    campaigns.name as campaign_name,
    reports.ad_product,
    campaigns.state,
    campaigns.computed_status,
    campaigns.daily_budget_micros,
    {{ spend_measures() }}
from reports
left join campaigns on {{ report_join('campaigns', 'campaign_id') }}
left join {{ source('amazon_ads', 'entity_portfolios') }} as portfolios
    on campaigns.profile_id = portfolios.profile_id and campaigns.portfolio_id = portfolios.portfolio_id
left join {{ source('amazon_ads', 'entity_profiles') }} as profiles
    on coalesce(reports.profile_id, campaigns.profile_id) = profiles.profile_id
