{#-
    `json_changes` says where two documents differ: objects member by member; lists of objects by the member that tells
    them apart, whatever their order; everything else as a whole. What only one of them has is one difference.
-#}
{% macro json_changes_function() %}
    {{ return({
        'name': 'json_changes',
        'arguments': 'root text, before jsonb, after jsonb',
        'types': 'text, jsonb, jsonb',
        'returns': 'table (path text, old_value jsonb, new_value jsonb)',
        'body': json_changes_body()
    }) }}
{% endmacro %}

{#- Members by which Amazon's lists tell their objects apart, the first that does. -#}
{% macro identifying_members() %}
    {{ return(['placement', 'shopperSegment', 'predicate', 'type', 'key', 'id', 'assetId', 'asin', 'name']) }}
{% endmacro %}

{#- A step of a path: names stay short enough for an index, and what is no plain name is quoted. -#}
{% macro path_step(name) -%}
    case
        when length({{ name }}) > 80 then left({{ name }}, 40) || '~' || md5({{ name }})
        when {{ name }} ~ '^[A-Za-z0-9_:-]+$' then {{ name }}
        else to_json({{ name }})::text
    end
{%- endmacro %}

{% macro json_changes_body() %}
begin
    return query
    with recursive walk (parent, place, was, is_now) as (
        select null::text, root, nullif(before, 'null'::jsonb), nullif(after, 'null'::jsonb)
        union all
        select walk.place, walk.place || step.name, step.was, step.is_now
        from walk
        cross join lateral (
            select '.' || {{ path_step('coalesce(o.key, n.key)') }} as name, o.value as was, n.value as is_now
            from jsonb_each(
                case when jsonb_typeof(walk.was) = 'object' and jsonb_typeof(walk.is_now) = 'object' then walk.was
                else '{}' end
            ) as o
            full join jsonb_each(
                case when jsonb_typeof(walk.was) = 'object' and jsonb_typeof(walk.is_now) = 'object' then walk.is_now
                else '{}' end
            ) as n on n.key = o.key
            where o.value is distinct from n.value
            union all
            select '[' || {{ path_step('coalesce(o.key, n.key)') }} || ']', o.value, n.value
            from (
                select each.value ->> member.name as key, each.value
                from {{ qualified('list_member') }}(walk.was, walk.is_now) as member (name)
                cross join lateral jsonb_array_elements(
                    case when member.name is not null then walk.was else '[]' end
                ) as each
            ) as o
            full join (
                select each.value ->> member.name as key, each.value
                from {{ qualified('list_member') }}(walk.was, walk.is_now) as member (name)
                cross join lateral jsonb_array_elements(
                    case when member.name is not null then walk.is_now else '[]' end
                ) as each
            ) as n on n.key = o.key
            where o.value is distinct from n.value
        ) as step
        -- Deeper than Amazon's documents go, and as long as an index takes.
        where length(walk.place) < 300
    )

    select walk.place, nullif(walk.was, 'null'::jsonb), nullif(walk.is_now, 'null'::jsonb)
    from walk
    where
        walk.was is distinct from walk.is_now
        and not exists (select from walk as deeper where deeper.parent = walk.place)
        -- Objects that can be told apart, and of which none differs, have another order alone.
        and not (length(walk.place) < 300 and {{ qualified('list_member') }}(walk.was, walk.is_now) is not null);
end
{% endmacro %}

{#- The member that tells the objects of two lists apart; null where they are not lists of objects, or nothing does. -#}
{% macro list_member_function() %}
    {{ return({
        'name': 'list_member',
        'arguments': 'before jsonb, after jsonb',
        'types': 'jsonb, jsonb',
        'returns': 'text',
        'body': list_member_body()
    }) }}
{% endmacro %}

{% macro list_member_body() %}
begin
    if jsonb_typeof(before) is distinct from 'array' or jsonb_typeof(after) is distinct from 'array' then
        return null;
    end if;
    return (
        select candidate.name
        from unnest(array[{{ quoted_list(identifying_members()) }}]) with ordinality as candidate (name, place)
        cross join lateral (
            select
                bool_and(
                    jsonb_typeof(each.value) = 'object'
                    and coalesce(jsonb_typeof(each.value -> candidate.name) in ('string', 'number'), false)
                ) as have_it,
                count(*) = count(distinct (each.side, each.value ->> candidate.name)) as differ
            from (
                select 1 as side, o.value from jsonb_array_elements(before) as o
                union all
                select 2, n.value from jsonb_array_elements(after) as n
            ) as each
        ) as judged
        where judged.have_it and judged.differ
        order by candidate.place
        limit 1
    );
end
{% endmacro %}
