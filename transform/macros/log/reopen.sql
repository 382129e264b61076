{#-
    A run whose id was used before writes the same rows of the log anew: what was settled then says nothing about it, and
    it begins now.
-#}
{% macro reopen_function() %}
    {{ return({
        'name': 'reopen_run',
        'arguments': '',
        'types': '',
        'returns': 'trigger',
        'body': reopen_body()
    }) }}
{% endmacro %}

{% macro reopen_body() %}
begin
    new.settled_at := null;
    new.settled_status := null;
    new.settled_error := null;
    new.created_at := now();
    return new;
end
{% endmacro %}

{#- The trigger, where it is not there. Verdicts are given without touching started_at. -#}
{% macro missing_trigger() %}
    {% set trigger = 'amazon_ads_reopen_run' %}
    {% if look(
        'select from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace'
        ~ ' where n.nspname = ' ~ quoted(target.schema) ~ " and c.relname = 'sync_log' and t.tgname = " ~ quoted(trigger)
    ).rows and not anew() %}{{ return([]) }}{% endif %}
    {{ return([
        'drop trigger if exists ' ~ trigger ~ ' on ' ~ qualified('sync_log'),
        'create trigger ' ~ trigger ~ ' before update on ' ~ qualified('sync_log') ~ ' for each row'
        ~ ' when (old.settled_at is not null and new.started_at is distinct from old.started_at)'
        ~ ' execute function ' ~ qualified('reopen_run') ~ '()'
    ]) }}
{% endmacro %}
