{#-
    How the history is kept: triggers of the tables that are loaded, so that it is in the loader's own transaction,
    whichever loader it is. What a batch changes is told row by row in C (the condition of `amazon_ads_history_stamp`); what
    such a row was is stored at once (`stamp_…_version`), and how it differs after the statement (`keep_…_changes`). Rows that
    do not change cost that condition and nothing else: no trigger sees them.
-#}

{% macro history_functions() %}
    {% set functions = [
        list_member_function(), json_changes_function(), running_run_function(),
        mark_vanished_function(), prune_history_function()
    ] %}
    {% for table in versioned_entities() %}
        {% do functions.extend([stamp_function(table), changes_function(table), capture_function(table)]) %}
    {% endfor %}
    {{ return(functions) }}
{% endmacro %}

{#-
    A changed row begins a version, later than the one before by any clock; a vanished one that is read again is there. What
    it was goes where those who load have no right to write. A version that had ended with its row, and came back with it
    from a backup, ends now.
-#}
{% macro stamp_function(table) %}
    {{ return({
        'name': 'stamp_' ~ versioned_entities()[table].type ~ '_version',
        'arguments': '',
        'types': '',
        'returns': 'trigger',
        'options': 'security definer',
        'body': stamp_body(table)
    }) }}
{% endmacro %}

{% macro stamp_body(table) %}
{%- set scalars, documents = [], [] %}
{%- for each in business_columns(table) %}{% do (documents if each.type == 'jsonb' else scalars).append(each.name) %}{% endfor %}
begin
    {%- if documents %}
    -- The order of a list whose members can be told apart is no change. In another order a document is as long as it was:
    -- most that have changed are not, and where they differ is asked once.
    if
        old.vanished_since is null and new.vanished_since is null
        and (old.{{ scalars | join(', old.') }}) is not distinct from (new.{{ scalars | join(', new.') }})
        {%- for name in documents %}
        and length(old.{{ name }}::text) is not distinct from length(new.{{ name }}::text)
        {%- endfor %}
    then
        if not exists (
            {%- for name in documents %}
            {{ 'union all ' if not loop.first }}select from {{ qualified('json_changes') }}('', old.{{ name }}, new.{{ name }})
            {%- endfor %}
        ) then
            return new;
        end if;
    end if;
    {%- endif %}
    new.valid_from := greatest(now(), old.valid_from + interval '1 microsecond');
    if new.synced_at > old.synced_at then
        new.vanished_since := null;
    end if;
    insert into {{ qualified(versions_of(table)) }} ({{ version_columns(table) }}, valid_to)
    values ({{ version_columns(table, 'old.') }}, new.valid_from)
    on conflict ({{ landing_tables()[table].key | join(', ') }}, valid_from) do update set valid_to = excluded.valid_to;
    return new;
end
{% endmacro %}

{#- The run whose session this is: the one that is being settled, or that was announced under the session's name. -#}
{% macro running_run_function() %}
    {{ return({
        'name': 'running_run',
        'arguments': '',
        'types': '',
        'returns': 'text',
        'body': running_run_body()
    }) }}
{% endmacro %}

{% macro running_run_body() %}
begin
    return coalesce(nullif(current_setting('amazon_ads_entities.settles', true), ''), (
        select log.run_id
        from {{ qualified('sync_log') }} as log
        where
            log.settled_at is null and log.entity_type = 'run'
            and log.details ->> 'session' = current_setting('application_name')
        order by log.created_at desc
        limit 1
    ));
end
{% endmacro %}

{#-
    What a statement has changed, by the versions that it has ended. Whatever was thought of these tables when the plan was
    made, both are read by their indexes.
-#}
{% macro changes_function(table) %}
    {{ return({
        'name': 'keep_' ~ versioned_entities()[table].type ~ '_changes',
        'arguments': '',
        'types': '',
        'returns': 'trigger',
        'options': "security definer set timezone = 'UTC' set enable_seqscan = off set enable_hashjoin = off"
            ~ ' set enable_mergejoin = off',
        'body': changes_body(table)
    }) }}
{% endmacro %}

{% macro changes_body(table) %}
{%- set ended = qualified(versions_of(table)) ~ ' as o' %}
declare
    began jsonb;
    run text;
begin
    if not exists (select from {{ ended }} where o.valid_to >= now()) then
        return null;
    end if;
    {{ known_beforehand(table) }}
    {{ insert_changes(
        table,
        ended ~ ' inner join ' ~ qualified(table) ~ ' as n on ' ~ same_key(table, 'o', 'n') ~ ' and n.valid_from = o.valid_to',
        'o.valid_to >= now()'
    ) }}
    return null;
end
{% endmacro %}

{#- Since when columns are known, and which run this is. -#}
{% macro known_beforehand(table) -%}
    began := (select meta.value::jsonb from {{ qualified('sync_meta') }} as meta where meta.name = 'history:{{ table }}');
    run := {{ qualified('running_run') }}();
{%- endmacro %}

{#- It writes what those who load have no right to write. -#}
{% macro capture_function(table) %}
    {{ return({
        'name': 'keep_' ~ versioned_entities()[table].type ~ '_history',
        'arguments': '',
        'types': '',
        'returns': 'trigger',
        'options': "security definer set timezone = 'UTC'",
        'body': capture_body(table)
    }) }}
{% endmacro %}

{% macro capture_body(table) %}
{%- set entity = versioned_entities()[table] %}
{%- set versions = qualified(versions_of(table)) %}
{%- set keep = 'insert into ' ~ versions ~ ' (' ~ version_columns(table) ~ ', valid_to) select ' ~ version_columns(table, 'o.') %}
declare
    began jsonb;
    run text;
begin
    -- Rows that somebody takes away were what they were until then.
    if tg_op = 'TRUNCATE' then
        {{ keep }}, greatest(now(), o.valid_from) from {{ qualified(table) }} as o
        on conflict do nothing;
        return null;
    elsif tg_op = 'DELETE' then
        {{ keep }}, greatest(now(), o.valid_from) from old_rows as o
        on conflict do nothing;
        return null;
    -- Rows of a backup bring the time of their version with them.
    elsif not exists (select from new_rows as n where n.valid_from >= now()) then
        return null;
    end if;
    {{ known_beforehand(table) }}
    {%- if entity.type != 'profiles' or created_at_first() %}
    insert into {{ qualified('entity_changes') }} ({{ change_names() }})
    select
        n.profile_id, '{{ entity.type }}', n.{{ entity.id }}, {{ of_row('n', entity.campaign) }},
        {{ of_row('n', entity.ad_group) }}, {{ of_row('n', entity.product) }}, 'created', 'created_at', 'created_at',
        null::jsonb, to_jsonb(n.created_at), {{ of_time('n', 'creation_time', table) }}, n.valid_from, run
    from new_rows as n
    where
        n.valid_from >= now()
        {%- if not created_at_first() %}
        -- What a slice holds when it is first read in full was there before.
        and exists (
            select from {{ qualified('sync_slices') }} as kept
            where
                kept.profile_id = n.profile_id and kept.entity_type = '{{ entity.type }}'
                and kept.full_reads ? {{ 'n.' ~ entity.product if entity.product else "'any'" }}
        )
        {%- endif %}
        and not exists (select from {{ versions }} as o where {{ same_key(table, 'o', 'n') }})
    on conflict do nothing;
    {%- endif %}
    -- A row that was taken away and is loaded again is held against what it was.
    if exists (select from {{ versions }} as o where o.profile_id in (select n.profile_id from new_rows as n)) then
        {{ insert_changes(
            table,
            'new_rows as n inner join lateral (select * from ' ~ versions ~ ' as v where ' ~ same_key(table, 'v', 'n')
            ~ ' order by v.valid_from desc limit 1) as o on true',
            'n.valid_from >= now() and n.valid_from <> o.valid_from'
        ) }}
    end if;
    return null;
end
{% endmacro %}

{% macro same_key(table, one, other) %}
    {% set pairs = [] %}
    {% for name in landing_tables()[table].key %}{% do pairs.append(one ~ '.' ~ name ~ ' = ' ~ other ~ '.' ~ name) %}{% endfor %}
    {{ return(pairs | join(' and ')) }}
{% endmacro %}

{% macro change_names() %}{{ return(history_columns().changes.columns | map(attribute='name') | join(', ')) }}{% endmacro %}

{#- A time of a row in SQL; null where the table does not have it. -#}
{% macro of_time(row, name, table) %}
    {{ return(row ~ '.' ~ name if name in (landing_tables()[table].columns | map(attribute='name') | list)
        else 'null::timestamp with time zone') }}
{% endmacro %}

{#- Whether rows of a first load are changes. -#}
{% macro created_at_first() %}{{ return(env_var('AMAZON_ADS_FIRST_LOAD_CREATED', '').lower() == 'true') }}{% endmacro %}

{#- What rows (n) changed against what they were (o): of those two, from a source, under a condition. -#}
{% macro insert_changes(table, source, which) %}
{%- set entity = versioned_entities()[table] %}
{%- set changed_at = of_time('n', 'last_updated_time', table) %}
insert into {{ qualified('entity_changes') }} ({{ change_names() }})
        select
            n.profile_id, '{{ entity.type }}', n.{{ entity.id }}, {{ of_row('n', entity.campaign) }},
            {{ of_row('n', entity.ad_group) }}, {{ of_row('n', entity.product) }},
            case
                when d.column_name = 'vanished_since' and d.new_value is null then 'reappeared'
                when d.column_name = 'vanished_since' then 'vanished'
                when d.column_name = 'state' and lower(d.new_value #>> '{}') = 'archived' then 'archived'
                else 'changed'
            end,
            d.column_name, d.path, d.old_value, d.new_value,
            case when {{ changed_at }} is distinct from {{ changed_at.replace('n.', 'o.') }} then {{ changed_at }} end,
            n.valid_from, run
        from {{ source }}
        cross join lateral (
            select c.column_name, c.column_name as path, c.old_value, c.new_value
            from (values
                {%- for each in business_columns(table) + [history_columns().kept[1]] if each.type != 'jsonb' %}
                {{ ', ' if not loop.first }}('{{ each.name }}', to_jsonb(o.{{ each.name }}), to_jsonb(n.{{ each.name }}))
                {%- endfor %}
            ) as c (column_name, old_value, new_value)
            where c.old_value is distinct from c.new_value
            {%- for each in business_columns(table) if each.type == 'jsonb' %}
            union all
            select '{{ each.name }}', j.path, j.old_value, j.new_value
            from {{ qualified('json_changes') }}('{{ each.name }}', o.{{ each.name }}, n.{{ each.name }}) as j
            where o.{{ each.name }} is distinct from n.{{ each.name }}
            {%- endfor %}
        ) as d
        where
            {{ which }}
            -- A column that the older row was read without begins with what it is now.
            and ((began ->> d.column_name) is null or o.synced_at >= (began ->> d.column_name)::timestamp with time zone)
        on conflict do nothing;
{%- endmacro %}
