{#- Schemas are named as they are configured: nobody wants amazon_ads_fivetran to depend on who runs it. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else target.schema ~ '_' ~ custom_schema_name }}
{%- endmacro %}

{#- Every schema of ours. -#}
{% macro schema_names() %}{{ return([target.schema, target.schema ~ '_fivetran']) }}{% endmacro %}

{#- Postgres asks for the right to create schemas even where "if not exists" would create none. -#}
{% macro create_schemas() %}
    {% set found = run_query('select nspname from pg_namespace').columns[0].values() | list %}
    {% for schema in schema_names() if schema not in found %}
        {% do run_query('create schema if not exists ' ~ schema) %}
    {% endfor %}
{% endmacro %}
