{#- Parts of JSON columns, as each database spells them: the reading views are made in DuckDB too. -#}

{#- The text at a path of names and places; null where there is none. -#}
{% macro json_text(column, path) %}{{ return(adapter.dispatch('json_text')(column, path)) }}{% endmacro %}

{% macro postgres__json_text(column, path) %}{{ return(column ~ " #>> '{" ~ path | join(',') ~ "}'") }}{% endmacro %}

{% macro duckdb__json_text(column, path) %}
    {{ return('(' ~ column ~ " ->> '" ~ duckdb_path(path) ~ "')") }}
{% endmacro %}

{#- The JSON at a path; null where there is none. -#}
{% macro json_part(column, path) %}{{ return(adapter.dispatch('json_part')(column, path)) }}{% endmacro %}

{% macro postgres__json_part(column, path) %}{{ return(column ~ " #> '{" ~ path | join(',') ~ "}'") }}{% endmacro %}

{% macro duckdb__json_part(column, path) %}
    {{ return('(' ~ column ~ " -> '" ~ duckdb_path(path) ~ "')") }}
{% endmacro %}

{#- The texts of an array at a path, one a row, to be joined laterally; none where there is no array. -#}
{% macro json_texts(column, path, as) %}{{ return(adapter.dispatch('json_texts')(json_part(column, path), as)) }}{% endmacro %}

{% macro postgres__json_texts(array, as) %}
    {{ return(
        "jsonb_array_elements_text(case when jsonb_typeof(" ~ array ~ ") = 'array' then " ~ array
        ~ ' end) as listed (' ~ as ~ ')'
    ) }}
{% endmacro %}

{% macro duckdb__json_texts(array, as) %}
    {{ return('(select unnest(json_transform(' ~ array ~ ", '[\"VARCHAR\"]')) as " ~ as ~ ') as listed') }}
{% endmacro %}

{% macro duckdb_path(path) %}
    {% set parts = ['$'] %}
    {% for part in path %}{% do parts.append('[' ~ part ~ ']' if part is number else '.' ~ part) %}{% endfor %}
    {{ return(parts | join) }}
{% endmacro %}
