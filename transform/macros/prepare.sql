{#-
    Create the landing tables before the first load, typed, keyed, indexed and commented; repair those that a bare
    load created; secure them; give runs that ended without a verdict theirs; announce the run. Looks before it acts, so
    that a run with nothing to do locks nothing. Safe to run every time.
-#}
{% macro prepare() %}
    {% do check_schema() %}
    {% set tables = all_tables() %}
    {% set found = existing_tables() %}
    {% do refuse_strangers(dict(tables, profile_access=memberships_table()), found) %}
    {% set retyped = {} %}
    {% for name, table in tables.items() if name in found %}
        {% do retyped.update({name: mistyped_columns(table, found[name])}) %}
    {% endfor %}
    {% do refuse_foreign_readers(retyped) %}
    {% do create_schemas() %}
    {% do prepare_turns(tables, found) %}
    {% set functions = existing_functions() %}
    {% set statements = stale_functions(our_functions() | rejectattr('readable', 'defined'), functions) %}
    {% set migrates = 'sync_log' in found and 'settled_at' not in found['sync_log'].columns %}
    {% for name, table in tables.items() %}
        {% do statements.extend(table_statements(name, table, found, retyped)) %}
    {% endfor %}
    {% if migrates %}{% do statements.extend(settle_earlier_log(found)) %}{% endif %}
    {% do statements.extend(missing_trigger()) %}
    {% do statements.extend(stale_triggers(found, retyped)) %}
    {% do statements.extend(stale_report_views()) %}
    {#- Their text is checked against the tables. -#}
    {% do statements.extend(stale_functions(as_of_functions(), functions)) %}
    {% do statements.extend(missing_indexes(tables)) %}
    {% do statements.extend(stale_comments(tables)) %}
    {% if statements %}{% do change_in_turn(statements) %}{% endif %}
    {% do prepare_access(tables) %}
    {% do warn_of_creators() %}
    {% do change([announce(), prune(), prune_history()] + changed_settings()) %}
    {% do log('prepared ' ~ (landing_tables() | length) ~ ' tables in schema ' ~ target.schema, info=true) %}
{% endmacro %}

{#- The table by which runs that prepare at the same moment take turns. -#}
{% macro prepare_turns(tables, found) %}
    {% if 'sync_meta' not in found %}
        {% do change([
            'do ' ~ quoted('begin ' ~ create_table('sync_meta', tables['sync_meta'])
                ~ '; exception when duplicate_table or unique_violation then null; end'),
            'revoke all on ' ~ qualified('sync_meta') ~ ' from public'
        ]) %}
    {% endif %}
{% endmacro %}

{#- What one table lacks. -#}
{% macro table_statements(name, table, found, retyped) %}
    {% set statements = [] %}
    {% if name not in found %}
        {{ return([create_table(name, table)]) }}
    {% endif %}
    {% for column in table.columns if column.name not in found[name].columns %}
        {% if column.name == 'settled_at' %}
            {% do statements.extend(settle_by_default(name, column)) %}
        {% else %}
            {% do statements.append(add_column(name, column)) %}
        {% endif %}
    {% endfor %}
    {% if 'created_at' not in found[name].columns %}
        {% do statements.append(add_created_at(name)) %}
    {% endif %}
    {% if retyped[name] %}
        {% do statements.extend(without_triggers(name)) %}
        {% do statements.append(change_types(name, retyped[name])) %}
    {% endif %}
    {{ return(statements) }}
{% endmacro %}

{#- (column, type it has) of the columns that have another type than they should. -#}
{% macro mistyped_columns(table, actual) %}
    {% set mistyped = [] %}
    {% for column in table.columns if actual.columns.get(column.name, column.type) != column.type %}
        {% do mistyped.append((column, actual.columns[column.name])) %}
    {% endfor %}
    {{ return(mistyped) }}
{% endmacro %}

{#- What the tables were prepared from, so that whoever starts a run can tell that nothing has to be done. -#}
{% macro changed_settings() %}
    {% set wanted = env_var('AMAZON_ADS_PREPARED', '') %}
    {% set known = look(
        'select value from ' ~ qualified('sync_meta') ~ " where name = 'prepared'"
    ).columns[0].values() | list %}
    {% if known == [wanted] %}{{ return([]) }}{% endif %}
    {{ return([
        'insert into ' ~ qualified('sync_meta') ~ " (name, value) values ('prepared', " ~ quoted(wanted)
        ~ ') on conflict (name) do update set value = excluded.value'
    ]) }}
{% endmacro %}
