"""One short text for everything of ours that a database has: tables, views, functions, policies, grants, comments.

The reports of others that our views read belong to it: of one that is new, its rows are not seen yet.

Where it is what it was after the last `prepare`, nothing has been changed, dropped or opened to others since, and
nothing has to be looked at piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import psycopg
from psycopg import sql

# Roles are named by their number: a role that was dropped and made anew is another one.
_STATEMENT = sql.SQL("""
    with ours as (select oid, nspname from pg_namespace where nspname = any (%(schemas)s)),
    relations as (
        select c.*, n.nspname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v', 'm', 'p', 'f')
            and (n.oid in (select oid from ours) or (n.nspname = 'private' and c.relname = 'amazon_ads_connections'))
    ),
    lines (line) as (
        select concat_ws('|', 'user', current_user, datacl::text) from pg_database where datname = current_database()
        union all
        select concat_ws('|', 'schema', n.nspname, n.nspowner, n.nspacl::text, obj_description(n.oid, 'pg_namespace'))
        from pg_namespace as n where n.nspname in ('public', 'private') or n.oid in (select oid from ours)
        union all
        select concat_ws('|', 'relation', c.nspname, c.relname, c.relkind, c.relowner, c.relacl::text,
            c.reloptions::text, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence,
            obj_description(c.oid, 'pg_class'), case when c.relkind in ('v', 'm') then md5(pg_get_viewdef(c.oid)) end)
        from relations as c
        union all
        select concat_ws('|', 'column', c.oid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attacl::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
        from relations as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
        union all
        select concat_ws('|', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid)
        from pg_index as i join relations as c on c.oid = i.indrelid
        union all
        select concat_ws('|', 'constraint', c.oid, k.conname, pg_get_constraintdef(k.oid))
        from pg_constraint as k join relations as c on c.oid = k.conrelid
        union all
        select concat_ws('|', 'policy', c.oid, p.polname, p.polcmd, p.polpermissive, p.polroles::text,
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        from pg_policy as p join relations as c on c.oid = p.polrelid
        union all
        select concat_ws('|', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled)
        from pg_trigger as t join relations as c on c.oid = t.tgrelid
        where not t.tgisinternal
        union all
        select concat_ws('|', 'rule', pg_get_ruledef(r.oid), r.ev_enabled)
        from pg_rewrite as r join relations as c on c.oid = r.ev_class
        where c.relkind <> 'v'
        union all
        select concat_ws('|', 'function', f.oid::regprocedure, f.proowner, f.proacl::text, md5(f.prosrc),
            f.proconfig::text, f.prosecdef, f.prolang, f.prorettype, obj_description(f.oid, 'pg_proc'))
        from pg_proc as f join ours as n on n.oid = f.pronamespace
        union all
        select concat_ws('|', 'report', c.relname, c.relowner, a.attname, format_type(a.atttypid, a.atttypmod))
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = %(reports)s and c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relname like '%%report%%'
        union all
        select concat_ws('|', 'defaults', d.defaclnamespace, d.defaclrole, d.defaclobjtype, d.defaclacl::text)
        from pg_default_acl as d
        union all
        select concat_ws('|', 'role', r.rolname, r.oid, r.rolsuper, r.rolbypassrls, r.rolinherit, r.rolcanlogin,
            r.rolconfig::text,
            (select string_agg(m.roleid::text, ',' order by m.roleid) from pg_auth_members as m where m.member = r.oid))
        from pg_roles as r where r.rolname = any (%(roles)s)
    )
    select md5(string_agg(line, E'\\n' order by line collate "C")) from lines
""")

NOTES = re.compile(r"(?:There is no role|The loader role|Stored connections are open|Others may create) .*")
"""What `prepare` says each time as long as it holds."""


def of(connection: psycopg.Connection[tuple[object, ...]], schema: str, roles: Sequence[str], reports: str = "") -> str:
    """The fingerprint of what is there.

    Args:
        connection: of the role that prepares.
        schema: the tables are in.
        roles: that are of concern beside the tables.
        reports: schema of the reports that others load; empty without any.
    """
    parameters = {"schemas": [schema, f"{schema}_fivetran"], "roles": list(roles), "reports": reports}
    row = connection.execute(_STATEMENT, parameters).fetchone()
    return str(row[0]) if row else ""
