-- Entities that were switched on or off, archived, created, that vanished or came back.
{{ changes_with_names(
    "c.kind,\n    case when c.kind in ('changed', 'archived') then c.old_value #>> '{}' end as old_state,\n"
    "    case when c.kind in ('changed', 'archived') then c.new_value #>> '{}' end as new_state",
    "c.column_name in ('state', 'created_at', 'vanished_since')"
) }}
