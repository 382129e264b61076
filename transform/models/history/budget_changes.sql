-- Budgets of campaigns and portfolios, and daily caps of profiles, that have changed.
{{ changes_with_names(
    amounts('budget'),
    "c.column_name = 'budget_micros' or (c.column_name = 'daily_budget_micros' and c.entity_type = 'profiles')"
) }}
