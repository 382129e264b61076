{#-
    What dbt looks up by itself, within our bounds: where a pooler takes no options when a session begins, names would
    mean what others have made of them.
-#}
{% macro postgres__list_schemas(database) %}{{ return(look('select distinct nspname from pg_namespace')) }}{% endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) %}
    {{ return(look('select count(*) from pg_namespace where nspname = ' ~ quoted(schema))) }}
{% endmacro %}

{% macro postgres__list_relations_without_caching(schema_relation) %}
    {{ return(look(
        'select ' ~ quoted(schema_relation.database) ~ ' as database, c.relname as name, n.nspname as schema,'
        ~ " case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as type"
        ~ ' from pg_class as c join pg_namespace as n on n.oid = c.relnamespace'
        ~ " where c.relkind in ('r', 'p', 'v', 'm') and n.nspname = " ~ quoted(schema_relation.schema)
    )) }}
{% endmacro %}

{#- Which relation reads which matters where relations are dropped; ours never are. -#}
{% macro postgres__get_relations() %}
    {{ return(look(
        "select ''::name as referenced_schema, ''::name as referenced_name, ''::name as dependent_schema,"
        ~ " ''::name as dependent_name where false"
    )) }}
{% endmacro %}

{#- Schemas come with the tables: a database that is refused is left as it is. Dbt wants to commit something. -#}
{% macro postgres__create_schema(relation) %}
    {% call statement('create_schema', auto_begin=true) %}select 1{% endcall %}
{% endmacro %}

{#- In the `where` of a test, __this_run__ is the run that is tested. -#}
{% macro get_where_subquery(relation) %}
    {% set where = (config.get('where') or '') | replace('__this_run__', quoted(run_id())) %}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as those' if where else relation) }}
{% endmacro %}
