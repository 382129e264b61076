{#- Rows of one table that the last complete full slice of their profile, entity and ad product did not see. -#}
{% macro vanished(table, entity_type, id, name, ad_product) %}
    select
        '{{ table }}' as table_name,
        e.profile_id,
        e.{{ id }} as entity_id,
        {{ name }} as name,
        e.state,
        e.synced_at as last_seen_at,
        complete.finished_at as noticed_at
    from {{ source('amazon_ads', table) }} as e
    inner join complete
        on
            complete.profile_id = e.profile_id
            and complete.entity_type = '{{ entity_type }}'
            and complete.ad_product = {{ ad_product }}
            and e.synced_at < complete.started_at
{% endmacro %}
