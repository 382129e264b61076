-- Where every profile and entity stands.
with runs as (
    select * from {{ ref('sync_runs') }}
    where profile_id is not null and profile_id <> '*'
),

states as (
    select
        profile_id,
        entity_type,
        max(finished_at) filter (where status = 'success' and mode = 'full') as last_full_sync_at,
        max(finished_at) filter (where status = 'success' and mode = 'incremental') as last_incremental_sync_at,
        max(finished_at) filter (where status = 'success') as last_success_at,
        max(started_at) filter (where status = 'success') as last_success_started_at,
        max(high_watermark) filter (where status = 'success') as high_watermark,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        max(started_at) filter (where status = 'error') as last_error_started_at
    from runs
    group by profile_id, entity_type
)

select
    states.profile_id,
    states.entity_type,
    states.last_full_sync_at,
    states.last_incremental_sync_at,
    states.high_watermark,
    states.created_at,
    states.updated_at,
    failed.error as last_error,
    coalesce(failed.finished_at, failed.updated_at) as last_error_at,
    (
        select count(*) from runs
        where
            runs.profile_id = states.profile_id
            and runs.entity_type = states.entity_type
            and runs.status = 'error'
            and (states.last_success_started_at is null or runs.started_at > states.last_success_started_at)
    ) as consecutive_errors,
    case
        when states.last_success_at is null then 'never'
        when states.last_success_at > now() - interval '6 hours' then 'fresh'
        when states.last_success_at > now() - interval '26 hours' then 'late'
        else 'stale'
    end as freshness
from states
left join lateral (
    select runs.error, runs.finished_at, runs.updated_at
    from runs
    where
        runs.profile_id = states.profile_id
        and runs.entity_type = states.entity_type
        and runs.status = 'error'
    order by runs.started_at desc
    limit 1
) as failed on true
