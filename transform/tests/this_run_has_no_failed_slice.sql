{{ config(enabled=target.type == 'postgres') }}
-- Fails the run of which a slice was not read to its end and stored. It judges its own run and no other.
select profile_id, entity_type, error
from {{ ref('sync_runs') }}
where run_id = '{{ run_id() }}' and status <> 'success'
