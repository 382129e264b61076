{#- The statements `prepare` is made of. Each does no harm where another run has just done the same. -#}

{% macro create_table(name, table) %}
    {% set lines = [] %}
    {% for column in table.columns %}
        {% do lines.append(column_definition(column) ~ (' not null' if column.name in table.key else '')) %}
    {% endfor %}
    {% do lines.append('created_at timestamp with time zone not null default now()') %}
    {% do lines.append('primary key (' ~ table.key | join(', ') ~ ')') %}
    {{ return('create table if not exists ' ~ qualified(name) ~ ' (' ~ lines | join(', ') ~ ')') }}
{% endmacro %}

{% macro add_column(name, column) %}
    {{ return('alter table ' ~ qualified(name) ~ ' add column if not exists ' ~ column_definition(column)) }}
{% endmacro %}

{% macro column_definition(column) %}
    {% set filled = ' not null default ' ~ column.default if column.default else '' %}
    {{ return(column.name ~ ' ' ~ column.type ~ filled) }}
{% endmacro %}

{% macro add_created_at(name) %}
    {{ return(
        'alter table ' ~ qualified(name)
        ~ ' add column if not exists created_at timestamp with time zone not null default now()'
    ) }}
{% endmacro %}

{#-
    What the loader made by itself gets our types; views that read the column come back afterwards. The loader writes
    UTC into timestamps without time zone. Columns: (column, type it has) of one table.
-#}
{% macro change_types(name, columns) %}
    {% set changes = [] %}
    {% set names = [] %}
    {% for column, actual in columns %}
        {% do names.append(column.name) %}
        {% set value = column.name ~ '::' ~ column.type %}
        {% if actual == 'timestamp without time zone' %}
            {% set value = column.name ~ " at time zone 'UTC'" %}
        {% endif %}
        {% do changes.append('alter column ' ~ column.name ~ ' type ' ~ column.type ~ ' using ' ~ value) %}
    {% endfor %}
    {% set still = "select from pg_attribute where attrelid = '" ~ qualified(name) ~ "'::regclass and attname = "
        ~ quoted(columns[0][0].name) ~ ' and format_type(atttypid, null) = ' ~ quoted(columns[0][1]) %}
    {{ return('do ' ~ quoted(
        'begin if exists (' ~ still ~ ') then perform ' ~ qualified('change_under_views') ~ '('
        ~ quoted(qualified(name)) ~ '::regclass, ' ~ text_array(names) ~ ', '
        ~ text_array(['alter table ' ~ qualified(name) ~ ' ' ~ changes | join(', ')]) ~ ', '
        ~ text_array(our_views()) ~ '); end if; end'
    )) }}
{% endmacro %}

{#- Views of others that read a column which has to be changed are named before anything is touched. -#}
{% macro refuse_foreign_readers(retyped) %}
    {% for name, columns in retyped.items() if columns %}
        {% set names = [] %}
        {% for column, _ in columns %}{% do names.append(column.name) %}{% endfor %}
        {% set readers = look(
            "select string_agg(c.oid::regclass::text, ', ' order by c.oid::regclass::text) from ("
            ~ readers_of(quoted(qualified(name)) ~ '::regclass', text_array(names)) ~ ') as readers'
            ~ " join pg_class as c on c.oid = readers.oid where c.relkind <> 'v' or c.oid::regclass::text <> all ("
            ~ text_array(our_views()) ~ ')'
        ).rows[0][0] %}
        {% if readers %}
            {% do exceptions.raise_compiler_error(
                'Views that are not ours read columns of ' ~ qualified(name) ~ ' whose type has to be changed ('
                ~ names | join(', ') ~ '): ' ~ readers ~ '. Nothing was changed. Drop them, sync, and create them again.'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{% macro missing_indexes(tables) %}
    {% set known = look(
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
    {% if 'sync_log_open_idx' not in known %}
        {#- What is not settled yet is found without reading the log. -#}
        {% do statements.append(
            'create index if not exists sync_log_open_idx on ' ~ qualified('sync_log')
            ~ ' (run_id) where settled_at is null'
        ) %}
    {% endif %}
    {% if 'sync_log_profile_idx' not in known %}
        {#- The profile as sync_runs shows it. -#}
        {% do statements.append(
            'create index if not exists sync_log_profile_idx on ' ~ qualified('sync_log')
            ~ ' ((case when entity_type <> ' ~ quoted('run') ~ ' then profile_id end), started_at)'
        ) %}
    {% endif %}
    {% if 'sync_log_slice_idx' not in known %}
        {#- The same for the newest run of every slice: without it, each looks through all slices of its entity. -#}
        {% do statements.append(
            'create index if not exists sync_log_slice_idx on ' ~ qualified('sync_log')
            ~ ' ((case when entity_type <> ' ~ quoted('run') ~ ' then profile_id end), entity_type, started_at)'
        ) %}
    {% endif %}
    {{ return(statements) }}
{% endmacro %}

{% macro stale_comments(tables) %}
    {% set known = look(
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
    {{ return(column('created_at', timestamptz(), 'When the row was first stored (UTC).')) }}
{% endmacro %}
