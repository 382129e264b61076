"""Writes the log of an account that has been synced for 400 days: 500 profiles, five entities, a tenth of it errors."""

from __future__ import annotations

from typing import Any

import psycopg

PROFILE = "7000000000250"
"""One of the profiles."""

ROWS_OF_A_RUN = 500 * 5 + 2
"""Its slices, the listing of the profiles, the row of the run."""

_IDS = {
    "portfolios": ("portfolio_id",),
    "campaigns": ("campaign_id",),
    "ad_groups": ("ad_group_id", "campaign_id"),
    "ads": ("ad_id", "campaign_id", "ad_group_id"),
    "targets": ("target_id", "campaign_id", "ad_group_id"),
}

_SLICES = """
create temporary table slice as
select (7000000000000 + n)::text as profile_id, entity.type as entity_type
from generate_series(1, 500) as n
cross join unnest('{portfolios,campaigns,ad_groups,ads,targets}'::text[]) as entity (type)
"""

_ENTITY = """
insert into amazon_ads.entity_{} (profile_id, {}, synced_at)
select distinct profile_id, {}, now() from slice
"""

_RUN = """
insert into amazon_ads.sync_log (
    run_id, profile_id, entity_type, mode, status, started_at, finished_at, updated_at, created_at,
    items_upserted, pages_fetched, retries, throttled_seconds, tap_version,
    error, request_id, high_watermark, details, settled_at, settled_status
)
select
    run.id, log.profile_id, log.entity_type, run.mode, log.status,
    run.at, run.at + interval '2 minutes', run.at + interval '2 minutes', run.at + interval '1 minute',
    1, 4, 0, 0, '0.1.0',
    case when log.status = 'error' then 'HTTP 500 from sp/list, seven times: {"code": "INTERNAL_ERROR"}' end,
    case when log.status = 'error' then md5(run.id || log.profile_id || log.entity_type) end,
    case when log.status = 'success' then run.at end,
    jsonb_build_object(
        'session', 'tap-amazon-ads-entities ' || run.id, 'last_key', '1', 'last_synced_at', run.at,
        'rows_seen', 1, 'ad_products', '["SB", "SD", "SP"]'::jsonb,
        'endpoints', replace(
            '{"sp/ENTITY/list": {"rows": 30, "pages": 1, "emitted": 1, "total_reported": 30},'
            '"sb/v4/ENTITY/list": {"rows": 10, "pages": 1, "emitted": 0, "total_reported": 10},'
            '"sd/ENTITY/extended": {"rows": 10, "pages": 2, "emitted": 0}}',
            'ENTITY', log.entity_type
        )::jsonb
    ),
    run.at + interval '3 minutes', log.status
from (
    select
        md5(%(number)s::text)::uuid::text as id,
        now() - interval '2 hours' - (%(runs)s - %(number)s) * (interval '399 days' / %(runs)s) as at,
        case when %(number)s::integer %% 6 = 0 then 'full' else 'incremental' end as mode
) as run
cross join (
    select profile_id, entity_type, case when random() < 0.1 then 'error' else 'success' end as status from slice
    union all
    values ('*', 'profiles', 'success'), ('*', 'run', 'success')
) as log
"""

_KEPT = """
insert into amazon_ads.sync_slices (
    profile_id, entity_type, updated_at, last_full_sync_at, last_full_began_at,
    last_incremental_sync_at, last_incremental_began_at, last_success_at, last_success_run_id, high_watermark,
    last_error, last_error_at, last_error_began_at, consecutive_errors, rows_seen, rows_stored, last_key, full_reads
)
select
    slice.profile_id, slice.entity_type, newest.updated_at, complete.finished_at, complete.created_at,
    partial.finished_at, partial.created_at, newest.finished_at, newest.run_id, newest.high_watermark,
    failed.error, failed.finished_at, failed.created_at,
    (
        select count(*) from amazon_ads.sync_log as l
        where
            l.profile_id = slice.profile_id and l.entity_type = slice.entity_type
            and l.started_at > newest.started_at
    ),
    1, 1, '1',
    (
        select jsonb_object_agg(product.name, jsonb_build_object(
            'began_at', complete.created_at, 'started_at', complete.started_at, 'finished_at', complete.finished_at
        ))
        from unnest('{sp,sb,sd,any}'::text[]) as product (name)
    )
from slice
"""

_NEWEST = """
cross join lateral (
    select * from amazon_ads.sync_log as l
    where l.profile_id = slice.profile_id and l.entity_type = slice.entity_type and %s
    order by l.started_at desc
    limit 1
) as %s
"""

_NEWEST_ROWS = "".join(
    _NEWEST % (condition, name)
    for name, condition in (
        ("complete", "l.status = 'success' and l.mode = 'full'"),
        ("partial", "l.status = 'success' and l.mode = 'incremental'"),
        ("newest", "l.status = 'success'"),
        ("failed", "l.status = 'error'"),
    )
)


def write(connection: psycopg.Connection[Any], rows: int) -> int:
    """Store an entity of each kind in every profile, and the settled log of as many runs as make about so many rows.

    Args:
        connection: to prepared tables, in autocommit.
        rows: how many.

    Returns:
        How many rows were written to the log.
    """
    connection.execute(_SLICES)
    for entity, columns in _IDS.items():
        ids = ", ".join("'1'" for _ in columns)
        connection.execute(_ENTITY.format(entity, ", ".join(columns), ids))
    runs = round(rows / ROWS_OF_A_RUN)
    if runs:
        _write_log(connection, runs)
        connection.execute(_KEPT + _NEWEST_ROWS)
    connection.execute("vacuum analyze")
    return runs * ROWS_OF_A_RUN


def _write_log(connection: psycopg.Connection[Any], runs: int) -> None:
    """Indexes come afterwards: that is quicker."""
    indexes = connection.execute(
        "select format('drop index %I.%I', schemaname, indexname), indexdef from pg_indexes"
        " where schemaname = 'amazon_ads' and tablename = 'sync_log' and indexname <> 'sync_log_pkey'"
    ).fetchall()
    for drop, _ in indexes:
        connection.execute(drop)
    connection.execute("select setseed(0.5)")
    for number in range(1, runs + 1):
        connection.execute(_RUN, {"number": number, "runs": runs})
    connection.execute("set maintenance_work_mem = '512MB'")
    for _, create in indexes:
        connection.execute(create)
    connection.execute("vacuum analyze amazon_ads.sync_log")
