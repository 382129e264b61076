-- Every ad and target with its ad group, campaign, portfolio and profile, and what it effectively bids.
with leaves as (
    select
        'target' as level,
        profile_id,
        target_id as entity_id,
        campaign_id,
        ad_group_id,
        ad_product,
        coalesce(expression ->> 'text', {{ json_text('expression', ['resolvedExpression', 0, 'value']) }}, match_type) as entity_name,
        target_type as entity_type,
        match_type,
        negative,
        state,
        computed_status,
        bid_micros
    from {{ source('amazon_ads', 'entity_targets') }}
    union all
    select
        'ad' as level,
        profile_id,
        ad_id as entity_id,
        campaign_id,
        ad_group_id,
        ad_product,
        coalesce(name, asin, sku, {{ json_text('creative', ['creative', 'headline']) }}) as entity_name,
        'ad' as entity_type,
        null as match_type,
        false as negative,
        state,
        computed_status,
        null as bid_micros
    from {{ source('amazon_ads', 'entity_ads') }}
)

select
    leaves.level,
    leaves.profile_id,
    profiles.account_name,
    profiles.country_code,
    profiles.currency_code,
    portfolios.portfolio_id,
    portfolios.name as portfolio_name,
    leaves.campaign_id,
    campaigns.name as campaign_name,
    leaves.ad_group_id,
    ad_groups.name as ad_group_name,
    leaves.entity_id,
    leaves.entity_name,
    leaves.entity_type,
    leaves.match_type,
    leaves.negative,
    leaves.ad_product,
    leaves.state,
    -- Whatever stops a parent stops its children; of one whose state nobody could read, nobody knows.
    case
        when campaigns.profile_id is not null and lower(campaigns.state) is distinct from 'enabled' then campaigns.computed_status
        when ad_groups.profile_id is not null and lower(ad_groups.state) is distinct from 'enabled' then ad_groups.computed_status
        when lower(leaves.state) <> 'enabled' then leaves.computed_status
        when campaigns.computed_status not in ('delivering', 'unknown') then campaigns.computed_status
        when ad_groups.computed_status not in ('delivering', 'unknown') then ad_groups.computed_status
        else leaves.computed_status
    end as effective_status,
    case
        when leaves.level = 'target' and not leaves.negative
            then coalesce(leaves.bid_micros, ad_groups.default_bid_micros)
    end as effective_bid_micros,
    leaves.bid_micros is null and leaves.level = 'target' and not leaves.negative as inherits_bid
from leaves
left join {{ source('amazon_ads', 'entity_ad_groups') }} as ad_groups using (profile_id, ad_group_id)
left join {{ source('amazon_ads', 'entity_campaigns') }} as campaigns
    on leaves.profile_id = campaigns.profile_id and leaves.campaign_id = campaigns.campaign_id
left join {{ source('amazon_ads', 'entity_portfolios') }} as portfolios
    on campaigns.profile_id = portfolios.profile_id and campaigns.portfolio_id = portfolios.portfolio_id
left join {{ source('amazon_ads', 'entity_profiles') }} as profiles on leaves.profile_id = profiles.profile_id
