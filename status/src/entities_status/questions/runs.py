"""Whole runs, and what one of them has done."""

from __future__ import annotations

MOST_ROWS = 100_000
"""Of the run log that one answer is made of; a run is never cut in two, because all its slices begin at one moment."""

# Found by their start before they are grouped: grouping by run would read the log of all years in that order.
_NEWEST_ROWS = f"""
    select * from {{schema}}.sync_runs
    where
        started_at > now() - make_interval(days => %(days)s)
        and (%(before)s::timestamptz is null or started_at < %(before)s::timestamptz)
    order by started_at desc
    fetch first {MOST_ROWS} rows with ties
"""

_OPEN_ROWS = """
    select * from {schema}.sync_runs
    where
        started_at > now() - interval '1 day'
        and run_id = any(array(select run_id from {schema}.sync_log where settled_at is null group by run_id))
"""

_BY_RUN = """
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
    min(left(error, 300)) filter (where status = 'error') as error,
    sum(count(*)) over () as log_rows
from ({rows}) as recent
group by run_id
order by min(started_at) desc
limit %(limit)s
"""

RUNS = _BY_RUN.replace("{rows}", _NEWEST_ROWS)
OPEN_RUNS = _BY_RUN.replace("{rows}", _OPEN_ROWS)

NEWEST = """
select max(started_at) as started_at from {schema}.sync_runs
where started_at > now() - interval '400 days'
"""

SLICES_OF_RUN = """
select
    runs.profile_id, left(profiles.account_name, 300) as account_name, profiles.country_code, runs.entity_type,
    runs.mode, runs.status, runs.started_at, runs.finished_at, runs.duration, runs.items_upserted as rows,
    runs.pages_fetched as pages, runs.retries, runs.throttled_seconds, left(runs.error, 1000) as error, runs.request_id,
    case when runs.status = 'error' and runs.error like 'aborted%%' then 'aborted' else runs.status end as outcome
from {schema}.sync_runs as runs
left join {schema}.entity_profiles as profiles on profiles.profile_id = runs.profile_id
where runs.run_id = %(run)s
order by array_position('{{error,running,success}}', runs.status), runs.finished_at desc nulls last, runs.profile_id
limit %(limit)s
"""

NEWEST_OF_RUN = """
select runs.profile_id, left(profiles.account_name, 300) as account_name, runs.entity_type
from (
    select profile_id, entity_type, finished_at from {schema}.sync_runs
    where run_id = %(run)s and finished_at is not null and profile_id <> '*'
    order by finished_at desc
    limit %(limit)s
) as runs
left join {schema}.entity_profiles as profiles on profiles.profile_id = runs.profile_id
order by runs.finished_at desc
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
order by array_position('{{portfolios,campaigns,ad_groups,ads,targets,ad_extensions,change_events}}', entity_type)
"""

THROTTLING = """
select
    date_trunc('hour', coalesce(runs.finished_at, runs.updated_at)) as hour,
    coalesce(profiles.region, 'all') as region,
    sum(coalesce(runs.pages_fetched, 0) + runs.retries)::bigint as requests,
    sum(runs.retries)::bigint as repeated,
    sum(coalesce(refused.times, 0))::bigint as refused,
    sum(runs.throttled_seconds)::float8 as seconds,
    sum(count(*)) over () as log_rows,
    min(min(runs.started_at)) over () as since
from ({rows}) as runs
left join {schema}.entity_profiles as profiles on profiles.profile_id = runs.profile_id
left join lateral (
    select sum(
        case when jsonb_typeof(list.numbers -> 'refusals') = 'number' then (list.numbers ->> 'refusals')::numeric end
    ) as times
    from jsonb_each(
        case when jsonb_typeof(runs.details -> 'endpoints') = 'object' then runs.details -> 'endpoints' end
    ) as list (path, numbers)
    where runs.retries > 0
) as refused on true
group by 1, 2
order by 1, 2
""".replace("{rows}", _NEWEST_ROWS)
