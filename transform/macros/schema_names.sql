{#- Schemas are named as they are configured: nobody wants amazon_ads_fivetran to depend on who runs it. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else target.schema ~ '_' ~ custom_schema_name }}
{%- endmacro %}
