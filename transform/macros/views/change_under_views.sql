{#-
    `change_under_views` changes a table or view that views read: ours are set aside and come back in the same
    transaction, with the rights that were given to them; where others' views would be lost, it refuses and names them.
-#}
{% macro views_function() %}
    {{ return({
        'name': 'change_under_views',
        'arguments': 'base regclass, columns text[], statements text[], ours text[]',
        'types': 'regclass, text[], text[], text[]',
        'returns': 'void',
        'body': views_body()
    }) }}
{% endmacro %}

{#- Views that read a relation or its columns, directly or not: oid, and how far away. No columns: all of it. -#}
{% macro readers_of(base, columns) %}
    select found.oid, max(found.depth) as depth
    from (
        with recursive readers as (
            select r.ev_class as oid, 1 as depth
            from pg_depend as d
            inner join pg_rewrite as r on r.oid = d.objid
            left join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
            where
                d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
                and d.refobjid = {{ base }} and r.ev_class <> {{ base }}
                and (cardinality({{ columns }}) = 0 or d.refobjsubid = 0 or a.attname = any ({{ columns }}))
            union
            select r.ev_class, readers.depth + 1
            from readers
            inner join pg_depend as d on d.refobjid = readers.oid
            inner join pg_rewrite as r on r.oid = d.objid
            where
                d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and r.ev_class <> readers.oid
        )
        select readers.oid, readers.depth from readers
    ) as found
    group by found.oid
{%- endmacro %}

{% macro views_body() %}
declare
    foreign_views text;
    -- The nearest first.
    names text[];
    definitions text[];
    rights text[];
    statement text;
begin
    with readers as (
        {{ readers_of('base', 'columns') }}
    ),

    aside as (
        select
            readers.depth,
            c.oid::regclass::text as name,
            pg_get_viewdef(c.oid) as definition,
            c.relkind = 'v' and c.oid::regclass::text = any (ours) as is_ours,
            coalesce((
                select string_agg(format(
                    'grant %s on %s to %s%s', held.privilege_type, c.oid::regclass,
                    case when held.grantee = 0 then 'public' else held.grantee::regrole::text end,
                    case when held.is_grantable then ' with grant option' else '' end
                ), '; ')
                from aclexplode(c.relacl) as held
                where held.grantee <> c.relowner
            ), '') as rights
        from readers
        inner join pg_class as c on c.oid = readers.oid
    )

    select
        string_agg(aside.name, ', ' order by aside.depth, aside.name) filter (where not aside.is_ours),
        coalesce(array_agg(aside.name order by aside.depth, aside.name), '{}'),
        coalesce(array_agg(aside.definition order by aside.depth, aside.name), '{}'),
        coalesce(array_agg(aside.rights order by aside.depth, aside.name), '{}')
    into foreign_views, names, definitions, rights
    from aside;

    if foreign_views is not null then
        raise exception
            'Views that are not ours read %, which has to be made anew: %. Drop them, sync, and create them again.',
            base, foreign_views;
    end if;
    for place in reverse cardinality(names) .. 1 loop
        execute 'drop view ' || names[place];
    end loop;
    foreach statement in array statements loop
        execute statement;
    end loop;
    for place in 1 .. cardinality(names) loop
        execute 'create view ' || names[place] || ' as ' || definitions[place];
        if current_setting('server_version_num')::int >= 150000 then
            execute 'alter view ' || names[place] || ' set (security_invoker = on)';
        end if;
        if rights[place] <> '' then
            execute rights[place];
        end if;
    end loop;
    -- They are still ours; comments come with the next build of the views.
    update {{ qualified('sync_meta') }} as meta
    set value = 'stale'
    where meta.name in (select 'view:' || kept.name from unnest(names) as kept (name));
end
{% endmacro %}

{#- Names of our views as Postgres writes them when nothing is on the search path. -#}
{% macro our_views() %}
    {% set names = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' %}
        {% do names.append(node.schema ~ '.' ~ node.name) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro text_array(items) %}{{ return('array[' ~ quoted_list(items) ~ ']::text[]') }}{% endmacro %}
