{#-
    `campaigns_as_of(moment)` and its like: the rows of a table as they were. Plain SQL, so that what is asked of it reaches
    the indexes, with the rights of whoever asks; every name in it is qualified, operators too.
-#}
{% macro as_of_functions() %}
    {% set functions = [] %}
    {% for table, entity in versioned_entities().items() %}
        {% set columns = [] %}
        {% for each in landing_tables()[table].columns + history_columns().kept + history_columns().version %}
            {% do columns.append(each.name ~ ' ' ~ each.type) %}
        {% endfor %}
        {% do functions.append({
            'name': entity.type ~ '_as_of',
            'arguments': 'moment timestamp with time zone',
            'types': 'timestamp with time zone',
            'returns': 'table (' ~ columns | join(', ') ~ ')',
            'language': 'sql stable',
            'readable': true,
            'body': as_of_body(table)
        }) %}
    {% endfor %}
    {{ return(functions) }}
{% endmacro %}

{% macro as_of_body(table) %}
select {{ version_columns(table, 'v.') }}, v.valid_to
from {{ qualified(versions_of(table)) }} as v
where v.valid_from operator(pg_catalog.<=) moment and v.valid_to operator(pg_catalog.>) moment
union all
select {{ version_columns(table, 'e.') }}, null::timestamp with time zone
from {{ qualified(table) }} as e
where e.valid_from operator(pg_catalog.<=) moment
{% endmacro %}

{#- Rows of a table as they are and were: what its view of versions shows. -#}
{% macro versions_view(table) %}
select {{ version_columns(table, 'v.') }}, v.valid_to, false as is_current
from {{ source('amazon_ads', versions_of(table)) }} as v
union all
select {{ version_columns(table, 'e.') }}, null as valid_to, true as is_current
from {{ source('amazon_ads', table) }} as e
{% endmacro %}
