"""The account as a tree, a page of children at a time: portfolios, campaigns, ad groups, ads and targets.

A page begins after the last child of the one before (`after`, `after_id`), so that the last page costs what the first
one does. Every branch of `CHILDREN` finds its rows by an index that begins with the profile and the parent.
"""

from __future__ import annotations

_PAGE = """
with children as materialized ({children}),

sorted as (
    select children.*, lower(left(coalesce(children.name, ''), 100)) collate "C" as place from children
)

select kind, profile_id, id, left(name, 300) as name, product, state, status, micros, more, place
from sorted
where %(after_id)s::text is null or (place, kind || id) > (%(after)s::text collate "C", %(after_id)s::text)
order by place, kind || id
limit %(limit)s
"""

_PROFILES = """
    select 'profile' as kind, profile_id, profile_id as id, account_name as name, null as product, null as state,
        null as status, null::bigint as micros, concat_ws(' ', country_code, account_type, currency_code) as more
    from {schema}.entity_profiles
"""

_PORTFOLIOS = """
    select 'portfolio' as kind, profile_id, portfolio_id as id, name, null as product, lower(state) as state,
        computed_status as status, budget_micros as micros, currency_code as more
    from {schema}.entity_portfolios
    where
"""

_NO_PORTFOLIO = """
    select 'no_portfolio', %(profile)s, '', 'Campaigns without a portfolio', null, null, null, null, null
"""

_CAMPAIGNS = """
    select 'campaign' as kind, profile_id, campaign_id as id, name, campaign_type as product, lower(state) as state,
        computed_status as status, budget_micros as micros, concat_ws(' ', currency_code, budget_type) as more
    from {schema}.entity_campaigns
    where
"""

_AD_GROUPS = """
    select 'ad_group' as kind, profile_id, ad_group_id as id, name, ad_product as product, lower(state) as state,
        computed_status as status, default_bid_micros as micros, 'default bid' as more
    from {schema}.entity_ad_groups
    where
"""

_ADS = """
    select 'ad' as kind, profile_id, ad_id as id, coalesce(name, asin, sku) as name, ad_product as product,
        lower(state) as state, computed_status as status, null::bigint as micros, concat_ws(' ', asin, sku) as more
    from {schema}.entity_ads
    where
"""

_TARGETS = """
    select 'target' as kind, profile_id, target_id as id,
        coalesce(expression ->> 'text', expression #>> '{{resolvedExpression,0,value}}',
            expression #>> '{{expression,0,value}}', match_type) as name,
        ad_product as product, lower(state) as state, computed_status as status, bid_micros as micros,
        concat_ws(' ', case when negative then 'negative' end, target_type, match_type) as more
    from {schema}.entity_targets
    where
"""

_OF_PROFILE = "profile_id = %(profile)s"
_ANY_PROFILE = "(%(profile)s::text is null or profile_id = %(profile)s)"


def _page(children: str) -> str:
    return _PAGE.replace("{children}", children)


CHILDREN: dict[str, str] = {
    "root": _page(_PROFILES),
    "profile": _page(f"{_PORTFOLIOS} {_OF_PROFILE} union all {_NO_PORTFOLIO}"),
    "portfolio": _page(f"{_CAMPAIGNS} {_OF_PROFILE} and portfolio_id = %(id)s"),
    "no_portfolio": _page(f"{_CAMPAIGNS} {_OF_PROFILE} and portfolio_id is null"),
    "campaign": _page(
        f"{_AD_GROUPS} {_OF_PROFILE} and campaign_id = %(id)s"
        f" union all {_TARGETS} {_OF_PROFILE} and campaign_id = %(id)s and ad_group_id is null"
    ),
    "ad_group": _page(
        f"{_ADS} {_OF_PROFILE} and ad_group_id = %(id)s union all {_TARGETS} {_OF_PROFILE} and ad_group_id = %(id)s"
    ),
}
"""By kind of the parent."""

_FOUND = """
select kind, profile_id, id, left(name, 300) as name, product, state, status, micros, more from ({matches}) as found
limit %(limit)s
"""

SEARCH: dict[str, str] = {
    kind: _FOUND.replace("{matches}", f"{rows} {_ANY_PROFILE} and ({match})")
    for kind, rows, match in (
        ("portfolio", _PORTFOLIOS, "portfolio_id = %(id)s or lower(name) like lower(%(like)s)"),
        ("campaign", _CAMPAIGNS, "campaign_id = %(id)s or lower(name) like lower(%(like)s)"),
        ("ad_group", _AD_GROUPS, "ad_group_id = %(id)s or lower(name) like lower(%(like)s)"),
        ("ad", _ADS, "ad_id = %(id)s or asin = upper(%(id)s) or sku = %(id)s or lower(name) like lower(%(like)s)"),
        ("target", _TARGETS, "target_id = %(id)s or lower(expression ->> 'text') like lower(%(like)s)"),
    )
}
"""By kind of what is looked for; %(like)s is the pattern, %(id)s the text itself.

`ilike` finds the same, and lowers the pattern anew for each row.
"""
