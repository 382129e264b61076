{#-
    Every change of ours to the database is one transaction whose waits have a bound, and in which names mean what they
    mean in Postgres, whatever others have created. A lock that does not come in time is an error that names its holders.
-#}
{% macro transaction(statements) %}
    {{ return(
        'begin; ' ~ bounds() ~ 'set local client_min_messages = warning; ' ~ naming_lock_holders(statements) ~ '; commit'
    ) }}
{% endmacro %}

{#-
    Looking has the same bounds. Several statements in one message are one transaction: poolers that take no options when
    a session begins are no exception. Nothing that is looked up this way takes a lock of a table.
-#}
{% macro look(statement) %}{{ return(run_query(bounds() ~ statement)) }}{% endmacro %}

{% macro bounds() %}
    {{ return(
        'set local search_path = pg_catalog, pg_temp; '
        ~ "set local lock_timeout = '" ~ whole_number('AMAZON_ADS_LOCK_TIMEOUT', 60) ~ "s'; "
        ~ "set local statement_timeout = '" ~ whole_number('AMAZON_ADS_STATEMENT_TIMEOUT', 1800) ~ "s'; "
    ) }}
{% endmacro %}

{#- Tests read tables that others may have locked. -#}
{% macro postgres__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ bounds() }}
    {{ default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}

{% macro change(statements) %}
    {% do run_query(transaction(statements)) %}
{% endmacro %}

{#- Shards that prepare at the same moment take turns; readers cannot lock this table, nor keep anybody from locking it. -#}
{% macro change_in_turn(statements) %}
    {% do change(['lock table ' ~ qualified('sync_meta') ~ ' in share row exclusive mode'] + statements) %}
{% endmacro %}

{% macro naming_lock_holders(statements) %}
    {% set body = [] %}
    {% for statement in statements %}
        {% do body.append('execute ' ~ quoted(statement) ~ ';') %}
    {% endfor %}
    {{ return(
        'do ' ~ quoted(
            'declare holders text; begin ' ~ body | join(' ')
            ~ ' exception when lock_not_available then '
            ~ 'select string_agg(format(' ~ quoted('%s (process %s, %s)') ~ ', a.usename, a.pid, coalesce(nullif(a.application_name, '
            ~ quoted('') ~ '), ' ~ quoted('no application_name') ~ ')), ' ~ quoted('; ') ~ ') into holders '
            ~ 'from pg_catalog.pg_stat_activity as a where a.pid <> pg_catalog.pg_backend_pid() and a.pid in ('
            ~ 'select l.pid from pg_catalog.pg_locks as l join pg_catalog.pg_class as c on c.oid = l.relation '
            ~ 'join pg_catalog.pg_namespace as n on n.oid = c.relnamespace where l.granted and n.nspname in ('
            ~ quoted_list(schema_names()) ~ ')); '
            ~ 'raise exception ' ~ quoted('Another session keeps a lock on the tables for more than '
                ~ whole_number('AMAZON_ADS_LOCK_TIMEOUT', 60) ~ ' s: %. Let it commit, or end it with'
                ~ ' pg_terminate_backend, and sync again.') ~ ', coalesce(holders, ' ~ quoted('unknown') ~ '); end'
        )
    ) }}
{% endmacro %}

{#- Names in a list of text literals. -#}
{% macro quoted_list(names) %}
    {% set literals = [] %}
    {% for name in names %}{% do literals.append(quoted(name)) %}{% endfor %}
    {{ return(literals | join(', ')) }}
{% endmacro %}

{#- A setting in whole seconds or days, which Postgres can add to any time. -#}
{% macro whole_number(variable, default) %}
    {% set value = env_var(variable, '') or default | string %}
    {% if not modules.re.fullmatch('[1-9][0-9]{0,5}', value) %}
        {% do exceptions.raise_compiler_error(variable ~ ' must be a whole number from 1 to 999999.') %}
    {% endif %}
    {{ return(value) }}
{% endmacro %}

{#-
    Whether everything of ours is made anew, because somebody has changed something since it was last made: what Postgres
    keeps of it does not say that it is as it was.
-#}
{% macro anew() %}{{ return(execute and env_var('AMAZON_ADS_ANEW', '') == 'true') }}{% endmacro %}

{% macro quoted(text) %}{{ return("'" ~ text | replace("'", "''") ~ "'") }}{% endmacro %}

{% macro qualified(name) %}{{ return(target.schema ~ '.' ~ name) }}{% endmacro %}
