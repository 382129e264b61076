{#- Where others may create objects: nothing of ours looks there, but a session with another search path might. -#}
{% macro warn_of_creators() %}
    {% set open = look(
        "select n.nspname, string_agg(distinct case when g.grantee = 0 then 'everybody' else g.grantee::regrole::text end, ', ')"
        ~ " from pg_namespace as n cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as g"
        ~ " where g.privilege_type = 'CREATE' and n.nspname in ('public', " ~ quoted_list(schema_names()) ~ ')'
        ~ ' and not exists (select from pg_roles as r where r.oid = g.grantee'
        ~ " and (r.rolsuper or r.rolname in (current_user, 'pg_database_owner')))"
        ~ ' group by n.nspname order by n.nspname'
    ) %}
    {% for row in open.rows %}
        {% do log(
            'Others may create objects in the schema ' ~ row[0] ~ ' (' ~ row[1] ~ '). What this project runs does not look there;'
            ~ ' to close it: revoke create on schema ' ~ row[0] ~ ' from '
            ~ row[1] | replace('everybody', 'public') ~ ';', info=true
        ) %}
    {% endfor %}
{% endmacro %}
