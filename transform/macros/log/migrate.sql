{#-
    A log from before verdicts were kept: what is over is settled as it was judged until now. Only rows whose own word was
    not the last one are rewritten, and what the runs of every slice amount to is kept.
-#}
{% macro settle_earlier_log(found) %}
    {% set statements = [reopen_living_runs(), earlier_errors(), earlier_slices()] %}
    {% if 'sync_run_markers' in found %}{% do statements.append(earlier_markers()) %}{% endif %}
    {{ return(statements) }}
{% endmacro %}

{#- A default fills the column without touching a row. -#}
{% macro settle_by_default(name, column) %}
    {% set table = 'alter table ' ~ qualified(name) %}
    {{ return([
        table ~ ' add column if not exists settled_at ' ~ column.type ~ ' default now()',
        table ~ ' alter column settled_at drop default'
    ]) }}
{% endmacro %}

{% macro reopen_living_runs() %}
    update {{ qualified('sync_log') }} as log
    set settled_at = null
    where log.created_at > now() - interval '6 hours' and {{ run_alive('log') }}
{% endmacro %}

{% macro earlier_errors() %}
    update {{ qualified('sync_log') }} as log
    set settled_status = 'error', settled_error = verdict.error
    from (
        select judged.run_id, judged.profile_id, judged.entity_type, judged.error
        from (
            select
                log.run_id, log.profile_id, log.entity_type,
                {{ slice_error('log', rows_arrived('log', newer='true'), 'false') }} as error
            from {{ qualified('sync_log') }} as log
            where log.status <> 'error' and log.settled_at is not null
        ) as judged
        where judged.error is not null
    ) as verdict
    where
        log.run_id = verdict.run_id and log.profile_id = verdict.profile_id and log.entity_type = verdict.entity_type
{% endmacro %}

{#- A table is held to nothing but what its newest complete slice has seen: earlier logs did not count what was stored. -#}
{% macro earlier_slices() %}
    insert into {{ qualified('sync_slices') }} (
        profile_id, entity_type, created_at, updated_at,
        last_full_sync_at, last_full_began_at, last_incremental_sync_at, last_incremental_began_at,
        last_success_at, last_success_run_id, high_watermark, last_error, last_error_at, last_error_began_at,
        consecutive_errors, rows_seen, rows_stored, full_reads
    )
    select
        slice.profile_id,
        slice.entity_type,
        slice.created_at,
        slice.updated_at,
        slice.last_full_sync_at,
        slice.last_full_began_at,
        slice.last_incremental_sync_at,
        slice.last_incremental_began_at,
        slice.last_success_at,
        slice.last_success_run_id,
        slice.high_watermark,
        failed.error,
        failed.at,
        failed.began_at,
        (
            select count(*) from {{ qualified('sync_log') }} as l
            where
                l.profile_id = slice.profile_id and l.entity_type = slice.entity_type
                and l.settled_at is not null and coalesce(l.settled_status, l.status) = 'error'
                and (slice.last_success_started_at is null or l.started_at > slice.last_success_started_at)
        ),
        slice.rows_seen,
        0,
        coalesce(full_read.products, '{}'::jsonb)
    from (
        select
            log.profile_id,
            log.entity_type,
            min(log.created_at) as created_at,
            max(log.updated_at) as updated_at,
            {%- for kind in ['full', 'incremental'] %}
            max(log.finished_at) filter (where good.is and log.mode = '{{ kind }}') as last_{{ kind }}_sync_at,
            max(log.created_at) filter (where good.is and log.mode = '{{ kind }}') as last_{{ kind }}_began_at,
            {%- endfor %}
            max(log.finished_at) filter (where good.is) as last_success_at,
            max(log.started_at) filter (where good.is) as last_success_started_at,
            max(log.high_watermark) filter (where good.is) as high_watermark,
            (array_agg(log.run_id order by log.started_at desc) filter (where good.is))[1] as last_success_run_id,
            (array_agg((log.details ->> 'rows_seen')::bigint order by log.started_at desc) filter (where good.is))[1]
                as rows_seen
        from {{ qualified('sync_log') }} as log
        cross join lateral (select coalesce(log.settled_status, log.status) = 'success' as is) as good
        where log.profile_id <> '*' and log.entity_type <> 'run' and log.settled_at is not null
        group by log.profile_id, log.entity_type
    ) as slice
    left join lateral (
        select
            coalesce(l.settled_error, l.error) as error,
            coalesce(l.finished_at, l.updated_at) as at,
            l.created_at as began_at
        from {{ qualified('sync_log') }} as l
        where
            l.profile_id = slice.profile_id and l.entity_type = slice.entity_type
            and l.settled_at is not null and coalesce(l.settled_status, l.status) = 'error'
        order by l.started_at desc
        limit 1
    ) as failed on true
    left join (
        select newest.profile_id, newest.entity_type, jsonb_object_agg(newest.key, newest.value) as products
        from (
            select distinct on (log.profile_id, log.entity_type, full_read.key)
                log.profile_id, log.entity_type, full_read.key, full_read.value
            from {{ qualified('sync_log') }} as log
            cross join lateral jsonb_each(
                {{ full_reads_of('log', "coalesce(log.settled_status, log.status) = 'success'") }}
            ) as full_read
            where log.settled_at is not null
            order by log.profile_id, log.entity_type, full_read.key, log.started_at desc
        ) as newest
        group by newest.profile_id, newest.entity_type
    ) as full_read on full_read.profile_id = slice.profile_id and full_read.entity_type = slice.entity_type
    on conflict do nothing
{% endmacro %}

{#- Runs that left nothing but their mark. -#}
{% macro earlier_markers() %}
    insert into {{ qualified('sync_log') }} (
        run_id, profile_id, entity_type, status, started_at, updated_at, created_at, details,
        settled_at, settled_status, settled_error
    )
    select
        marker.run_id, '*', 'run', 'running', marker.started_at, marker.started_at, marker.started_at, '{}'::jsonb,
        now(), 'error', 'aborted: the run ended before its first row was stored'
    from (
        select
            m.run_id,
            min(m.started_at) as started_at,
            coalesce(lead(min(m.started_at)) over (order by min(m.started_at)), 'infinity') as next_started_at
        from {{ qualified('sync_run_markers') }} as m
        group by m.run_id
    ) as marker
    where
        not exists (select from {{ qualified('sync_log') }} as log where log.run_id = marker.run_id)
        and not exists (
            select from {{ qualified('sync_log') }} as log
            where log.started_at >= marker.started_at and log.started_at < marker.next_started_at
        )
    on conflict do nothing
{% endmacro %}

{#- Their table goes once no view reads it any more. -#}
{% macro drop_markers() %}
    {% if execute and look('select to_regclass(' ~ quoted(qualified('sync_run_markers')) ~ ') is not null').rows[0][0] %}
        {% do change([
            'do ' ~ quoted('begin drop table ' ~ qualified('sync_run_markers')
                ~ '; exception when dependent_objects_still_exist then null; end')
        ]) %}
    {% endif %}
{% endmacro %}
