-- Fails the run whose log shows a slice that was not read to its end.
with newest as (
    select run_id
    from {{ ref('sync_runs') }}
    order by started_at desc
    limit 1
)

select profile_id, entity_type, error
from {{ ref('sync_runs') }}
where run_id in (select run_id from newest) and status = 'error'
