{#- Row-level security by membership. The owner of the tables is not subject to it: loading costs nothing. -#}

{#- Who is asking, as text; names have a collation of their own, in which the key of profile_access is of no use. -#}
{% macro identity_text(settings) %}
    {{ return('(' ~ settings.identity ~ ')::text collate pg_catalog."default"') }}
{% endmacro %}

{% macro sees_everything(settings) %}
    {{ return(
        'exists (select from ' ~ qualified('profile_access') ~ ' as a where a.member = ' ~ identity_text(settings)
        ~ " and a.profile_id = '*')"
    ) }}
{% endmacro %}

{#-
    Of the shapes that were measured, this one alone is fast for members of one, of many and of all profiles: the
    memberships are read once per query and hashed (docs/access.md has the numbers).
-#}
{% macro sees_profile(settings) %}
    {{ return(
        'profile_id in (select a.profile_id from ' ~ qualified('profile_access') ~ ' as a where a.member = '
        ~ identity_text(settings) ~ ') or ' ~ sees_everything(settings)
    ) }}
{% endmacro %}

{#-
    {policy: definition} of one table. Reading is for everybody who has the right to select: a role that has no right
    to its memberships gets an error, not an empty table.
-#}
{% macro wanted_policies(name, settings) %}
    {% if name == 'sync_meta' %}{{ return({}) }}{% endif %}
    {% set readable = sees_profile(settings) %}
    {% if name == 'profile_access' %}
        {% set readable = 'member = ' ~ identity_text(settings) %}
    {% endif %}
    {% set policies = {'amazon_ads_members_read': 'for select using (' ~ readable ~ ')'} %}
    {% if settings.loader and name in landing_tables() %}
        {% do policies.update({
            'amazon_ads_loader_loads': 'for all to ' ~ identifier(settings.loader) ~ ' using (true) with check (true)'
        }) %}
    {% endif %}
    {{ return(policies) }}
{% endmacro %}

{#- {table: {secured, policies, readable, loadable}} of what is there. -#}
{% macro existing_access(settings) %}
    {% set rows = look(
        "select c.relname, c.relrowsecurity, coalesce((select jsonb_object_agg(p.polname,"
        ~ " coalesce(obj_description(p.oid, 'pg_policy'), '')) from pg_policy as p where p.polrelid = c.oid),"
        ~ " '{}')::text, " ~ holds(settings.analyst, ['select'])
        ~ ', ' ~ holds(settings.loader, ['select', 'insert', 'update']) ~ ', ' ~ holds(settings.loader, ['select'])
        ~ " from pg_class as c where c.relnamespace = '" ~ target.schema ~ "'::regnamespace and c.relkind = 'r'"
    ) %}
    {% set found = {} %}
    {% for row in rows.rows %}
        {% do found.update({row[0]: {
            'secured': row[1], 'policies': fromjson(row[2]),
            'readable': row[3], 'loadable': row[4], 'readable_by_loader': row[5]
        }}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- SQL that says whether a role has all of these rights on c; nobody lacks nothing. -#}
{% macro holds(role, privileges) %}
    {% set checks = ['true'] %}
    {% for privilege in privileges if role %}
        {% do checks.append('has_table_privilege(' ~ quoted(role) ~ ", c.oid, '" ~ privilege ~ "')") %}
    {% endfor %}
    {{ return(checks | join(' and ')) }}
{% endmacro %}

{#- What has to be done to one table. -#}
{% macro secure_table(name, actual, settings) %}
    {% set table = qualified(name) %}
    {% set wanted = wanted_policies(name, settings) %}
    {% set statements = [] %}
    {% if not actual.secured %}
        {% do statements.append('alter table ' ~ table ~ ' enable row level security') %}
    {% endif %}
    {% for policy in ['amazon_ads_members_read', 'amazon_ads_loader_loads'] %}
        {% set definition = wanted.get(policy, '') %}
        {#- Postgres keeps a definition in words of its own; the comment tells whether it is the one wanted. -#}
        {% set comment = 'Kept by prepare: ' ~ local_md5(definition) %}
        {% set stale = anew() or actual.policies.get(policy) != comment %}
        {% if stale and (definition or policy in actual.policies) %}
            {% do statements.append('drop policy if exists ' ~ policy ~ ' on ' ~ table) %}
        {% endif %}
        {% if stale and definition %}
            {% do statements.append('create policy ' ~ policy ~ ' on ' ~ table ~ ' ' ~ definition) %}
            {% do statements.append('comment on policy ' ~ policy ~ ' on ' ~ table ~ ' is ' ~ quoted(comment)) %}
        {% endif %}
    {% endfor %}
    {% if settings.analyst and name != 'sync_meta' and not actual.readable %}
        {% do statements.append('grant select on ' ~ table ~ ' to ' ~ identifier(settings.analyst)) %}
    {% endif %}
    {% if settings.loader and name == 'sync_slices' and not actual.readable_by_loader %}
        {% do statements.append('grant select on ' ~ table ~ ' to ' ~ identifier(settings.loader)) %}
    {% elif settings.loader and name in landing_tables() and not actual.loadable %}
        {% do statements.append('grant select, insert, update on ' ~ table ~ ' to ' ~ identifier(settings.loader)) %}
    {% endif %}
    {{ return(statements) }}
{% endmacro %}
