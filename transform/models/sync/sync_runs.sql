-- One row per run, profile and entity. Nothing has to update it: whether a run died is decided when it is read.
with sessions as (
    -- Visible to every role: the loader's connections carry this name, and nobody counts who could not load.
    select application_name
    from pg_stat_activity
    where
        datname = current_database()
        and has_table_privilege(usesysid, '{{ source('amazon_ads', 'sync_log') }}'::regclass, 'insert')
),

slices as (
    select
        log.*,
        log.details ->> 'last_key' as last_key,
        case
            when log.details ? 'session'
                then exists (select 1 from sessions where application_name = log.details ->> 'session')
            -- Loaders that have no name: alive as long as a run may last.
            else log.updated_at > now() - interval '6 hours'
        end as loader_alive,
        lead(log.run_id) over (partition by log.profile_id, log.entity_type order by log.started_at)
            is not null as superseded
    from {{ source('amazon_ads', 'sync_log') }} as log
),

arrived as (
    select
        slices.*,
        -- Rows are stored in order: where the last one has arrived, all before it have.
        case
            when last_key is null then true
            when entity_type = 'portfolios' then exists (
                select 1 from {{ source('amazon_ads', 'entity_portfolios') }} as e
                where e.profile_id = slices.profile_id and e.portfolio_id = last_key and e.synced_at >= started_at
            )
            when entity_type = 'campaigns' then exists (
                select 1 from {{ source('amazon_ads', 'entity_campaigns') }} as e
                where e.profile_id = slices.profile_id and e.campaign_id = last_key and e.synced_at >= started_at
            )
            when entity_type = 'ad_groups' then exists (
                select 1 from {{ source('amazon_ads', 'entity_ad_groups') }} as e
                where e.profile_id = slices.profile_id and e.ad_group_id = last_key and e.synced_at >= started_at
            )
            when entity_type = 'ads' then exists (
                select 1 from {{ source('amazon_ads', 'entity_ads') }} as e
                where e.profile_id = slices.profile_id and e.ad_id = last_key and e.synced_at >= started_at
            )
            when entity_type = 'targets' then exists (
                select 1 from {{ source('amazon_ads', 'entity_targets') }} as e
                where e.profile_id = slices.profile_id and e.target_id = last_key and e.synced_at >= started_at
            )
            else true
        end as rows_arrived
    from slices
),

judged as (
    select
        *,
        case
            when status = 'running' and (superseded or not loader_alive)
                then 'aborted: the run ended without finishing this slice'
            when status = 'success' and not rows_arrived and (superseded or not loader_alive)
                then 'aborted: the loader ended before all rows were stored'
            else error
        end as verdict
    from arrived
),

markers as (
    select
        marker.run_id,
        marker.started_at,
        coalesce(
            lead(marker.started_at) over (order by marker.started_at),
            'infinity'::timestamptz
        ) as next_started_at
    from {{ source('amazon_ads', 'sync_run_markers') }} as marker
),

silent as (
    -- Runs that were prepared and died before their first row was stored.
    select
        markers.*,
        next_started_at = 'infinity'::timestamptz and (
            started_at > now() - interval '20 seconds'
            or exists (select 1 from sessions where application_name = 'tap-amazon-ads-entities')
        ) as may_be_alive
    from markers
    where not exists (
        select 1 from {{ source('amazon_ads', 'sync_log') }} as log
        where log.started_at >= markers.started_at and log.started_at < markers.next_started_at
    )
)

select
    md5(run_id || '|' || profile_id || '|' || entity_type) as id,
    profile_id,
    entity_type,
    mode,
    started_at,
    finished_at,
    items_upserted,
    pages_fetched,
    case
        when verdict is not null then 'error'
        when status = 'success' and not rows_arrived then 'running'
        else status
    end as status,
    verdict as error,
    request_id,
    created_at,
    run_id,
    coalesce(finished_at, updated_at) - started_at as duration,
    retries,
    throttled_seconds,
    high_watermark,
    details,
    tap_version,
    updated_at
from judged

union all

select
    md5(run_id || '|' || started_at) as id,
    null as profile_id,
    'run' as entity_type,
    null as mode,
    started_at,
    null as finished_at,
    0 as items_upserted,
    0 as pages_fetched,
    case when may_be_alive then 'running' else 'error' end as status,
    case when not may_be_alive then 'aborted: the run ended before its first row was stored' end as error,
    null as request_id,
    started_at as created_at,
    run_id,
    null as duration,
    0 as retries,
    0 as throttled_seconds,
    null as high_watermark,
    '{}'::jsonb as details,
    null as tap_version,
    started_at as updated_at
from silent
