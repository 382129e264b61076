{#-
    `mark_vanished` says of what a settled run has read in full which entities it was the second complete full read in a row
    not to list. They stay; their rows say since when.
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
        where log.run_id = run and log.mode = 'full' and log.settled_status = 'success'
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
    {%- endfor %}
    perform set_config('amazon_ads_entities.settles', '', true);
end
{% endmacro %}
