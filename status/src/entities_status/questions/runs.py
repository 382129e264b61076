"""Whole runs, and what one of them has done."""

from __future__ import annotations

# Found by their start before they are grouped: grouping by run would read the log of all years in that order.
RUNS = """
with recent as materialized (
    select
        run_id, profile_id, mode, status, left(error, 300) as error, started_at, finished_at, updated_at,
        items_upserted, pages_fetched, retries, throttled_seconds
    from {schema}.sync_runs
    where started_at > now() - make_interval(days => %(days)s)
)

select
    run_id,
    min(started_at) as started_at,
    max(coalesce(finished_at, updated_at)) as ended_at,
    bool_or(status = 'running') as running,
    bool_or(mode = 'full') as is_full,
    bool_or(mode = 'incremental') as is_incremental,
    count(*) filter (where profile_id is not null and profile_id <> '*') as slices,
    count(*) filter (where status = 'success' and profile_id <> '*') as succeeded,
    count(*) filter (where finished_at is not null and profile_id <> '*') as ended,
    count(*) filter (where status = 'error') as failed,
    count(*) filter (where status = 'error' and error like 'aborted%%') as aborted,
    coalesce(sum(items_upserted), 0)::bigint as rows,
    coalesce(sum(pages_fetched), 0)::bigint as pages,
    coalesce(sum(retries), 0)::bigint as retries,
    coalesce(sum(throttled_seconds), 0)::float8 as throttled_seconds,
    min(error) filter (where status = 'error') as first_error
from recent
group by run_id
order by min(started_at) desc
limit 1000
"""

NEWEST = """
select max(started_at) as started_at from {schema}.sync_runs
where started_at > now() - interval '400 days'
"""

SLICES_OF_RUN = """
select
    runs.profile_id, left(profiles.account_name, 300) as account_name, profiles.country_code, runs.entity_type,
    runs.mode, runs.status, runs.started_at, runs.finished_at, runs.duration, runs.items_upserted, runs.pages_fetched,
    runs.retries, runs.throttled_seconds, left(runs.error, 1000) as error, runs.request_id
from {schema}.sync_runs as runs
left join {schema}.entity_profiles as profiles on profiles.profile_id = runs.profile_id
where runs.run_id = %(run)s
order by array_position('{{error,running,success}}', runs.status), runs.finished_at desc nulls last, runs.profile_id
limit %(limit)s
"""

BY_ENTITY = """
select
    entity_type,
    count(*) as slices,
    count(*) filter (where finished_at is not null) as ended,
    count(*) filter (where status = 'success') as succeeded,
    count(*) filter (where status = 'error') as failed,
    coalesce(sum(items_upserted), 0)::bigint as rows,
    coalesce(sum(pages_fetched), 0)::bigint as pages,
    coalesce(sum(throttled_seconds), 0)::float8 as throttled_seconds
from {schema}.sync_runs
where run_id = %(run)s and profile_id is not null and profile_id <> '*'
group by entity_type
order by array_position('{{portfolios,campaigns,ad_groups,ads,targets,change_events}}', entity_type)
"""

THROTTLING = """
select
    date_trunc('hour', coalesce(runs.finished_at, runs.updated_at)) as hour,
    coalesce(profiles.region, 'all') as region,
    sum(coalesce(runs.pages_fetched, 0) + runs.retries)::bigint as requests,
    sum(runs.retries)::bigint as repeated,
    sum(coalesce(refused.times, 0))::bigint as refused,
    sum(runs.throttled_seconds)::float8 as seconds
from {schema}.sync_runs as runs
left join {schema}.entity_profiles as profiles on profiles.profile_id = runs.profile_id
left join lateral (
    select sum((list.numbers ->> 'refusals')::bigint) as times
    from jsonb_each(
        case when jsonb_typeof(runs.details -> 'endpoints') = 'object' then runs.details -> 'endpoints' end
    ) as list (path, numbers)
    where runs.retries > 0
) as refused on true
where runs.started_at > now() - make_interval(days => %(days)s)
group by 1, 2
order by 1, 2
"""
