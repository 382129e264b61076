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
    {{ last_updated_date('entity_targets', 'target_id') }} as last_updated_date,
    profile_id,
    valid_from,
    valid_to,
    is_current
from {{ ref('entity_targets_history') }} as h
where target_type = 'keyword' and not negative
