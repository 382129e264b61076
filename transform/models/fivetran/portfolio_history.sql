select
    portfolio_id as id,
    profile_id,
    name,
    state,
    serving_status,
    in_budget,
    budget_micros / 1000000.0 as budget_amount,
    currency_code as budget_currency_code,
    budget_policy,
    budget_start_date,
    budget_end_date,
    creation_time as creation_date,
    {{ last_updated_date('entity_portfolios', 'portfolio_id') }} as last_updated_date,
    valid_from,
    valid_to,
    is_current
from {{ ref('entity_portfolios_history') }} as h
