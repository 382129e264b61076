{#- The triggers of the history: made anew when what they say has changed. -#}

{#- {name: definition after its name} of the triggers of one table. `began`: {column: since when, or none}. -#}
{% macro wanted_triggers(table, began) %}
    {% set on = ' on ' ~ qualified(table) ~ ' ' %}
    {% set type = versioned_entities()[table].type %}
    {% set keeps = 'for each statement execute function ' ~ qualified('keep_' ~ type ~ '_history') ~ '()' %}
    {{ return({
        'amazon_ads_history_stamp': 'before update' ~ on ~ 'for each row when (' ~ row_changes(table, began)
            ~ ') execute function ' ~ qualified('stamp_' ~ type ~ '_version') ~ '()',
        'amazon_ads_history_update': 'after update' ~ on ~ 'for each statement execute function ' ~ qualified('keep_' ~ type ~ '_changes') ~ '()',
        'amazon_ads_history_insert': 'after insert' ~ on ~ 'referencing new table as new_rows ' ~ keeps,
        'amazon_ads_history_delete': 'after delete' ~ on ~ 'referencing old table as old_rows ' ~ keeps,
        'amazon_ads_history_truncate': 'before truncate' ~ on ~ keeps
    }) }}
{% endmacro %}

{#- SQL that says whether a row changes. A JSON null is nothing, like no document at all. -#}
{% macro row_changes(table, began) %}
    {% set old, new, later = ['old.vanished_since'], ['new.vanished_since'], [] %}
    {% for each in business_columns(table) %}
        {% set was, is_now = 'old.' ~ each.name, 'new.' ~ each.name %}
        {% if each.type == 'jsonb' %}
            {% set was, is_now = 'nullif(' ~ was ~ ", 'null'::jsonb)", 'nullif(' ~ is_now ~ ", 'null'::jsonb)" %}
        {% endif %}
        {% if began.get(each.name) %}
            {% do later.append(' or (old.synced_at >= ' ~ quoted(began[each.name]) ~ '::timestamp with time zone and '
                ~ was ~ ' is distinct from ' ~ is_now ~ ')') %}
        {% else %}
            {% do old.append(was) %}
            {% do new.append(is_now) %}
        {% endif %}
    {% endfor %}
    {{ return(
        '(' ~ old | join(', ') ~ ') is distinct from (' ~ new | join(', ') ~ ')' ~ later | join('')
        ~ ' or (new.vanished_since is not null and new.synced_at > old.synced_at)'
    ) }}
{% endmacro %}

{#- Statements for tables whose triggers are not those wanted. -#}
{% macro stale_triggers(found, retyped) %}
    {% set statements = [] %}
    {% set known = known_columns() %}
    {% set actual = existing_triggers() %}
    {% for table in versioned_entities() %}
        {% set began = columns_began(table, known.get(table), found) %}
        {% if began != known.get(table) %}
            {% do statements.append(
                'insert into ' ~ qualified('sync_meta') ~ ' (name, value) values (' ~ quoted('history:' ~ table) ~ ', '
                ~ quoted(tojson(began)) ~ ') on conflict (name) do update set value = excluded.value'
            ) %}
        {% endif %}
        {% for name, definition in wanted_triggers(table, began).items() %}
            {% set comment = 'Kept by prepare: ' ~ local_md5(definition) %}
            {% if anew() or retyped.get(table) or actual.get(table ~ '.' ~ name) != comment %}
                {% do statements.extend([
                    'drop trigger if exists ' ~ name ~ ' on ' ~ qualified(table),
                    'create trigger ' ~ name ~ ' ' ~ definition,
                    'comment on trigger ' ~ name ~ ' on ' ~ qualified(table) ~ ' is ' ~ quoted(comment)
                ]) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}

{#- The type of a column that a trigger names cannot be changed. -#}
{% macro without_triggers(table) %}
    {{ return(['drop trigger if exists amazon_ads_history_stamp on ' ~ qualified(table)] if table in versioned_entities() else []) }}
{% endmacro %}

{#-
    {column: since when the history knows it; none: from its beginning}. Until some minutes after it was added, rows were
    read without it, whatever their clocks say.
-#}
{% macro columns_began(table, known, found) %}
    {% set began = {} %}
    {% for each in business_columns(table) %}
        {% set is_new = (known is not none and each.name not in known)
            or (table in found and each.name not in found[table].columns) %}
        {% if is_new %}
            {% do began.update({each.name: look("select (now() + interval '10 minutes')::text").rows[0][0]}) %}
        {% else %}
            {% do began.update({each.name: (known or {}).get(each.name)}) %}
        {% endif %}
    {% endfor %}
    {{ return(began) }}
{% endmacro %}

{#- {table: {column: since when}} as it is remembered. -#}
{% macro known_columns() %}
    {% set known = {} %}
    {% for row in look(
        'select name, value from ' ~ qualified('sync_meta') ~ " where name like 'history:%'"
    ).rows %}
        {% do known.update({row[0].removeprefix('history:'): fromjson(row[1])}) %}
    {% endfor %}
    {{ return(known) }}
{% endmacro %}

{#- {table.trigger: comment} of what is there. -#}
{% macro existing_triggers() %}
    {% set found = {} %}
    {% for row in look(
        "select c.relname || '.' || t.tgname, obj_description(t.oid, 'pg_trigger') from pg_trigger as t"
        ~ ' join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace'
        ~ ' where not t.tgisinternal and n.nspname = ' ~ quoted(target.schema)
    ).rows %}
        {% do found.update({row[0]: row[1]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
