{#- Let the reader's own rights and row-level security decide; Postgres knows security_invoker since 15. -#}
{% macro secure_view(relation) -%}
do $$
begin
    if current_setting('server_version_num')::int >= 150000 then
        execute 'alter view {{ relation }} set (security_invoker = on)';
    end if;
end
$$
{%- endmacro %}
