select
    target_id as id,
    campaign_id,
    ad_group_id,
    expression ->> 'text' as keyword_text,
    match_type,
    bid_micros / 1000000.0 as bid,
    state,
    serving_status,
    expression ->> 'nativeLanguageKeyword' as native_language_keyword,
    expression ->> 'nativeLanguageLocale' as native_language_locale,
    creation_time as creation_date,
    last_updated_time as last_updated_date,
    profile_id
from {{ source('amazon_ads', 'entity_targets') }}
where target_type = 'keyword' and not negative
