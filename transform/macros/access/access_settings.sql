{#- Who may see what, as it is configured. Names and expression come from outside: nothing unchecked reaches SQL. -#}

{#- {analyst, loader, identity}; the loader is empty where the owner itself loads. -#}
{% macro access_settings() %}
    {% set analyst = role_setting('AMAZON_ADS_ANALYST_ROLE', 'amazon_ads_analyst') %}
    {% set loader = role_setting('AMAZON_ADS_LOADER_ROLE', '') %}
    {% if analyst == loader %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_ANALYST_ROLE and AMAZON_ADS_LOADER_ROLE both name ' ~ analyst
            ~ ': analysts would be able to write. Name two roles.'
        ) %}
    {% endif %}
    {{ return({'analyst': analyst, 'loader': loader, 'identity': identity_setting()}) }}
{% endmacro %}

{% macro role_setting(variable, default) %}
    {% set name = env_var(variable, '') or default %}
    {% set reserved = name.lower() in ['public', 'none', 'current_user', 'current_role', 'session_user'] %}
    {% if name and (reserved or name.startswith('pg_') or not modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_@.-]{0,62}', name)) %}
        {% do exceptions.raise_compiler_error(
            variable ~ ' is not the name of a role that can be used: it takes a letter or _, then up to 62 letters, digits'
            ~ ' and _ @ . -, and neither a reserved name nor one that begins with pg_.'
        ) %}
    {% endif %}
    {{ return(name) }}
{% endmacro %}

{#- One expression that says who is asking: names, calls, casts, JSON operators and text; nothing that begins a query. -#}
{% macro identity_setting() %}
    {% set expression = env_var('AMAZON_ADS_IDENTITY', '') or 'current_user' %}
    {% set token = "'(?:[^'\\\\]|'')*'|\"[^\"]+\"|[A-Za-z_][A-Za-z0-9_$]*|[0-9]+|::|->>|->|#>>|#>|\\|\\||[.,()]|\\s+" %}
    {% set tokens = modules.re.findall(token, expression) %}
    {% set queries = ['select', 'table', 'values', 'with', 'insert', 'update', 'delete', 'merge'] %}
    {% set state = namespace(depth=0, sound=(tokens | join('') == expression)) %}
    {% for each in tokens %}
        {% set state.depth = state.depth + (1 if each == '(' else (-1 if each == ')' else 0)) %}
        {% if state.depth < 0 or each.lower() in queries %}{% set state.sound = false %}{% endif %}
    {% endfor %}
    {% if not state.sound or state.depth != 0 %}
        {% do exceptions.raise_compiler_error(
            'AMAZON_ADS_IDENTITY is not one plain SQL expression: names, calls, casts, JSON operators and text in single'
            ~ ' quotes are allowed, such as auth.uid() or current_user; queries, comments and ; are not.'
        ) %}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}

{#- An identifier; the names have been checked, so that none holds a quote. -#}
{% macro identifier(name) %}{{ return('"' ~ name ~ '"') }}{% endmacro %}
