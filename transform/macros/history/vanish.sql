{#-
    `mark_vanished` says of what a settled run has read which entities are gone: those that it was the second complete full
    read in a row not to list, and those that one had not listed and Amazon, asked for them by their ids, did not return.
    They stay; their rows say since when.
-#}
{% macro mark_vanished_function() %}
    {{ return({
        'name': 'mark_vanished',
        'arguments': 'run text',
        'types': 'text',
        'returns': 'void',
        'body': mark_vanished_body()
    }) }}
{% endmacro %}

{% macro mark_vanished_body() %}
begin
    if not exists (
        select from {{ qualified('sync_log') }} as log
        where
            log.run_id = run and log.settled_status = 'success'
            and (log.mode = 'full' or log.details #> '{unlisted,gone}' is not null)
    ) then
        return;
    end if;
    perform set_config('amazon_ads_entities.settles', run, true);
    {%- for table, entity in versioned_entities().items() if entity.type != 'profiles' %}
    update {{ qualified(table) }} as e
    set vanished_since = missed.since
    from (
        select
            log.profile_id,
            full_read.key as ad_product,
            (full_read.value #>> '{before,started_at}')::timestamp with time zone as began_at,
            (full_read.value #>> '{before,finished_at}')::timestamp with time zone as since
        from {{ qualified('sync_log') }} as log
        inner join {{ qualified('sync_slices') }} as kept
            on kept.profile_id = log.profile_id and kept.entity_type = log.entity_type
        cross join lateral jsonb_each(kept.full_reads) as full_read
        where
            log.run_id = run and log.entity_type = '{{ entity.type }}' and log.mode = 'full'
            and log.settled_status = 'success'
            and full_read.key {{ "<> 'any'" if entity.product else "= 'any'" }}
    ) as missed
    where
        e.profile_id = missed.profile_id and e.vanished_since is null and e.synced_at < missed.began_at
        {%- if entity.product %} and e.{{ entity.product }} = missed.ad_product{% endif %};
    update {{ qualified(table) }} as e
    set vanished_since = coalesce(
        case
            when (gone.full_read #>> '{before,started_at}')::timestamp with time zone > e.synced_at
                then (gone.full_read #>> '{before,finished_at}')::timestamp with time zone
        end,
        (gone.full_read ->> 'finished_at')::timestamp with time zone
    )
    from (
        select log.profile_id, each.key as ad_product, id.value as entity_id, kept.full_reads -> each.key as full_read
        from {{ qualified('sync_log') }} as log
        inner join {{ qualified('sync_slices') }} as kept
            on kept.profile_id = log.profile_id and kept.entity_type = log.entity_type
        cross join lateral jsonb_each(log.details #> '{unlisted,gone}') as each
        cross join lateral jsonb_array_elements_text(each.value) as id (value)
        where
            log.run_id = run and log.entity_type = '{{ entity.type }}' and log.settled_status = 'success'
            and each.key {{ "<> 'any'" if entity.product else "= 'any'" }}
    ) as gone
    where
        e.profile_id = gone.profile_id and e.{{ entity.id }} = gone.entity_id and e.vanished_since is null
        and e.synced_at < (gone.full_read ->> 'started_at')::timestamp with time zone
        {%- if entity.product %} and e.{{ entity.product }} = gone.ad_product{% endif %};
    {%- endfor %}
    perform set_config('amazon_ads_entities.settles', '', true);
end
{% endmacro %}
