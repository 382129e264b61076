select
    campaign_id as id,
    name,
    profile_id,
    portfolio_id,
    state,
    serving_status,
    targeting_type,
    coalesce(bidding ->> 'strategy', bidding ->> 'bidOptimizationStrategy') as bidding_strategy,
    budget_micros / 1000000.0 as budget,
    budget_type,
    coalesce((bidding ->> 'effectiveBudget')::numeric, budget_micros / 1000000.0) as effective_budget,
    start_date,
    end_date,
    creation_time as creation_date,
    last_updated_time as last_updated_date
from {{ source('amazon_ads', 'entity_campaigns') }}
