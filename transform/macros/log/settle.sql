{#-
    `settle_runs` gives each run its verdict, once. A run is told by its id: the run that calls it settles itself when it
    is over, and whatever ended without doing so; nobody else's run is touched while it may be alive.

    `own_state`: 'alive'; 'stored', where its loader has ended well; 'failed', where it is over in any other way.
-#}
{% macro settle_function() %}
    {{ return({
        'name': 'settle_runs',
        'arguments': 'own_run text, own_origin text, own_state text',
        'types': 'text, text, text',
        'returns': 'integer',
        'body': settle_body()
    }) }}
{% endmacro %}

{% macro settle_body() %}
declare
    settled integer := 0;
    ended record;
begin
    lock table {{ qualified('sync_slices') }} in share row exclusive mode;
    for ended in
        select open_run.run_id
        from (
            select
                log.run_id,
                min(log.created_at) as first_at,
                max(log.created_at) as newest_at,
                max(log.created_at) filter (where log.entity_type = 'run') as announced_at,
                -- The tap's clock counts as far as it can be right.
                max(greatest(
                    log.created_at, case when log.updated_at < now() + interval '1 minute' then log.updated_at end
                )) as last_at,
                max(log.details ->> 'session') as session,
                max(log.details ->> 'origin') as origin
            from {{ qualified('sync_log') }} as log
            where log.settled_at is null
            group by log.run_id
        ) as open_run
        cross join lateral (
            select case
                when open_run.session is null then open_run.newest_at > now() - interval '6 hours'
                -- One copy of the project has one run at a time: an earlier one without a session is over.
                when open_run.origin = nullif(own_origin, '') then {{ session_lives('open_run.session') }}
                else coalesce(open_run.announced_at > now() - interval '20 seconds', false)
                    or {{ session_lives('open_run.session') }}
            end as is
        ) as alive
        where
            (open_run.run_id = own_run and own_state <> 'alive')
            or (
                open_run.run_id is distinct from own_run
                and not alive.is
                -- Where another copy of the project runs, a moment without a session is no death.
                and (open_run.origin = nullif(own_origin, '') or open_run.last_at < now() - interval '2 minutes')
            )
        order by open_run.first_at
    loop
        settled := settled + 1;
        with stored as materialized (
            {%- for entity in slice_ids() %}
            select '{{ entity }}' as entity_type, e.profile_id, count(*) as entities
            from {{ qualified(slice_table(entity)) }} as e
            where e.profile_id in (select l.profile_id from {{ qualified('sync_log') }} as l where l.run_id = ended.run_id)
            group by e.profile_id
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ),

        run_row as materialized (
            select r.error from {{ qualified('sync_log') }} as r
            where r.run_id = ended.run_id and r.profile_id = '*' and r.entity_type = 'run'
        ),

        judged as (
            select
                log.profile_id,
                log.entity_type,
                case
                    -- The row of the run itself is an error only where nothing else tells of it.
                    when log.entity_type = 'run' and (
                        (ended.run_id = own_run and own_state = 'stored' and log.error is null)
                        or exists (
                            select from {{ qualified('sync_log') }} as other
                            where other.run_id = ended.run_id and other.entity_type <> 'run'
                        )
                    ) then null
                    else coalesce(
                        {{ slice_error('log', 'arrived.is', 'false', '(select run_row.error from run_row)') }},
                        {{ lost_rows('log', 'stored.entities') }}
                    )
                end as error
            from {{ qualified('sync_log') }} as log
            cross join lateral (
                select {{ rows_arrived('log', newer="ended.run_id = own_run and own_state = 'stored'") }} as is
            ) as arrived
            left join stored on stored.profile_id = log.profile_id and stored.entity_type = log.entity_type
            where log.run_id = ended.run_id and log.settled_at is null
        ),

        verdicts as (
            update {{ qualified('sync_log') }} as log
            set
                settled_at = now(),
                settled_error = judged.error,
                settled_status = case when judged.error is null then 'success' else 'error' end
            from judged
            where
                log.run_id = ended.run_id and log.settled_at is null
                and log.profile_id = judged.profile_id and log.entity_type = judged.entity_type
            returning log.*
        )

        insert into {{ qualified('sync_slices') }} as kept (
            profile_id, entity_type, created_at, updated_at,
            last_full_sync_at, last_full_began_at, last_incremental_sync_at, last_incremental_began_at,
            last_success_at, last_success_run_id, high_watermark, last_error, last_error_at, last_error_began_at,
            consecutive_errors, rows_seen, rows_stored, last_key, last_synced_at, full_reads
        )
        select
            log.profile_id,
            log.entity_type,
            log.created_at,
            log.updated_at,
            case when good.is and log.mode = 'full' then log.finished_at end,
            case when good.is and log.mode = 'full' then log.created_at end,
            case when good.is and log.mode = 'incremental' then log.finished_at end,
            case when good.is and log.mode = 'incremental' then log.created_at end,
            case when good.is then log.finished_at end,
            case when good.is then log.run_id end,
            case when good.is then log.high_watermark end,
            log.settled_error,
            case when not good.is then coalesce(log.finished_at, log.updated_at) end,
            case when not good.is then log.created_at end,
            case when good.is then 0 else 1 end,
            case when good.is then (log.details ->> 'rows_seen')::bigint end,
            coalesce(stored.entities, 0),
            case when good.is then log.details ->> 'last_key' end,
            case when good.is then coalesce(
                (log.details ->> 'last_synced_at')::timestamp with time zone, log.started_at
            ) end,
            {{ full_reads_of('log', 'good.is') }}
        from verdicts as log
        cross join lateral (select log.settled_status = 'success' as is) as good
        left join stored on stored.profile_id = log.profile_id and stored.entity_type = log.entity_type
        where log.entity_type <> 'run' and log.profile_id <> '*'
        on conflict (profile_id, entity_type) do update set {{ fold_slice() }};
        perform {{ qualified('mark_vanished') }}(ended.run_id);
    end loop;
    return settled;
end
{% endmacro %}

{#-
    What one more settled row changes in what is kept. Rows of several copies of the project are not settled in the order
    in which their slices began, and clocks of taps differ: what is newest goes by when the database first heard of it.
-#}
{% macro fold_slice() %}
            {%- set kept_success = 'greatest(kept.last_full_began_at, kept.last_incremental_began_at)' %}
            {%- set success = 'greatest(excluded.last_full_began_at, excluded.last_incremental_began_at)' %}
            {%- set is_newest = success ~ " > coalesce(" ~ kept_success ~ ", '-infinity')" %}
            created_at = least(kept.created_at, excluded.created_at),
            updated_at = greatest(kept.updated_at, excluded.updated_at),
            {%- for kind in ['full', 'incremental'] %}
            last_{{ kind }}_sync_at = case
                when excluded.last_{{ kind }}_began_at > coalesce(kept.last_{{ kind }}_began_at, '-infinity')
                    then excluded.last_{{ kind }}_sync_at
                else kept.last_{{ kind }}_sync_at
            end,
            last_{{ kind }}_began_at = greatest(kept.last_{{ kind }}_began_at, excluded.last_{{ kind }}_began_at),
            {%- endfor %}
            {%- for name in ['last_success_at', 'last_success_run_id', 'rows_seen'] %}
            {{ name }} = case when {{ is_newest }} then excluded.{{ name }} else kept.{{ name }} end,
            {%- endfor %}
            high_watermark = greatest(kept.high_watermark, excluded.high_watermark),
            {%- for name in ['last_error', 'last_error_at'] %}
            {{ name }} = case
                when excluded.last_error_began_at > coalesce(kept.last_error_began_at, '-infinity') then excluded.{{ name }}
                else kept.{{ name }}
            end,
            {%- endfor %}
            last_error_began_at = greatest(kept.last_error_began_at, excluded.last_error_began_at),
            consecutive_errors = case
                when excluded.last_error_began_at > coalesce({{ kept_success }}, '-infinity')
                    then kept.consecutive_errors + 1
                when {{ is_newest }} then case
                    when kept.last_error_began_at > {{ success }}
                        then {{ errors_since('kept.profile_id', 'kept.entity_type', success) }}
                    else 0
                end
                else kept.consecutive_errors
            end,
            -- Nothing is ever deleted: fewer rows are lost rows, until a complete full read has said what there is.
            rows_stored = case
                when {{ is_newest }} and excluded.last_full_began_at is not null then excluded.rows_stored
                else greatest(kept.rows_stored, excluded.rows_stored)
            end,
            {%- for name in ['last_key', 'last_synced_at'] %}
            {{ name }} = case
                when {{ is_newest }} and excluded.last_key is not null then excluded.{{ name }} else kept.{{ name }}
            end,
            {%- endfor %}
            full_reads = case
                when excluded.full_reads = '{}'::jsonb then kept.full_reads
                else (
                    select jsonb_object_agg(newest.key, newest.value)
                    from (
                        -- The newest read of a product, and the one before it.
                        select distinct on (each.key)
                            each.key,
                            case
                                when lead(each.value) over newest_first is null then each.value
                                else jsonb_build_object('before', lead(each.value - 'before') over newest_first) || each.value
                            end as value
                        from (
                            select * from jsonb_each(kept.full_reads)
                            union all
                            select * from jsonb_each(excluded.full_reads)
                        ) as each
                        window newest_first as (
                            partition by each.key
                            order by (each.value ->> 'began_at')::timestamp with time zone desc nulls last
                        )
                        order by each.key, (each.value ->> 'began_at')::timestamp with time zone desc nulls last
                    ) as newest
                )
            end
{%- endmacro %}

{#- Settled errors of a slice that began after a moment; only asked where runs were settled in another order. -#}
{% macro errors_since(profile_id, entity_type, moment) %}
    (
        select count(*) from {{ qualified('sync_log') }} as l
        where
            l.profile_id = {{ profile_id }} and l.entity_type = {{ entity_type }} and l.created_at > {{ moment }}
            and l.settled_at is not null and coalesce(l.settled_status, l.status) = 'error'
    )
{%- endmacro %}

{#-
    {ad product: when it was read in full} of a log row. A clock that was ahead proves nothing: what others store after
    it would look as if that read had missed it. Nor does a list of which rows may be missing (accepted_shortfall),
    or one that was refused because accounts of that kind do not have the product.
-#}
{% macro full_reads_of(log, is_good) %}
    case
        when {{ is_good }} and {{ log }}.mode = 'full' and {{ log }}.started_at < {{ log }}.created_at + interval '10 minutes'
            and not coalesce(jsonb_path_exists({{ log }}.details, '$.endpoints.*.accepted_shortfall'), false)
            then (
                select jsonb_object_agg(lower(product.name), jsonb_build_object(
                    'began_at', {{ log }}.created_at,
                    'started_at', {{ log }}.started_at,
                    'finished_at', {{ log }}.finished_at
                ))
                from jsonb_array_elements_text(
                    coalesce({{ log }}.details -> 'ad_products', '[]'::jsonb) || '["any"]'::jsonb
                ) as product (name)
                where not exists (
                    select from jsonb_each({{ log }}.details -> 'endpoints') as list
                    where
                        list.value ? 'skipped'
                        and (list.key like lower(product.name) || '/%' or list.key like '% ' || upper(product.name))
                )
            )
        else '{}'::jsonb
    end
{%- endmacro %}

{#- Forget what is older than the log is to be kept; a bounded number of rows at a time. -#}
{% macro prune_function() %}
    {{ return({
        'name': 'prune_log',
        'arguments': 'keep_days integer',
        'types': 'integer',
        'returns': 'void',
        'body': prune_body()
    }) }}
{% endmacro %}

{% macro prune_body() %}
begin
    delete from {{ qualified('sync_log') }} where ctid in (
        select l.ctid from {{ qualified('sync_log') }} as l
        where l.settled_at is not null and l.created_at < now() - make_interval(days => keep_days)
        limit 100000
    );
end
{% endmacro %}

{% macro prune() %}
    {{ return(
        'select ' ~ qualified('prune_log') ~ '(' ~ whole_number('AMAZON_ADS_LOG_RETENTION_DAYS', 400) ~ '::integer)'
    ) }}
{% endmacro %}

{#-
    Who runs: the id of the run, the copy of the project it belongs to, and the name of its database sessions. The id is
    asked for when something is done, never when files are parsed: dbt parses anew whatever rests on a variable that
    has changed, and this one changes with every run.
-#}
{% macro run_id() %}{{ return((env_var('MELTANO_RUN_ID', '') or invocation_id) if execute else '') }}{% endmacro %}
{% macro run_origin() %}{{ return(env_var('AMAZON_ADS_ORIGIN', '')) }}{% endmacro %}

{#-
    `announce_run` gives earlier runs their verdict and leaves the row of this one before it loads, so that one that dies
    before its first rows arrive is not invisible.
-#}
{% macro announce_function() %}
    {{ return({
        'name': 'announce_run',
        'arguments': 'own_run text, own_origin text, own_session text',
        'types': 'text, text, text',
        'returns': 'integer',
        'body': announce_body()
    }) }}
{% endmacro %}

{% macro announce_body() %}
begin
    insert into {{ qualified('sync_log') }} (run_id, profile_id, entity_type, status, started_at, updated_at, details)
    values (
        own_run, '*', 'run', 'running', now(), now(), jsonb_build_object('origin', own_origin, 'session', own_session)
    )
    on conflict do nothing;
    return {{ qualified('settle_runs') }}(own_run, own_origin, 'alive'::text);
end
{% endmacro %}

{#- Typed in full: of several functions of that name, Postgres takes the one whose types fit exactly. -#}
{% macro announce() %}
    {% set session = env_var('AMAZON_ADS_SESSION', '') or 'tap-amazon-ads-entities' %}
    {{ return(call_for_run('announce_run', session)) }}
{% endmacro %}

{% macro call_for_run(name, argument) %}
    {{ return(
        'select ' ~ qualified(name) ~ '(' ~ quoted(run_id()) ~ '::text, ' ~ quoted(run_origin()) ~ '::text, '
        ~ quoted(argument) ~ '::text)'
    ) }}
{% endmacro %}

{#- Before dbt does anything: tables as they should be, or in the post-step this run's verdict, once its rows are stored. -#}
{% macro begin_step() %}
    {% if execute and flags.WHICH == 'run' %}
        {% do prepare() %}
    {% elif execute and flags.WHICH == 'build' %}
        {% do change([call_for_run('settle_runs', 'stored')]) %}
    {% endif %}
{% endmacro %}
