-- One row per run, profile and entity. A settled row is read as it is; one that is not settled yet is judged now, so that
-- a run that died shows as an error without anybody updating it.
select
    md5(log.run_id || '|' || log.profile_id || '|' || log.entity_type) as id,
    case when log.entity_type <> 'run' then log.profile_id end as profile_id,
    log.entity_type,
    log.mode,
    log.started_at,
    log.finished_at,
    log.items_upserted,
    log.pages_fetched,
    case
        when log.settled_at is not null then coalesce(log.settled_status, log.status)
        else (select verdict.status from ({{ open_verdict('log') }}) as verdict)
    end as status,
    case
        when log.settled_at is not null then coalesce(log.settled_error, log.error)
        else (select verdict.error from ({{ open_verdict('log') }}) as verdict)
    end as error,
    log.request_id,
    log.created_at,
    log.run_id,
    case when log.entity_type <> 'run' then coalesce(log.finished_at, log.updated_at) - log.started_at end as duration,
    coalesce(log.retries, 0) as retries,
    coalesce(log.throttled_seconds, 0) as throttled_seconds,
    log.high_watermark,
    log.details,
    log.tap_version,
    log.updated_at
from {{ source('amazon_ads', 'sync_log') }} as log
where
    -- The row of the run itself speaks only where it is the only one.
    log.entity_type <> 'run'
    or log.settled_status = 'error'
    or (
        log.settled_at is null
        and not exists (
            select from {{ source('amazon_ads', 'sync_log') }} as other
            where other.run_id = log.run_id and other.entity_type <> 'run'
        )
    )
