{#-
    Create the landing tables before the first load, typed, keyed, indexed and commented; repair those that a bare
    load created; secure them. Looks before it acts, so that a run with nothing to do locks nothing. Safe to run every time.
-#}
{% macro prepare() %}
    {% set tables = landing_tables() %}
    {% do create_schemas() %}
    {% set found = existing_columns() %}
    {% set statements = [] %}
    {% set retyped = [] %}
    {% for name, table in tables.items() %}
        {% if name not in found %}
            {% do statements.append(create_landing_table(name, table)) %}
        {% else %}
            {% for column in table.columns %}
                {% set actual = found[name].get(column.name) %}
                {% if actual is none %}
                    {% do statements.append(add_column(name, column)) %}
                {% elif actual != column.type %}
                    {% do retyped.append(change_type(name, column, actual)) %}
                {% endif %}
            {% endfor %}
            {% if 'created_at' not in found[name] %}
                {% do statements.append(add_created_at(name)) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% if retyped %}
        {#- A view that reads a column pins its type; the build creates the views again. -#}
        {% do statements.append(drop_views()) %}
        {% do statements.extend(retyped) %}
    {% endif %}
    {% do statements.extend(missing_indexes(tables)) %}
    {% do statements.extend(stale_comments(tables)) %}
    {% do statements.append(create_markers()) %}
    {% do statements.append(mark_run()) %}
    {% do run_query('begin; set local client_min_messages = warning; ' ~ statements | join(';\n') ~ '; commit') %}
    {% do prepare_access(tables) %}
    {% do log('prepared ' ~ (tables | length) ~ ' tables in schema ' ~ target.schema, info=true) %}
{% endmacro %}


{#- {table: {column: type}} of what is there. -#}
{% macro existing_columns() %}
    {% set rows = run_query(
        "select c.relname, a.attname, format_type(a.atttypid, null)"
        ~ " from pg_attribute a join pg_class c on c.oid = a.attrelid"
        ~ " where c.relnamespace = '" ~ target.schema ~ "'::regnamespace and c.relkind = 'r'"
        ~ " and a.attnum > 0 and not a.attisdropped"
    ) %}
    {% set found = {} %}
    {% for row in rows.rows %}
        {% do found.setdefault(row[0], {}).update({row[1]: row[2]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
