{#-
    Who sees what: roles, row-level security on every table, and the rights to read and to load. Looks before it acts.
    The owner is the role that runs this. Each table is changed in a transaction of its own, so that nobody who reads
    or loads several of them meanwhile can be part of a deadlock.
-#}
{% macro prepare_access(tables) %}
    {% set settings = access_settings() %}
    {% do check_identity(settings) %}
    {% do settings.update({'analyst': prepare_roles(settings)}) %}
    {% do prepare_memberships() %}
    {% set found = existing_access(settings) %}
    {% for name in (tables.keys() | list) + ['profile_access'] %}
        {% set statements = secure_table(name, found[name], settings) %}
        {% if statements %}
            {% do change_in_turn(statements) %}
        {% endif %}
    {% endfor %}
    {% do open_functions(settings) %}
    {% do open_schemas(settings) %}
    {% do close_connections(settings) %}
{% endmacro %}

{#- Planning the expression names its mistakes without running it. -#}
{% macro check_identity(settings) %}
    {% set body = "begin execute " ~ quoted('explain select ' ~ identity_text(settings)) ~ '; exception when others then'
        ~ " raise exception 'AMAZON_ADS_IDENTITY cannot be used: %', sqlerrm; end" %}
    {% do look('do ' ~ quoted(body)) %}
{% endmacro %}

{#- Make sure that the roles are there. Returns the analyst role, or nothing where it cannot be had. -#}
{% macro prepare_roles(settings) %}
    {% set names = look(
        'select rolname from pg_roles where rolname in (' ~ quoted(settings.analyst) ~ ', ' ~ quoted(settings.loader) ~ ')'
    ).columns[0].values() | list %}
    {% set own = look('select rolname, rolsuper or rolcreaterole from pg_roles where rolname = current_user').rows[0] %}
    {% if settings.analyst == own[0] %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_ANALYST_ROLE names ' ~ own[0] ~ ', the role that owns the tables and sees every row. Name another.'
        ) %}
    {% endif %}
    {% if settings.loader and settings.loader not in names %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_LOADER_ROLE names ' ~ settings.loader ~ ', a role that does not exist. Create it, or name another.'
        ) %}
    {% endif %}
    {% if settings.analyst in names %}
        {{ return(settings.analyst) }}
    {% endif %}
    {% set create = 'create role ' ~ identifier(settings.analyst) ~ ' nologin' %}
    {% if own[1] %}
        {#- Roles belong to the whole server: somebody else may be making it at this moment. -#}
        {% do change(['do ' ~ quoted(
            'begin ' ~ create ~ '; exception when duplicate_object or unique_violation then null; end'
        )]) %}
        {{ return(settings.analyst) }}
    {% endif %}
    {% do log(
        'There is no role ' ~ settings.analyst ~ ' for analysts, and ' ~ own[0] ~ ' may not create roles. Loading goes on;'
        ~ ' analysts see nothing until an administrator runs: ' ~ create ~ '; and the next run grants it the rights.',
        info=true
    ) %}
    {{ return('') }}
{% endmacro %}

{% macro prepare_memberships() %}
    {% set table = qualified('profile_access') %}
    {% if look("select to_regclass('" ~ table ~ "') is null").rows[0][0] %}
        {% do change_in_turn([
            'create table if not exists ' ~ table ~ ' (member text not null, profile_id text not null,'
                ~ ' granted_at timestamp with time zone not null default now(), primary key (member, profile_id))',
            'alter table ' ~ table ~ ' enable row level security',
            'comment on table ' ~ table ~ " is 'Who sees which profile; kept by the owner.'",
            'comment on column ' ~ table ~ ".member is 'Who: a database role, or what AMAZON_ADS_IDENTITY yields.'",
            'comment on column ' ~ table ~ ".profile_id is 'The profile; * for every profile.'",
            'comment on column ' ~ table ~ ".granted_at is 'Since when (UTC).'"
        ]) %}
    {% endif %}
{% endmacro %}

{#- Functions that analysts read with; they show what their own rights do. -#}
{% macro open_functions(settings) %}
    {% for each in as_of_functions() if settings.analyst %}
        {% set signature = qualified(each.name) ~ '(' ~ each.types ~ ')' %}
        {% if not look(
            'select has_function_privilege(' ~ quoted(settings.analyst) ~ ', ' ~ quoted(signature) ~ ", 'execute')"
        ).rows[0][0] %}
            {% do change_in_turn(['grant execute on function ' ~ signature ~ ' to ' ~ identifier(settings.analyst)]) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- The way into the schemas, and for the loader the temporary tables through which it loads. -#}
{% macro open_schemas(settings) %}
    {% for schema in schema_names() %}
        {% for role in [settings.analyst, settings.loader if schema == target.schema else ''] if role %}
            {% if not look(
                'select has_schema_privilege(' ~ quoted(role) ~ ", '" ~ schema ~ "', 'usage')"
            ).rows[0][0] %}
                {% do change_in_turn(['grant usage on schema ' ~ schema ~ ' to ' ~ identifier(role)]) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% if settings.loader and not look(
        'select has_database_privilege(' ~ quoted(settings.loader) ~ ", current_database(), 'temp')"
    ).rows[0][0] %}
        {% do log(
            'The loader role ' ~ settings.loader ~ ' may not create temporary tables, through which it loads. The owner of'
            ~ ' the database has to run: grant temporary on database ' ~ target.dbname ~ ' to '
            ~ identifier(settings.loader) ~ ';',
            info=true
        ) %}
    {% endif %}
{% endmacro %}
