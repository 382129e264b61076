{#-
    Let the reader's own rights and row-level security decide; Postgres knows security_invoker since 15. Before that a
    view shows its owner's rows, so that nobody else is given the right to read it.
-#}
{% macro secure_view(relation) -%}
{%- set settings = access_settings() -%}
do $$
declare
    reader name;
begin
    if current_setting('server_version_num')::int >= 150000 then
        execute 'alter view {{ relation }} set (security_invoker = on)';
        for reader in
            select rolname from pg_roles where rolname in ({{ quoted(settings.analyst) }}, {{ quoted(settings.loader) }})
        loop
            execute format('grant select on {{ relation }} to %I', reader);
        end loop;
    end if;
end
$$
{%- endmacro %}
