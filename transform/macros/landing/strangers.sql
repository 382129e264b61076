{#-
    What bears our names and is somebody else's is refused before anything is touched. Ours is what the role that runs
    this owns and `prepare` has commented, or what a loader has made from our schemas: our key, our columns, no others.
-#}
{% macro refuse_strangers(tables, found) %}
    {% for name, table in tables.items() if name in found %}
        {% set why = strange(table, found[name]) %}
        {% if why %}{% do refuse('table ' ~ qualified(name), why) %}{% endif %}
    {% endfor %}
    {% do refuse_strange_views() %}
    {% do refuse_strange_functions(existing_functions()) %}
{% endmacro %}

{#- Why a table is not one of ours; nothing where it is. -#}
{% macro strange(table, actual) %}
    {% set known = table.columns | map(attribute='name') | list + ['created_at'] %}
    {% if actual.kind != 'r' %}{{ return('it is not a plain table') }}{% endif %}
    {#- Whoever owns a table can have triggers run as whoever writes to it. -#}
    {% if not actual.owned %}
        {{ return('it belongs to ' ~ actual.owner ~ ' (if it is: alter table … owner to the role that syncs)') }}
    {% endif %}
    {% if actual.key != table.key | sort | join(', ') %}
        {{ return('its primary key is not (' ~ table.key | join(', ') ~ ')') }}
    {% endif %}
    {% for column in table.columns if column.name in table.key %}
        {% if actual.columns[column.name] not in (column.type, 'character varying') %}
            {{ return('its column ' ~ column.name ~ ' is ' ~ actual.columns[column.name]) }}
        {% endif %}
    {% endfor %}
    {% if not actual.marked %}
        {% for column in actual.columns if column not in known and not column.startswith('_sdc_') %}
            {{ return('it has the column ' ~ column) }}
        {% endfor %}
        {% for column in ['synced_at', 'status', 'value'] if column in known and column not in actual.columns %}
            {{ return('it lacks the column ' ~ column) }}
        {% endfor %}
    {% endif %}
    {{ return('') }}
{% endmacro %}

{% macro refuse(what, why) %}
    {% do exceptions.raise_compiler_error(
        'The ' ~ what ~ ' exists and is not one of this project: ' ~ why
        ~ '. Nothing was changed. Move it away, or set AMAZON_ADS_SCHEMA to another schema.'
    ) %}
{% endmacro %}

{#- Views are checked with the tables, so that no table is made where the views could not be. -#}
{% macro refuse_strange_views() %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' %}
        {% set name = node.schema ~ '.' ~ node.name %}
        {% set actual = view_state(name, descriptions(node)) %}
        {% if actual.kind and actual.kind != 'v' %}
            {% do refuse('relation ' ~ name, 'it is not a view') %}
        {% elif not actual.ours %}
            {% do refuse('view ' ~ name, 'it does not say what ours says') %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#-
    {table: {kind, key, owner, owned, marked, columns: {column: type}}} of what is there. A member of a role that owns a
    table owns it too; a superuser does not for that reason alone.
-#}
{% macro existing_tables() %}
    {% set rows = look(
        "select c.relname, c.relkind::text, coalesce((select string_agg(k.attname, ', ' order by k.attname) from pg_index as i"
        ~ " join pg_attribute as k on k.attrelid = i.indrelid and k.attnum = any (i.indkey)"
        ~ " where i.indrelid = c.oid and i.indisprimary), ''), obj_description(c.oid, 'pg_class') is not null"
        ~ " and exists (select from pg_attribute as a where a.attrelid = c.oid and not a.attisdropped"
        ~ " and col_description(c.oid, a.attnum) in (" ~ quoted(created_at_column().description) ~ ", 'Since when (UTC).')),"
        ~ " a.attname, format_type(a.atttypid, null), r.rolname, r.rolname = current_user or exists ("
        ~ " select from pg_auth_members as m join pg_roles as us on us.oid = m.member"
        ~ " where m.roleid = c.relowner and us.rolname = current_user)"
        ~ " from pg_class as c left join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped"
        ~ " join pg_namespace as n on n.oid = c.relnamespace join pg_roles as r on r.oid = c.relowner"
        ~ " where n.nspname = " ~ quoted(target.schema)
    ) %}
    {% set found = {} %}
    {% for row in rows.rows %}
        {% do found.setdefault(row[0], {
            'kind': row[1], 'key': row[2], 'marked': row[3], 'owner': row[6], 'owned': row[7], 'columns': {}
        }).columns.update({row[4]: row[5]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
