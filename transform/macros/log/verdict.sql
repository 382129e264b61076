{#-
    What became of a slice, judged from what is stored. A verdict is given once: `settle_runs` stores it, and only rows
    that it has not settled yet are judged when they are read. Views and settling share every word of the judgement.
-#}

{#-
    Whether a session of that name is at work. Visible to every role: the sessions of a run carry its name, and nobody
    counts who could not load.
-#}
{% macro session_lives(name) %}
    exists (
        select from pg_catalog.pg_stat_activity as s
        where
            s.datname = current_database()
            and s.application_name = {{ name }}
            and has_table_privilege(s.usesysid, '{{ qualified('sync_log') }}'::regclass, 'insert')
    )
{%- endmacro %}

{#- Whether somebody is still at work on the run of a log row; by the database's clock, whatever the tap's says. -#}
{% macro run_alive(log) %}
    case
        when {{ log }}.details ? 'session' then
            -- From preparing a run to its first session.
            ({{ log }}.entity_type = 'run' and {{ log }}.created_at > now() - interval '20 seconds')
            or {{ session_lives(log ~ ".details ->> 'session'") }}
        -- Loaders that have no name: alive as long as a run may last.
        else {{ log }}.created_at > now() - interval '6 hours'
    end
{%- endmacro %}

{#-
    Whether the last row that the run emitted for the slice is stored. The rows of a table are stored in order: where the
    last one has arrived, all before it have. Tables are stored independently of each other, so that the log alone proves
    nothing.

    A row that another run has stored since says nothing about this one. Only the run itself, which has seen its loader
    end, and logs of loaders that never settle in between believe a newer one (`newer`: SQL that says so).
-#}
{% macro rows_arrived(log, newer="false") %}
    case
        when not {{ log }}.details ? 'last_key' then true
        {%- for entity, column in slice_ids().items() %}
        when {{ log }}.entity_type = '{{ entity }}' then exists (
            select from {{ qualified(slice_table(entity)) }} as e
            where
                e.profile_id = {{ log }}.profile_id
                and e.{{ column }} = {{ log }}.details ->> 'last_key'
                and case
                    when {{ log }}.details ? 'last_synced_at' and {{ log }}.details ? 'session' and not ({{ newer }})
                        then e.synced_at = ({{ log }}.details ->> 'last_synced_at')::timestamp with time zone
                    else e.synced_at >= coalesce(
                        ({{ log }}.details ->> 'last_synced_at')::timestamp with time zone, {{ log }}.started_at
                    )
                end
        )
        {%- endfor %}
        else true
    end
{%- endmacro %}

{#- How many rows of the slice are stored. -#}
{% macro rows_stored(log) %}
    case {{ log }}.entity_type
        {%- for entity in slice_ids() %}
        when '{{ entity }}' then (
            select count(*) from {{ qualified(slice_table(entity)) }} as e where e.profile_id = {{ log }}.profile_id
        )
        {%- endfor %}
    end
{%- endmacro %}

{#- The verdict of a row that is not settled yet, as a row (error, status); its error is null where there is none. -#}
{% macro open_verdict(log) %}
    select
        coalesce(judged.error, lost.error) as error,
        case
            when coalesce(judged.error, lost.error) is not null then 'error'
            when {{ log }}.status = 'success' and not arrived.is then 'running'
            else {{ log }}.status
        end as status
    from
        -- `offset 0` keeps Postgres from writing each of them out wherever the next one names it: planning took 0.3 s.
        lateral (select {{ rows_arrived(log) }} as is offset 0) as arrived,
        lateral (select {{ slice_error(log, 'arrived.is', run_alive(log)) }} as error offset 0) as judged,
        lateral (
            select case
                when judged.error is null and arrived.is then {{ lost_rows(log, rows_stored(log)) }}
            end as error
            offset 0
        ) as lost
    where {{ log }}.settled_at is null
    offset 0
{%- endmacro %}

{#- The error of a log row by what the tap wrote, whether its rows have arrived, and whether its run lives. -#}
{% macro slice_error(log, arrived, alive, reason="null::text") %}
    case
        when {{ log }}.entity_type = 'run' then
            case
                when not ({{ alive }})
                    then 'aborted: ' || coalesce({{ log }}.error, 'the run ended before its first row was stored')
            end
        when {{ log }}.status = 'running' and not ({{ alive }})
            then 'aborted: ' || coalesce({{ reason }}, 'the run ended without finishing this slice')
        when {{ log }}.status = 'success' and not {{ arrived }} and not ({{ alive }})
            then 'aborted: ' || coalesce({{ reason }}, 'the loader ended before all rows were stored')
        when {{ log }}.status in ('running', 'success') then {{ log }}.error
        else coalesce({{ log }}.error, 'the run did not say why')
    end
{%- endmacro %}

{#- Nothing is ever deleted: a full slice of which fewer rows are stored than it read has lost some. -#}
{% macro lost_rows(log, stored) %}
    case
        when {{ log }}.status = 'success' and {{ log }}.mode = 'full'
            and coalesce({{ stored }}, 0) < ({{ log }}.details ->> 'rows_seen')::bigint
            then format(
                'aborted: only %s of the %s entities that were read are stored',
                coalesce({{ stored }}, 0), {{ log }}.details ->> 'rows_seen'
            )
    end
{%- endmacro %}

{#- {entity: id column} of the slices. -#}
{% macro slice_ids() %}
    {{ return({
        'portfolios': 'portfolio_id', 'campaigns': 'campaign_id', 'ad_groups': 'ad_group_id',
        'ads': 'ad_id', 'targets': 'target_id', 'ad_extensions': 'ad_extension_id', 'change_events': 'event_id'
    }) }}
{% endmacro %}

{#- The table that the rows of a slice are in. -#}
{% macro slice_table(entity) %}{{ return('entity_' ~ entity if 'entity_' ~ entity in landing_tables() else entity) }}{% endmacro %}
