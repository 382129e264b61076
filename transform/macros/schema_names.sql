{#- Schemas are named as they are configured: nobody wants amazon_ads_fivetran to depend on who runs it. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else target.schema ~ '_' ~ custom_schema_name }}
{%- endmacro %}

{#- Every schema of ours. -#}
{% macro schema_names() %}{{ return([target.schema, target.schema ~ '_fivetran']) }}{% endmacro %}

{#- Postgres asks for the right to create schemas even where "if not exists" would create none. -#}
{% macro create_schemas() %}
    {% set found = look('select nspname from pg_namespace').columns[0].values() | list %}
    {% for schema in schema_names() if schema not in found %}
        {% do change(['create schema if not exists ' ~ schema]) %}
    {% endfor %}
{% endmacro %}

{#- The schema goes into SQL as it is. -#}
{% macro check_schema() %}
    {% set reserved = target.schema in ['public', 'private', 'information_schema'] or target.schema.startswith('pg_') %}
    {% if reserved or not modules.re.fullmatch('[a-z_][a-z0-9_]{0,49}', target.schema) %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_SCHEMA is not the name of a schema that can be used: it takes a lower-case letter or _, then up to 49'
            ~ ' lower-case letters, digits and _, and is neither public, private nor reserved.'
        ) %}
    {% endif %}
{% endmacro %}
