{#- Changes with the names of profile, campaign and ad group. The columns that are given stand beside them. -#}
{% macro changes_with_names(columns, which) %}
select
    c.profile_id,
    profiles.account_name,
    profiles.country_code,
    profiles.currency_code,
    c.entity_type,
    c.entity_id,
    c.campaign_id,
    campaigns.name as campaign_name,
    c.ad_group_id,
    ad_groups.name as ad_group_name,
    c.ad_product,
    {{ columns }},
    c.changed_at,
    c.seen_at,
    c.run_id
from {{ source('amazon_ads', 'entity_changes') }} as c
left join {{ source('amazon_ads', 'entity_profiles') }} as profiles on profiles.profile_id = c.profile_id
left join {{ source('amazon_ads', 'entity_campaigns') }} as campaigns
    on campaigns.profile_id = c.profile_id and campaigns.campaign_id = c.campaign_id
left join {{ source('amazon_ads', 'entity_ad_groups') }} as ad_groups
    on ad_groups.profile_id = c.profile_id and ad_groups.ad_group_id = c.ad_group_id
where {{ which }}
{% endmacro %}

{#- An amount before and after: in micros, in units of the currency, and how much of it that is. -#}
{% macro amounts(name) %}
    (c.old_value #>> '{}')::bigint as old_{{ name }}_micros,
    (c.new_value #>> '{}')::bigint as new_{{ name }}_micros,
    (c.old_value #>> '{}')::bigint / 1000000.0 as old_{{ name }},
    (c.new_value #>> '{}')::bigint / 1000000.0 as new_{{ name }},
    round(
        100.0 * ((c.new_value #>> '{}')::bigint - (c.old_value #>> '{}')::bigint)
        / nullif((c.old_value #>> '{}')::bigint, 0), 2
    ) as per_cent
{%- endmacro %}

{#-
    When a version was last changed, as Fivetran's users order them: Amazon's time where it moved; where something changed
    without it, when that was stored.
-#}
{% macro last_updated_date(table, id) %}
    case
        when exists (
            select from {{ source('amazon_ads', versions_of(table)) }} as earlier
            where
                earlier.profile_id = h.profile_id and earlier.{{ id }} = h.{{ id }} and earlier.valid_to = h.valid_from
                and earlier.last_updated_time is not distinct from h.last_updated_time
        ) then h.valid_from
        else h.last_updated_time
    end
{%- endmacro %}
