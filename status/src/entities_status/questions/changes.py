"""What has changed in the account, as runs have found it; where the history of entities is kept."""

from __future__ import annotations

TABLE = "entity_changes"

_CHOSEN = """
    seen_at > now() - make_interval(days => %(days)s)
    and (%(profile)s::text is null or profile_id = %(profile)s)
    and (%(campaign)s::text is null or campaign_id = %(campaign)s)
    and (%(field)s::text is null or column_name = %(field)s)
    and (%(kind)s::text is null or kind = %(kind)s)
"""

PER_DAY = f"""
select (seen_at at time zone 'UTC')::date as day, kind, count(*) as changes
from {{schema}}.entity_changes
where {_CHOSEN}
group by 1, 2
order by 1, 2
"""

FIELDS = """
select column_name, count(*) as changes
from {schema}.entity_changes
where seen_at > now() - make_interval(days => %(days)s)
group by 1
order by 2 desc, 1
limit 60
"""

NEWEST = f"""
with newest as (
    select * from {{schema}}.entity_changes
    where
        {_CHOSEN}
        and (
            %(before)s::timestamptz is null
            or (seen_at, profile_id, entity_type, entity_id, path)
            < (%(before)s::timestamptz, (%(place)s::text[])[1], (%(place)s::text[])[2], (%(place)s::text[])[3],
                (%(place)s::text[])[4])
        )
    order by seen_at desc, profile_id desc, entity_type desc, entity_id desc, path desc
    limit %(limit)s
)

select
    newest.profile_id, left(profiles.account_name, 300) as account_name, profiles.country_code, newest.entity_type,
    newest.entity_id, newest.campaign_id, left(campaigns.name, 300) as campaign_name, newest.ad_product, newest.kind,
    newest.column_name, newest.path, left(newest.old_value #>> '{{{{}}}}', 300) as old_value,
    left(newest.new_value #>> '{{{{}}}}', 300) as new_value, newest.changed_at, newest.seen_at, newest.run_id
from newest
left join {{schema}}.entity_profiles as profiles on profiles.profile_id = newest.profile_id
left join {{schema}}.entity_campaigns as campaigns
    on campaigns.profile_id = newest.profile_id and campaigns.campaign_id = newest.campaign_id
order by newest.seen_at desc, newest.profile_id desc, newest.entity_type desc, newest.entity_id desc, newest.path desc
"""
