{#-
    Let the reader's own rights and row-level security decide; Postgres knows security_invoker since 15. Before that a
    view shows its owner's rows, so that nobody else is given the right to read it.
-#}
{% macro secure_view(name) %}
    {% set settings = access_settings() %}
    {{ return('do ' ~ quoted(
        "declare reader name; begin if current_setting('server_version_num')::int >= 150000 then"
        ~ ' execute ' ~ quoted('alter view ' ~ name ~ ' set (security_invoker = on)') ~ ';'
        ~ ' for reader in select rolname from pg_roles where rolname in ('
        ~ quoted_list([settings.analyst, settings.loader]) ~ ') loop'
        ~ ' execute format(' ~ quoted('grant select on ' ~ name ~ ' to %I') ~ ', reader); end loop; end if; end'
    )) }}
{% endmacro %}
