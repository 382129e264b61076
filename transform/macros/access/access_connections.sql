{#-
    Stored connections are for the role that keeps them alone. Where their table exists, PUBLIC, analysts and loader
    lose every right to it, and our own roles the way into its schema; nothing else in that schema is touched.
-#}
{% macro close_connections(settings) %}
    {% set ours = "select oid from pg_roles where rolname in ("
        ~ quoted(settings.analyst) ~ ', ' ~ quoted(settings.loader) ~ ')' %}
    {#- Rights that somebody was given by name: what, to whom, and whether they are ours to take. -#}
    {% set rights = look(
        "with connections as (select c.oid, c.relowner, c.relacl, n.nspowner, n.nspacl from pg_class as c"
        ~ " join pg_namespace as n on n.oid = c.relnamespace"
        ~ " where n.nspname = 'private' and c.relname = 'amazon_ads_connections')"
        ~ " select distinct 'table private.amazon_ads_connections', held.grantee::regrole::text,"
        ~ " pg_has_role(c.relowner, 'usage') from connections as c"
        ~ " cross join lateral (select c.relacl union all"
        ~ " select a.attacl from pg_attribute as a where a.attrelid = c.oid) as lists (acl)"
        ~ " cross join lateral aclexplode(lists.acl) as held"
        ~ " where held.grantee <> c.relowner and (held.grantee = 0 or held.grantee in (" ~ ours ~ "))"
        ~ " union all select distinct 'schema private', held.grantee::regrole::text, pg_has_role(c.nspowner, 'usage')"
        ~ " from connections as c cross join lateral aclexplode(c.nspacl) as held"
        ~ " where held.grantee <> c.nspowner and held.grantee in (" ~ ours ~ ")"
    ) %}
    {% for row in rights.rows %}
        {% set revoke = 'revoke all on ' ~ row[0] ~ ' from ' ~ ('public' if row[1] == '-' else row[1]) %}
        {% if row[2] %}
            {% do change_in_turn([revoke]) %}
        {% else %}
            {% do log('Stored connections are open to others; the owner of ' ~ row[0] ~ ' has to run: ' ~ revoke ~ ';', info=true) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
