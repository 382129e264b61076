-- Every change that is known, by Amazon's own history, by the runs, or by both; with the moment, where Amazon tells it.
with events as not materialized (
    select
        e.*,
        -- As entity_changes holds it.
        coalesce(to_jsonb(e.old_micros), to_jsonb(e.old_value)) as old_json,
        coalesce(to_jsonb(e.new_micros), to_jsonb(e.new_value)) as new_json,
        coalesce(e.new_micros::text, lower(e.new_value)) as new_text
    from {{ source('amazon_ads', 'change_events') }} as e
),

followed as not materialized (
    -- What the runs saw next of that place. A batch of rows may be stored by a transaction that is older than the event.
    select
        e.*,
        c.seen_at,
        c.changed_at,
        c.run_id,
        coalesce(c.is_it, false) as is_it,
        row_number() over (
            partition by e.profile_id, e.entity_type, e.entity_id, e.path, c.seen_at
            order by e.occurred_at desc, e.event_id
        ) as place
    from events as e
    left join lateral (
        select
            seen.seen_at,
            seen.changed_at,
            seen.run_id,
            coalesce(lower(seen.new_value #>> '{}') = e.new_text, false) as is_it
        from {{ source('amazon_ads', 'entity_changes') }} as seen
        where
            seen.profile_id = e.profile_id and seen.entity_type = e.entity_type and seen.entity_id = e.entity_id
            and seen.path = e.path and seen.seen_at > e.occurred_at - interval '10 minutes'
            and (seen.seen_at >= e.occurred_at or lower(seen.new_value #>> '{}') = e.new_text)
        order by seen.seen_at
        limit 1
    ) as c on true
)

select
    profile_id,
    entity_type,
    entity_id,
    campaign_id,
    ad_group_id,
    ad_product,
    change_type,
    column_name,
    path,
    old_json as old_value,
    new_json as new_value,
    occurred_at,
    case when place = 1 and is_it then changed_at end as changed_at,
    seen_at,
    run_id,
    case
        when seen_at is null then 'amazon'
        when place = 1 and is_it then 'both'
        else 'between'
    end as known_by,
    event_id
from followed

union all

select
    c.profile_id,
    c.entity_type,
    c.entity_id,
    c.campaign_id,
    c.ad_group_id,
    c.ad_product,
    null as change_type,
    c.column_name,
    c.path,
    c.old_value,
    c.new_value,
    null as occurred_at,
    c.changed_at,
    c.seen_at,
    c.run_id,
    'runs' as known_by,
    null as event_id
from {{ source('amazon_ads', 'entity_changes') }} as c
where not exists (
    select from followed as f
    where
        f.profile_id = c.profile_id and f.entity_type = c.entity_type and f.entity_id = c.entity_id
        and f.path = c.path and f.seen_at = c.seen_at and f.place = 1 and f.is_it
)
