{#- The statements `prepare` is made of. -#}

{% macro qualified(name) %}{{ return(target.schema ~ '.' ~ name) }}{% endmacro %}

{% macro create_landing_table(name, table) %}
    {% set lines = [] %}
    {% for column in table.columns %}
        {% do lines.append(column.name ~ ' ' ~ column.type ~ (' not null' if column.name in table.key else '')) %}
    {% endfor %}
    {% do lines.append('created_at timestamp with time zone not null default now()') %}
    {% do lines.append('primary key (' ~ table.key | join(', ') ~ ')') %}
    {{ return('create table ' ~ qualified(name) ~ ' (' ~ lines | join(', ') ~ ')') }}
{% endmacro %}

{% macro add_column(name, column) %}
    {{ return('alter table ' ~ qualified(name) ~ ' add column ' ~ column.name ~ ' ' ~ column.type) }}
{% endmacro %}

{% macro add_created_at(name) %}
    {{ return(
        'alter table ' ~ qualified(name) ~ ' add column created_at timestamp with time zone not null default now()'
    ) }}
{% endmacro %}

{#- The loader writes UTC into timestamps without time zone. -#}
{% macro change_type(name, column, actual) %}
    {% set value = column.name ~ '::' ~ column.type %}
    {% if actual == 'timestamp without time zone' %}
        {% set value = column.name ~ " at time zone 'UTC'" %}
    {% endif %}
    {{ return(
        'alter table ' ~ qualified(name) ~ ' alter column ' ~ column.name
        ~ ' type ' ~ column.type ~ ' using ' ~ value
    ) }}
{% endmacro %}

{% macro drop_views() %}
    {% set names = run_query(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        ~ " where c.relkind = 'v' and n.nspname in ('" ~ target.schema ~ "', '" ~ target.schema ~ "_fivetran')"
    ) %}
    {% set statements = [] %}
    {% for row in names.rows %}
        {% do statements.append('drop view if exists ' ~ row[0] ~ ' cascade') %}
    {% endfor %}
    {{ return(statements | join('; ') if statements else 'select 1') }}
{% endmacro %}

{% macro missing_indexes(tables) %}
    {% set known = run_query(
        "select indexname from pg_indexes where schemaname = '" ~ target.schema ~ "'"
    ).columns[0].values() | list %}
    {% set statements = [] %}
    {% for name, table in tables.items() %}
        {% for columns in table.indexes %}
            {% set index = name ~ '_' ~ columns | join('_') ~ '_idx' %}
            {% if index not in known %}
                {% do statements.append(
                    'create index if not exists ' ~ index ~ ' on ' ~ qualified(name)
                    ~ ' (' ~ columns | join(', ') ~ ')'
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}

{% macro stale_comments(tables) %}
    {% set known = run_query(
        "select c.relname, coalesce(a.attname, ''), d.description from pg_description d"
        ~ " join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass"
        ~ " left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0"
        ~ " where c.relnamespace = '" ~ target.schema ~ "'::regnamespace"
    ) %}
    {% set comments = {} %}
    {% for row in known.rows %}
        {% do comments.update({row[0] ~ '.' ~ row[1]: row[2]}) %}
    {% endfor %}
    {% set statements = [] %}
    {% for name, table in tables.items() %}
        {% if comments.get(name ~ '.') != table.description %}
            {% do statements.append('comment on table ' ~ qualified(name) ~ ' is ' ~ quoted(table.description)) %}
        {% endif %}
        {% for column in table.columns + [created_at_column()] %}
            {% if comments.get(name ~ '.' ~ column.name) != column.description %}
                {% do statements.append(
                    'comment on column ' ~ qualified(name) ~ '.' ~ column.name ~ ' is ' ~ quoted(column.description)
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}

{% macro created_at_column() %}
    {{ return({'name': 'created_at', 'description': 'When the row was first stored (UTC).'}) }}
{% endmacro %}

{% macro quoted(text) %}{{ return("'" ~ text | replace("'", "''") ~ "'") }}{% endmacro %}
