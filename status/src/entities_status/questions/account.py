"""What the account holds: counts, distributions of amounts, ASINs. Nothing is asked for before it is looked at."""

from __future__ import annotations

# Counted as they are stored, and folded afterwards: `lower` of every row takes longer than counting it.
COUNTS = """
with counted as (
    select 'portfolios' as entity, 'all' as product, state, computed_status, count(*) as rows
    from {schema}.entity_portfolios
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 3, 4
    union all
    select 'campaigns', campaign_type, state, computed_status, count(*)
    from {schema}.entity_campaigns
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 2, 3, 4
    union all
    select 'ad_groups', ad_product, state, computed_status, count(*)
    from {schema}.entity_ad_groups
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 2, 3, 4
    union all
    select 'ads', ad_product, state, computed_status, count(*)
    from {schema}.entity_ads
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 2, 3, 4
    union all
    select 'targets', ad_product, state, computed_status, count(*)
    from {schema}.entity_targets
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 2, 3, 4
    union all
    select 'ad_extensions', ad_product, state, computed_status, count(*)
    from {schema}.entity_ad_extensions
    where %(profile)s::text is null or profile_id = %(profile)s
    group by 2, 3, 4
)

select entity, product, lower(state) as state, computed_status, sum(rows)::bigint as rows
from counted
group by 1, 2, 3, 4
"""

AMOUNTS = """
with amounts as (
    select 'budget' as kind, profile_id, daily_budget_micros as micros from {schema}.entity_campaigns
    where daily_budget_micros is not null and (%(profile)s::text is null or profile_id = %(profile)s)
    union all
    select 'bid', profile_id, bid_micros from {schema}.entity_targets
    where bid_micros is not null and not negative and (%(profile)s::text is null or profile_id = %(profile)s)
),

counted as (
    select kind, profile_id, width_bucket(micros, %(edges)s::bigint[]) as bucket, count(*) as rows
    from amounts
    group by 1, 2, 3
)

select
    counted.kind, coalesce(profiles.currency_code, '?') as currency, counted.bucket, sum(counted.rows)::bigint as rows
from counted
left join {schema}.entity_profiles as profiles using (profile_id)
group by 1, 2, 3
"""

# First the ASINs, then what there is to count of these few: counting distinct campaigns means sorting them.
ASINS = """
with most as materialized (
    select asin
    from {schema}.advertised_asins
    where
        asin is not null
        and (%(profile)s::text is null or profile_id = %(profile)s)
        and (%(asin)s::text is null or upper(asin) = upper(%(asin)s))
    group by asin
    order by count(*) desc, asin
    limit %(limit)s
)

select
    asin,
    count(distinct (profile_id, campaign_id)) as campaigns,
    count(distinct (profile_id, ad_id)) as ads,
    count(distinct (profile_id, ad_id)) filter (where computed_status = 'delivering') as delivering,
    string_agg(distinct ad_product, ', ') as products,
    count(distinct profile_id) as profiles
from {schema}.advertised_asins
where asin = any(array(select asin from most)) and (%(profile)s::text is null or profile_id = %(profile)s)
group by asin
order by 3 desc, 1
"""

WHERE_ASIN_RUNS = """
select
    asins.profile_id, left(profiles.account_name, 300) as account_name, profiles.country_code, asins.ad_product,
    asins.campaign_id, left(asins.campaign_name, 300) as campaign_name, asins.ad_group_id, asins.ad_id,
    left(asins.sku, 100) as sku, asins.state, asins.computed_status
from {schema}.advertised_asins as asins
left join {schema}.entity_profiles as profiles on profiles.profile_id = asins.profile_id
where asins.asin = %(asin)s and (%(profile)s::text is null or asins.profile_id = %(profile)s)
order by left(asins.campaign_name, 300), asins.ad_id
limit %(limit)s
"""
