{#- What the views of spend share: how they find what a report is about, where it is in the account, and its numbers. -#}

{#- The ads, or the targets, with how many profiles hold one of an id: for `report_join`. -#}
{% macro spend_entities(level) %}
select *, count(*) over (partition by entity_id) as holders from {{ ref('ad_hierarchy') }} where level = {{ quoted(level) }}
{% endmacro %}

{#- The day, and where the ad or target of a report is; by the report itself where we do not know it. -#}
{% macro spend_place(known) %}
    reports.date,
    coalesce(reports.profile_id, {{ known }}.profile_id) as profile_id,
    {{ known }}.account_name,
    {{ known }}.country_code,
    {{ known }}.currency_code,
    {{ known }}.portfolio_id,
    {{ known }}.portfolio_name,
    coalesce(reports.campaign_id, {{ known }}.campaign_id) as campaign_id,
    {{ known }}.campaign_name,
    coalesce(reports.ad_group_id, {{ known }}.ad_group_id) as ad_group_id,
    {{ known }}.ad_group_name
{%- endmacro %}

{#- What a report counts. -#}
{% macro spend_measures() %}
    reports.impressions,
    reports.clicks,
    reports.cost_micros,
    reports.purchases,
    reports.sales_micros
{%- endmacro %}
