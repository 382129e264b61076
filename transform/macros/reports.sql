{#-
    Reports of spend that others load into this database. `AMAZON_ADS_REPORTS` names who, and the schema they are in.
    What differs between them is which tables they are in; columns are found by their names without case and underscores.
-#}
{% macro report_tables() %}
    {{ return({
        'airbyte': [
            {'name': 'sponsored_products_campaigns_report_stream_daily', 'grain': 'campaign', 'ad_product': 'sp'},
            {'name': 'sponsored_brands_campaigns_report_stream_daily', 'grain': 'campaign', 'ad_product': 'sb'},
            {'name': 'sponsored_display_campaigns_report_stream_daily', 'grain': 'campaign', 'ad_product': 'sd'},
            {'name': 'sponsored_products_productads_report_stream_daily', 'grain': 'ad', 'ad_product': 'sp'},
            {'name': 'sponsored_brands_ads_report_stream_daily', 'grain': 'ad', 'ad_product': 'sb'},
            {'name': 'sponsored_display_productads_report_stream_daily', 'grain': 'ad', 'ad_product': 'sd'},
            {'name': 'sponsored_products_keywords_report_stream_daily', 'grain': 'target', 'ad_product': 'sp'},
            {'name': 'sponsored_products_targets_report_stream_daily', 'grain': 'target', 'ad_product': 'sp'},
            {'name': 'sponsored_display_targets_report_stream_daily', 'grain': 'target', 'ad_product': 'sd'},
        ],
        'fivetran': [
            {'name': 'campaign_level_report', 'grain': 'campaign', 'ad_product': 'sp'},
            {'name': 'sb_campaign_report', 'grain': 'campaign', 'ad_product': 'sb'},
            {'name': 'advertised_product_report', 'grain': 'ad', 'ad_product': 'sp'},
            {'name': 'targeting_keyword_report', 'grain': 'target', 'ad_product': 'sp'},
        ],
        'posthog': [
            {'name': 'sp_campaign_reports', 'grain': 'campaign', 'ad_product': 'sp'},
        ],
    }) }}
{% endmacro %}

{#- What a row of a view is made of: its type, the names it has in reports (the first that is there), whether it must be. -#}
{% macro report_columns(grain) %}
    {% set ids = {'campaign': ['campaignid'], 'ad': ['adid'], 'target': ['keywordid', 'targetid', 'targetingid']} %}
    {{ return([
        {'name': 'date', 'type': 'date', 'from': ['date', 'reportdate'], 'needed': true},
        {'name': 'profile_id', 'type': 'text', 'from': ['profileid']},
        {'name': 'campaign_id', 'type': 'text', 'from': ['campaignid']},
        {'name': 'ad_group_id', 'type': 'text', 'from': ['adgroupid']},
        {'name': 'entity_id', 'type': 'text', 'from': ids[grain], 'needed': true},
        {'name': 'asin', 'type': 'text', 'from': ['advertisedasin', 'promotedasin']},
        {'name': 'sku', 'type': 'text', 'from': ['advertisedsku', 'promotedsku']},
        {'name': 'impressions', 'type': 'bigint', 'from': ['impressions']},
        {'name': 'clicks', 'type': 'bigint', 'from': ['clicks']},
        {'name': 'cost_micros', 'type': 'micros', 'from': ['cost'], 'needed': true},
        {'name': 'purchases', 'type': 'bigint', 'from': ['purchases30d', 'purchases', 'attributedconversions14d']},
        {'name': 'sales_micros', 'type': 'micros', 'from': ['sales30d', 'sales', 'attributedsales14d']},
    ]) }}
{% endmacro %}

{#- The rows of every report of one grain that is there, as `report_columns` names them, with their ad product. -#}
{% macro report_rows(grain) %}
    {% set who, _, schema = env_var('AMAZON_ADS_REPORTS', '').partition(':') %}
    {% set found = report_columns_found(schema) if execute else {} %}
    {% set wanted = report_tables().get(who, []) %}
    {% if execute and not wanted | selectattr('name', 'in', found) | list %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_REPORTS is ' ~ who ~ ':' ~ schema ~ ', but the schema ' ~ schema ~ ' has none of the tables '
            ~ wanted | map(attribute='name') | join(', ') ~ ' that ' ~ target.user ~ ' may read.'
        ) %}
    {% endif %}
    {% set selects = [] %}
    {% for table in wanted if table.grain == grain and table.name in found %}
        {% do selects.append(report_select(schema, table, found[table.name])) %}
    {% endfor %}
    {{ return(selects | join(' union all ') or report_select('pg_catalog', {'name': 'pg_class', 'grain': grain}, none)) }}
{% endmacro %}

{#- One report; without columns none of its rows, typed. -#}
{% macro report_select(schema, table, columns) %}
    {% set parts = [quoted(table.ad_product or '') ~ '::text as ad_product'] %}
    {% for column in report_columns(table.grain) %}
        {% set there = column['from'] | select('in', columns or {}) | list %}
        {% if columns is not none and column.needed and not there %}
            {% do exceptions.raise_compiler_error(
                schema ~ '.' ~ table.name ~ ' has no column for ' ~ column.name ~ ': ' ~ column['from'] | join(' or ') ~ '.'
            ) %}
        {% endif %}
        {% set value = adapter.quote(columns[there[0]]) if there else 'null' %}
        {% if column.type == 'micros' %}
            {% set value = 'round((' ~ value ~ ')::numeric * 1000000)::bigint' %}
        {% else %}
            {% set value = value ~ '::' ~ column.type %}
        {% endif %}
        {% do parts.append(value ~ ' as ' ~ column.name) %}
    {% endfor %}
    {{ return(
        'select ' ~ parts | join(', ') ~ ' from ' ~ adapter.quote(schema) ~ '.' ~ adapter.quote(table.name)
        ~ (' where false' if columns is none else '')
    ) }}
{% endmacro %}

{#- {table: {name without case and underscores: name}} of the reports in a schema. -#}
{% macro report_columns_found(schema) %}
    {% set found = {} %}
    {% for row in look(
        "select c.relname, replace(lower(a.attname), '_', ''), a.attname from pg_attribute as a"
        ~ ' join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace'
        ~ " where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped"
        ~ " and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')"
        ~ ' and n.nspname = ' ~ quoted(schema) ~ ' order by a.attnum desc'
    ) %}
        {% do found.setdefault(row[0], {}).update({row[1]: row[2]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#-
    How a row of a report finds what it is about: by profile and id, or by an id that only one profile has where the
    report does not name the profile.
-#}
{% macro report_join(known, id) %}
    {{ return(
        known ~ '.' ~ id ~ ' = reports.entity_id and (' ~ known ~ '.profile_id = reports.profile_id or ('
        ~ 'reports.profile_id is null and ' ~ known ~ '.holders = 1))'
    ) }}
{% endmacro %}

{#- The views of reports that a setting had made and that it names no longer: while they are there, their tables stay. -#}
{% macro stale_report_views() %}
    {% if env_var('AMAZON_ADS_REPORTS', '') %}{{ return([]) }}{% endif %}
    {% set statements = [] %}
    {% for name in ['campaign_spend', 'ad_spend', 'target_spend'] %}
        {% set kept = quoted('view:' ~ qualified(name)) %}
        {% if look('select 1 from ' ~ qualified('sync_meta') ~ ' where name = ' ~ kept).rows | length %}
            {% do statements.extend([
                'drop view if exists ' ~ qualified(name),
                'delete from ' ~ qualified('sync_meta') ~ ' where name = ' ~ kept
            ]) %}
        {% endif %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}
