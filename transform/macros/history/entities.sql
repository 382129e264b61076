{#- {table: how its rows are named in entity_changes, in SQL over one of them ({row})}; every one of them has versions. -#}
{% macro versioned_entities() %}
    {{ return({
        'entity_profiles': entity_of('profiles', 'profile_id'),
        'entity_portfolios': entity_of('portfolios', 'portfolio_id'),
        'entity_campaigns': entity_of('campaigns', 'campaign_id', 'campaign_id', none, 'campaign_type'),
        'entity_ad_groups': entity_of('ad_groups', 'ad_group_id', 'campaign_id', 'ad_group_id', 'ad_product'),
        'entity_ads': entity_of('ads', 'ad_id', 'campaign_id', 'ad_group_id', 'ad_product'),
        'entity_targets': entity_of('targets', 'target_id', 'campaign_id', 'ad_group_id', 'ad_product'),
        'entity_ad_extensions': entity_of(
            'ad_extensions', 'ad_extension_id', 'campaign_id', 'ad_group_id', 'ad_product'
        )
    }) }}
{% endmacro %}

{% macro entity_of(type, id, campaign=none, ad_group=none, product=none) %}
    {{ return({'type': type, 'id': id, 'campaign': campaign, 'ad_group': ad_group, 'product': product}) }}
{% endmacro %}

{#- A column of a row in SQL; null where the entity has none. -#}
{% macro of_row(row, name) %}{{ return(row ~ '.' ~ name if name else 'null::text') }}{% endmacro %}

{% macro versions_of(table) %}{{ return(table ~ '_versions') }}{% endmacro %}

{#- The tables of the history, as all_tables() lists them. -#}
{% macro history_tables() %}
    {% set parts = history_columns() %}
    {% set tables = {'entity_changes': {
        'description': parts.changes.description, 'key': parts.changes.key, 'columns': parts.changes.columns,
        'indexes': parts.changes.indexes, 'landing': false
    }} %}
    {% for name in versioned_entities() %}
        {% set table = landing_tables()[name] %}
        {% set columns = [] %}
        {% for each in table.columns + parts.kept + parts.version %}
            {#- A version is as it was stored: nothing of it is made by default. -#}
            {% do columns.append(column(each.name, each.type, each.description)) %}
        {% endfor %}
        {% do tables.update({versions_of(name): {
            'description': 'What rows of ' ~ name ~ ' were before they became what they are.',
            'key': table.key + ['valid_from'], 'columns': columns, 'indexes': [['valid_to']], 'landing': false
        }}) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}

{#- Columns whose change is none by itself: when a row was read, and when Amazon says that it changed. -#}
{% macro business_columns(table) %}
    {% set columns = [] %}
    {% set landed = landing_tables()[table] %}
    {% set others = landed.key + ['synced_at', 'last_updated_time'] %}
    {% for each in landed.columns if each.name not in others %}
        {% do columns.append(each) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- Names of the columns of a version as its row has them, each after a prefix. -#}
{% macro version_columns(table, prefix='') %}
    {% set names = [] %}
    {% for each in landing_tables()[table].columns + history_columns().kept %}
        {% do names.append(prefix ~ each.name) %}
    {% endfor %}
    {{ return(names | join(', ')) }}
{% endmacro %}
