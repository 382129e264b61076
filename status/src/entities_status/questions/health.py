"""Every slice with its last run, how fresh it is, and how complete."""

from __future__ import annotations

PROFILES = """
select profile_id, left(account_name, 300) as account_name, country_code, region, account_type
from {schema}.entity_profiles
order by left(account_name, 300), country_code, profile_id
"""

SLICES = """
select
    state.profile_id,
    state.entity_type,
    state.freshness,
    state.last_full_sync_at,
    state.last_incremental_sync_at,
    state.high_watermark,
    state.consecutive_errors,
    left(state.last_error, 2000) as last_error,
    state.last_error_at,
    run.run_id,
    run.status,
    left(run.error, 2000) as error,
    run.request_id,
    run.mode,
    run.started_at,
    run.finished_at,
    run.items_upserted,
    run.pages_fetched,
    run.retries,
    run.throttled_seconds,
    lists.*
from {schema}.sync_state as state
left join lateral (
    select * from {schema}.sync_runs as each
    where each.profile_id = state.profile_id and each.entity_type = state.entity_type and each.status <> 'running'
    order by each.started_at desc
    limit 1
) as run on true
left join lateral (
    select
        coalesce(sum((list.numbers ->> 'shortfall')::bigint), 0)::bigint as shortfall,
        coalesce(sum((list.numbers ->> 'accepted_shortfall')::bigint), 0)::bigint as accepted,
        coalesce(sum((list.numbers ->> 'total_reported')::bigint) filter (where list.numbers ? 'shortfall'), 0)::bigint
            as total,
        count(*) filter (where list.numbers ? 'problem') as problems,
        coalesce(sum((
            select sum(field.value::bigint)
            from jsonb_each_text(
                case when jsonb_typeof(list.numbers -> 'unreadable') = 'object' then list.numbers -> 'unreadable' end
            ) as field
        )), 0)::bigint as unreadable
    from jsonb_each(
        case when jsonb_typeof(run.details -> 'endpoints') = 'object' then run.details -> 'endpoints' end
    ) as list (path, numbers)
) as lists on true
where %(profile)s::text is null or (state.profile_id = %(profile)s and state.entity_type = %(entity)s)
"""

RUNNING = """
select distinct profile_id, entity_type
from {schema}.sync_runs
where started_at > now() - interval '1 day' and status = 'running' and profile_id is not null
"""

WHOLE_RUNS = """
select distinct on (entity_type) entity_type, status, left(error, 2000) as error, request_id, run_id, started_at
from {schema}.sync_runs
where profile_id = '*' and status <> 'running' and started_at > now() - interval '30 days'
order by entity_type, started_at desc
"""
"""How the newest runs ended where they are about no slice: the list of profiles, a run as a whole."""

RUNS_OF_SLICE = """
select
    run_id, mode, status, started_at, finished_at, duration, items_upserted, pages_fetched, retries, throttled_seconds,
    left(error, 4000) as error, request_id, details -> 'endpoints' as endpoints
from {schema}.sync_runs
where profile_id = %(profile)s and entity_type = %(entity)s
order by started_at desc
limit %(limit)s
"""
