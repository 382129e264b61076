{#- Every run leaves a mark before it loads, so that one that dies before its first rows arrive is not invisible. -#}

{% macro create_markers() %}
    {{ return(
        'create table if not exists ' ~ qualified('sync_run_markers')
        ~ ' (run_id text not null, started_at timestamp with time zone not null default now())'
    ) }}
{% endmacro %}

{% macro mark_run() %}
    {% set run_id = env_var('MELTANO_RUN_ID', '') or invocation_id %}
    {{ return(
        'delete from ' ~ qualified('sync_run_markers') ~ " where started_at < now() - interval '400 days'; "
        ~ 'insert into ' ~ qualified('sync_run_markers') ~ ' (run_id) values (' ~ quoted(run_id) ~ ')'
    ) }}
{% endmacro %}
