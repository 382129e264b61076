{#- A primary key enforces uniqueness and not-null; checking that it exists costs nothing on millions of rows. -#}
{% test primary_key_is(model, columns) %}
    select 1
    where not exists (
        select 1
        from pg_index as i
        where
            i.indrelid = '{{ model }}'::regclass
            and i.indisprimary
            and (
                select array_agg(a.attname::text order by k.place)
                from unnest(i.indkey) with ordinality as k (attnum, place)
                inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
            ) = array[{% for column in columns %}'{{ column }}'{{ ', ' if not loop.last }}{% endfor %}]
    )
{% endtest %}

{#- Rows whose parent is not there. -#}
{% test has_parent(model, column_name, parent) %}
    select child.profile_id, child.{{ column_name }}
    from {{ model }} as child
    left join {{ parent }} as parent
        on child.profile_id = parent.profile_id and child.{{ column_name }} = parent.{{ column_name }}
    where child.{{ column_name }} is not null and parent.profile_id is null
{% endtest %}
