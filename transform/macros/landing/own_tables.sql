{#- What is ours beside the landing tables: not loaded by anybody, kept by `prepare` and the post-step. -#}
{% macro own_tables() %}
    {{ return({
        'sync_slices': {
            'description': 'What the settled runs of every profile and entity amount to.',
            'key': ['profile_id', 'entity_type'],
            'columns': [
                column('profile_id', 'text', 'The profile.'),
                column('entity_type', 'text', 'portfolios, campaigns, ad_groups, ads, targets, ad_extensions, change_events or differences.'),
                column('updated_at', timestamptz(), 'Last time anything was logged for it (UTC).'),
                column('last_full_sync_at', timestamptz(), 'When a full slice was last completed (UTC).'),
                column('last_full_began_at', timestamptz(), 'When the database first heard of that slice (UTC).'),
                column('last_incremental_sync_at', timestamptz(), 'When an incremental slice was last completed (UTC).'),
                column('last_incremental_began_at', timestamptz(), 'When the database first heard of that slice (UTC).'),
                column('last_success_at', timestamptz(), 'When a slice was last completed (UTC).'),
                column('last_success_run_id', 'text', 'The run that did so.'),
                column('high_watermark', timestamptz(), 'Newest change at Amazon that a complete slice has seen (UTC).'),
                column('last_error', 'text', 'The newest error.'),
                column('last_error_at', timestamptz(), 'When it happened (UTC).'),
                column('last_error_began_at', timestamptz(), 'When the database first heard of that slice (UTC).'),
                column('consecutive_errors', 'integer', 'Failed runs since the last complete one.'),
                column('rows_seen', 'bigint', 'Distinct entities that the last complete slice read.'),
                column('rows_stored', 'bigint', 'Rows of the slice in its table when it was last settled.'),
                column('last_key', 'text', 'Id of the last row that a complete slice emitted.'),
                column('last_synced_at', timestamptz(), 'The synced_at of that row (UTC); it can only move on.'),
                column('full_reads', 'jsonb', 'Per ad product: when its last complete full read started and finished.')
            ]
        },
        'sync_meta': {
            'description': 'What prepare and the views were last made from; for the owner alone.',
            'key': ['name'],
            'columns': [
                column('name', 'text', 'What it is about.'),
                column('value', 'text', 'Its fingerprint.')
            ]
        }
    }) }}
{% endmacro %}

{#- Who sees what; made and filled apart from the others, refused like them. -#}
{% macro memberships_table() %}
    {{ return({
        'key': ['member', 'profile_id'],
        'columns': [
            column('member', 'text', 'Who: a database role, or what AMAZON_ADS_IDENTITY yields.'),
            column('profile_id', 'text', 'The profile; * for every profile.'),
            column('granted_at', timestamptz(), 'Since when (UTC).')
        ]
    }) }}
{% endmacro %}

{#- Columns of the log that the loader does not know and therefore never writes. -#}
{% macro verdict_columns() %}
    {{ return([
        column('settled_at', timestamptz(), 'When the verdict was given (UTC); null while it is open.'),
        column('settled_status', 'text', 'The verdict: running, success or error.'),
        column('settled_error', 'text', 'The error of the verdict.')
    ]) }}
{% endmacro %}

{% macro column(name, type, description) %}
    {{ return({'name': name, 'type': type, 'description': description}) }}
{% endmacro %}

{% macro timestamptz() %}{{ return('timestamp with time zone') }}{% endmacro %}

{#- {name: definition} of every table of ours that has a key and columns. -#}
{% macro all_tables() %}
    {% set tables = {} %}
    {% set versioned = versioned_entities() %}
    {% set kept = history_columns().kept %}
    {% for name, table in landing_tables().items() %}
        {% set own = verdict_columns() if name == 'sync_log' else kept if name in versioned else [] %}
        {% do tables.update({name: {
            'description': table.description, 'key': table.key, 'columns': table.columns + own,
            'indexes': table.indexes, 'landing': true
        }}) %}
    {% endfor %}
    {% for name, table in own_tables().items() %}
        {% do tables.update({name: {
            'description': table.description, 'key': table.key, 'columns': table.columns, 'indexes': [], 'landing': false
        }}) %}
    {% endfor %}
    {% do tables.update(history_tables()) %}
    {{ return(tables) }}
{% endmacro %}
