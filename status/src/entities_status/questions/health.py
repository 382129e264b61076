"""Every slice with its last run, how fresh it is, and how complete."""

from __future__ import annotations

PROFILES = """
select profile_id, left(account_name, 300) as account_name, country_code, region, account_type
from {schema}.entity_profiles
order by left(account_name, 300), country_code, profile_id
"""

# Thousands of rows: what nobody looks at is left out.
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
    run.status,
    left(run.error, 2000) as error,
    run.request_id,
    run.items_upserted,
    run.pages_fetched,
    run.throttled_seconds,
    run.details -> 'endpoints' as endpoints
from {schema}.sync_state as state
left join lateral (
    select * from {schema}.sync_runs as each
    where each.profile_id = state.profile_id and each.entity_type = state.entity_type and each.status <> 'running'
    order by each.started_at desc
    limit 1
) as run on true
where %(profile)s::text is null or (state.profile_id = %(profile)s and state.entity_type = %(entity)s)
"""

RUNNING = """
select distinct profile_id, entity_type
from {schema}.sync_runs
where
    run_id = any(array(select run_id from {schema}.sync_log where settled_at is null group by run_id))
    and started_at > now() - interval '1 day'
    and status = 'running'
    and profile_id is not null
"""

# Found by its index before anything else is asked of it: Postgres would rather read the log of all years.
_WHOLE = """
with whole as materialized (
    select entity_type, status, error, request_id, run_id, started_at, details
    from {schema}.sync_runs
    where (profile_id = '*' or entity_type = 'run') and started_at > now() - interval '30 days'
)
"""

WHOLE_RUNS = f"""
{_WHOLE}

select distinct on (entity_type) entity_type, status, left(error, 2000) as error, request_id, run_id, started_at
from whole
where
    status <> 'running'
    and (
        entity_type <> 'run'
        or not exists (
            select 1 from whole as later
            where later.entity_type <> 'run' and later.status = 'success' and later.started_at > whole.started_at
        )
    )
order by entity_type, started_at desc
"""
"""How the newest runs ended where they are about no slice: the list of profiles, or a run that came to no slice at all,
until a later one does."""

GONE = f"""
{_WHOLE}

select distinct profiles.profile_id, profiles.synced_at as last_listed_at
from whole
cross join lateral jsonb_array_elements_text(
    case
        when jsonb_typeof(whole.details #> '{{{{no_longer_visible,first}}}}') = 'array'
            then whole.details #> '{{{{no_longer_visible,first}}}}'
    end
) as missing (profile_id)
inner join {{schema}}.entity_profiles as profiles
    on profiles.profile_id = missing.profile_id and profiles.synced_at < whole.started_at
where whole.entity_type = 'profiles' and whole.status = 'success'
"""
"""Profiles that a complete reading of the list of profiles has missed, and nobody has found since."""

RUNS_OF_SLICE = """
select
    run_id, mode, status, started_at, finished_at, duration, items_upserted as rows, pages_fetched as pages, retries,
    throttled_seconds, left(error, 4000) as error, request_id, details -> 'endpoints' as endpoints,
    case when status = 'error' and error like 'aborted%%' then 'aborted' else status end as outcome
from {schema}.sync_runs
where profile_id = %(profile)s and entity_type = %(entity)s
order by started_at desc
limit %(limit)s
"""
