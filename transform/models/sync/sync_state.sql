-- Where every profile and entity stands: what is kept of its settled runs, and on top of it what is not settled yet.
-- Newer is what the database heard of later: clocks of taps differ.
with open_runs as (
    select
        log.profile_id,
        log.entity_type,
        log.mode,
        log.finished_at,
        log.created_at,
        log.updated_at,
        log.high_watermark,
        verdict.error,
        verdict.status
    from {{ source('amazon_ads', 'sync_log') }} as log
    cross join lateral ({{ open_verdict('log') }}) as verdict
    where log.settled_at is null and log.entity_type <> 'run' and log.profile_id <> '*'
),

newest as (
    select
        profile_id,
        entity_type,
        {%- for kind in ['full', 'incremental'] %}
        max(created_at) filter (where status = 'success' and mode = '{{ kind }}') as last_{{ kind }}_began_at,
        (array_agg(finished_at order by created_at desc) filter (where status = 'success' and mode = '{{ kind }}'))[1]
            as last_{{ kind }}_sync_at,
        {%- endfor %}
        max(created_at) filter (where status = 'success') as last_success_began_at,
        (array_agg(finished_at order by created_at desc) filter (where status = 'success'))[1] as last_success_at,
        max(high_watermark) filter (where status = 'success') as high_watermark,
        max(created_at) filter (where status = 'error') as last_error_began_at,
        (array_agg(error order by created_at desc) filter (where status = 'error'))[1] as last_error,
        (array_agg(coalesce(finished_at, updated_at) order by created_at desc) filter (where status = 'error'))[1]
            as last_error_at,
        array_agg(created_at) filter (where status = 'error') as errors_began_at,
        min(created_at) as created_at,
        max(updated_at) as updated_at
    from open_runs
    group by profile_id, entity_type
),

joined as (
    select
        profile_id,
        entity_type,
        {%- for kind in ['full', 'incremental'] %}
        case
            when newest.last_{{ kind }}_began_at > coalesce(kept.last_{{ kind }}_began_at, '-infinity')
                then newest.last_{{ kind }}_sync_at
            else kept.last_{{ kind }}_sync_at
        end as last_{{ kind }}_sync_at,
        {%- endfor %}
        case when success.is_open then newest.last_success_at else kept.last_success_at end as last_success_at,
        greatest(kept.high_watermark, newest.high_watermark) as high_watermark,
        least(kept.created_at, newest.created_at) as created_at,
        greatest(kept.updated_at, newest.updated_at) as updated_at,
        case when failure.is_open then newest.last_error else kept.last_error end as last_error,
        case when failure.is_open then newest.last_error_at else kept.last_error_at end as last_error_at,
        case
            when not success.is_open then coalesce(kept.consecutive_errors, 0)
            when kept.last_error_began_at > newest.last_success_began_at
                then {{ errors_since('kept.profile_id', 'kept.entity_type', 'newest.last_success_began_at') }}
            else 0
        end
        + (
            select count(*) from unnest(newest.errors_began_at) as failed (began_at)
            where failed.began_at > coalesce(greatest(newest.last_success_began_at, kept_success.began_at), '-infinity')
        ) as consecutive_errors
    from {{ source('amazon_ads', 'sync_slices') }} as kept
    full outer join newest using (profile_id, entity_type)
    cross join lateral (
        select greatest(kept.last_full_began_at, kept.last_incremental_began_at) as began_at
    ) as kept_success
    cross join lateral (
        select coalesce(newest.last_success_began_at > coalesce(kept_success.began_at, '-infinity'), false) as is_open
    ) as success
    cross join lateral (
        select coalesce(newest.last_error_began_at > coalesce(kept.last_error_began_at, '-infinity'), false) as is_open
    ) as failure
)

select
    profile_id,
    entity_type,
    last_full_sync_at,
    last_incremental_sync_at,
    high_watermark,
    created_at,
    updated_at,
    last_error,
    last_error_at,
    consecutive_errors,
    case
        when last_success_at is null then 'never'
        -- A clock that was ahead proves nothing.
        when last_success_at > now() + interval '1 hour' then 'stale'
        when last_success_at > now() - interval '6 hours' then 'fresh'
        when last_success_at > now() - interval '26 hours' then 'late'
        else 'stale'
    end as freshness
from joined
-- Comparing two sources loads nothing: it has no freshness.
where entity_type <> 'differences'
