select
    profile_id as id,
    account_id,
    account_name,
    account_type,
    account_sub_type,
    marketplace_id as account_marketplace_string_id,
    valid_payment_method as account_valid_payment_method,
    country_code,
    currency_code,
    daily_budget_micros / 1000000.0 as daily_budget,
    timezone
from {{ source('amazon_ads', 'entity_profiles') }}
