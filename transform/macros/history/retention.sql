{#- Forget changes, and versions that ended, before the history is to be kept; a bounded number of rows at a time. -#}
{% macro prune_history_function() %}
    {{ return({
        'name': 'prune_history',
        'arguments': 'keep_days integer',
        'types': 'integer',
        'returns': 'void',
        'body': prune_history_body()
    }) }}
{% endmacro %}

{% macro prune_history_body() %}
{%- set times = {'entity_changes': 'seen_at'} %}
{%- for table in versioned_entities() %}{% do times.update({versions_of(table): 'valid_to'}) %}{% endfor %}
begin
    {%- for table, time in times.items() %}
    delete from {{ qualified(table) }} where ctid in (
        select old.ctid from {{ qualified(table) }} as old
        where old.{{ time }} < now() - make_interval(days => keep_days)
        limit 100000
    );
    {%- endfor %}
end
{% endmacro %}

{% macro prune_history() %}
    {{ return(
        'select ' ~ qualified('prune_history') ~ '(' ~ whole_number('AMAZON_ADS_HISTORY_RETENTION_DAYS', 730) ~ '::integer)'
    ) }}
{% endmacro %}
