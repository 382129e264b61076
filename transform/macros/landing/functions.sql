{#-
    Functions of ours: names in them mean what they mean in Postgres, and nobody else may call them, but for those that
    analysts read with (`readable`).
-#}
{% macro our_functions() %}
    {{ return(
        [settle_function(), announce_function(), prune_function(), views_function(), reopen_function()]
        + history_functions() + as_of_functions()
    ) }}
{% endmacro %}

{#- {name: [{types, owned, text, comment}]} of what is there under our names. -#}
{% macro existing_functions() %}
    {% set names = our_functions() | map(attribute='name') | list %}
    {% set rows = look(
        "select p.proname, pg_get_function_identity_arguments(p.oid), oidvectortypes(p.proargtypes),"
        ~ " r.rolname, r.rolname = current_user, md5(p.prosrc), coalesce(obj_description(p.oid, 'pg_proc'), '')"
        ~ ' from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace join pg_roles as r on r.oid = p.proowner'
        ~ ' where n.nspname = ' ~ quoted(target.schema) ~ ' and p.proname in (' ~ quoted_list(names) ~ ')'
    ) %}
    {% set found = {} %}
    {% for row in rows.rows %}
        {% do found.setdefault(row[0], []).append({
            'signature': row[1], 'types': row[2], 'owner': row[3], 'owned': row[4], 'text': row[5], 'comment': row[6]
        }) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Functions that bear our names and are somebody else's. -#}
{% macro refuse_strange_functions(found) %}
    {% for each in our_functions() %}
        {% for actual in found.get(each.name, []) %}
            {% set name = qualified(each.name) ~ '(' ~ actual.signature ~ ')' %}
            {% if not actual.owned %}
                {% do refuse('function ' ~ name, 'it belongs to ' ~ actual.owner) %}
            {% elif actual.comment != our_function_comment() %}
                {% do refuse('function ' ~ name, 'it does not say that prepare keeps it') %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{% macro our_function_comment() %}{{ return('Kept by prepare.') }}{% endmacro %}

{#- Statements for those of these functions whose text or arguments have changed. -#}
{% macro stale_functions(functions, found) %}
    {% set statements = [] %}
    {% for each in functions %}
        {% set known = [] %}
        {% for actual in found.get(each.name, []) %}
            {% if actual.types == each.types %}
                {% do known.append(actual.text) %}
            {% else %}
                {% do statements.append('drop function ' ~ qualified(each.name) ~ '(' ~ actual.types ~ ')') %}
            {% endif %}
        {% endfor %}
        {% if anew() or local_md5(each.body) not in known %}
            {% set signature = qualified(each.name) ~ '(' ~ each.types ~ ')' %}
            {% if each.returns.startswith('table') %}
                {#- What a function returns cannot be replaced. -#}
                {% do statements.append('drop function if exists ' ~ signature) %}
            {% endif %}
            {% set how = each.get('language', 'plpgsql set search_path = pg_catalog, pg_temp') ~ ' ' ~ each.get('options', '') %}
            {% do statements.append(
                'create or replace function ' ~ qualified(each.name) ~ '(' ~ each.arguments ~ ') returns ' ~ each.returns
                ~ ' language ' ~ how ~ ' as ' ~ quoted(each.body)
            ) %}
            {% do statements.append('revoke all on function ' ~ signature ~ ' from public') %}
            {% do statements.append('comment on function ' ~ signature ~ ' is ' ~ quoted(our_function_comment())) %}
        {% endif %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}
