{#-
    Views are made when their text, their documentation or who may read them has changed, and never otherwise: making one
    takes a lock that waits for everybody who reads it. Where it can be, a view is replaced in its place.
-#}
{% materialization view, adapter='postgres' %}
    {% set relation = this.incorporate(type='view') %}
    {% set wanted = view_fingerprint(sql, model) %}
    {% set name = relation.schema ~ '.' ~ relation.identifier %}
    {% set actual = view_state(name, descriptions(model)) %}
    {% if actual.kind not in ('', 'v') or not actual.ours %}
        {% do refuse('view ' ~ name, 'it does not say what ours says') %}
    {% endif %}
    {% if actual.fingerprint == wanted and actual.unchanged and not anew() %}
        {% call statement('main') %}select 1{% endcall %}
    {% else %}
        {% call statement('main') %}{{ transaction(view_statements(relation, name, sql, model, wanted, actual)) }}{% endcall %}
    {% endif %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#- What a view of ours says, or said in earlier versions. -#}
{% macro descriptions(model) %}{{ return([model.description] + model.config.meta.get('earlier', [])) }}{% endmacro %}

{% macro view_fingerprint(sql, model) %}
    {% set settings = access_settings() %}
    {% set parts = [sql, model.description, settings.analyst, settings.loader] %}
    {% for column in model.columns.values() %}{% do parts.append(column.name ~ '=' ~ column.description) %}{% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{#-
    What is there: {kind, ours, fingerprint, unchanged}. Whether somebody else has replaced it shows in what Postgres keeps
    of it; to have it printed would wait for whoever locks the tables. One without a fingerprint is of an earlier version,
    if it says what ours says.
-#}
{% macro view_state(name, descriptions) %}
    {% set meta = qualified('sync_meta') %}
    {% set kept = 'null::text' %}
    {% if look('select to_regclass(' ~ quoted(meta) ~ ') is not null').rows[0][0] %}
        {% set kept = '(select m.value from ' ~ meta ~ " as m where m.name = 'view:' || " ~ quoted(name) ~ ')' %}
    {% endif %}
    {% set rows = look(
        "select c.relkind::text, coalesce(split_part(kept.value, ' ', 1), ''),"
        ~ " coalesce(split_part(kept.value, ' ', 2) = (" ~ kept_form('c.oid') ~ '), false),'
        ~ " (kept.value is not null or obj_description(c.oid, 'pg_class') in (" ~ quoted_list(descriptions) ~ '))'
        ~ ' from pg_class as c cross join lateral (select ' ~ kept ~ ' as value) as kept'
        ~ ' where c.oid = to_regclass(' ~ quoted(name) ~ ')'
    ).rows %}
    {% if rows | length == 0 %}{{ return({'kind': '', 'fingerprint': '', 'unchanged': false, 'ours': true}) }}{% endif %}
    {{ return({
        'kind': rows[0][0], 'fingerprint': rows[0][1], 'unchanged': rows[0][2], 'ours': rows[0][3]
    }) }}
{% endmacro %}

{#- A view as Postgres keeps it, as a fingerprint. -#}
{% macro kept_form(oid) %}
    {{ return("select md5(r.ev_action::text) from pg_rewrite as r where r.ev_class = " ~ oid ~ " and r.rulename = '_RETURN'") }}
{% endmacro %}

{% macro view_statements(relation, name, sql, model, wanted, actual) %}
    {% set statements = [] %}
    {% set create = 'view ' ~ name ~ ' as (\n' ~ sql ~ '\n)' %}
    {% if actual.kind == '' %}
        {% do statements.append('create ' ~ create) %}
    {% else %}
        {% do statements.append('do ' ~ quoted(
            'begin execute ' ~ quoted('create or replace ' ~ create) ~ '; exception when invalid_table_definition then perform '
            ~ qualified('change_under_views') ~ '(' ~ quoted(name) ~ '::regclass, array[]::text[], '
            ~ text_array(['drop view ' ~ name, 'create ' ~ create]) ~ ', ' ~ text_array(our_views()) ~ '); end'
        )) %}
    {% endif %}
    {% do statements.append(secure_view(name)) %}
    {% do statements.append('comment on view ' ~ name ~ ' is ' ~ quoted(model.description)) %}
    {% set described = [] %}
    {% for column in model.columns.values() %}
        {% do described.append('comment on column ' ~ name ~ '.' ~ column.name ~ ' is ' ~ quoted(column.description)) %}
    {% endfor %}
    {% do statements.extend(described) %}
    {% do statements.append(
        'insert into ' ~ qualified('sync_meta') ~ ' (name, value) select ' ~ quoted('view:' ~ name) ~ ', ' ~ quoted(wanted ~ ' ')
        ~ ' || (' ~ kept_form(quoted(name) ~ '::regclass') ~ ') on conflict (name) do update set value = excluded.value'
    ) %}
    {{ return(statements) }}
{% endmacro %}
