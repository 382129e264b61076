"""Rows of the run log, written as taps and loaders write them, whatever their clocks say."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from harness.warehouse import ORIGIN, Warehouse

PROFILE = "p"
IDS = {
    "portfolios": "portfolio_id",
    "campaigns": "campaign_id",
    "ad_groups": "ad_group_id",
    "ads": "ad_id",
    "targets": "target_id",
}

STATE = (
    "select entity_type, last_full_sync_at, last_incremental_sync_at, high_watermark, created_at, updated_at,"
    " last_error, last_error_at, consecutive_errors, freshness from amazon_ads.sync_state order by 1"
)


@dataclass
class Entry:
    """One slice of a run.

    Args:
        ago: seconds since the database first heard of it.
        clock: hours that the tap's clock is ahead.
        last_key: id of the last row that was emitted.
        session: of its loader; None for loaders that have no name.
    """

    run_id: str
    entity: str = "campaigns"
    status: str = "success"
    mode: str = "full"
    ago: float = 600
    clock: float = 0
    error: str | None = None
    last_key: str | None = None
    rows_seen: int | None = None
    watermark: float | None = None
    origin: str = ORIGIN
    session: str | None = "nobody at all"
    profile: str = PROFILE
    details: dict[str, Any] = field(default_factory=dict)


def synced_at(entry: Entry) -> str:
    """SQL for the moment its rows were read."""
    return f"now() - interval '{entry.ago - 1} seconds' + interval '{entry.clock} hours'"


def write(warehouse: Warehouse, *entries: Entry) -> None:
    """Store them in one transaction."""
    with warehouse.connect(autocommit=False) as connection:
        for entry in entries:
            details: dict[str, Any] = {"origin": entry.origin, **entry.details}
            for name in ("session", "last_key", "rows_seen"):
                if getattr(entry, name) is not None:
                    details[name] = getattr(entry, name)
            read = synced_at(entry)
            connection.execute(
                "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, mode, status, started_at,"
                " finished_at, updated_at, created_at, error, high_watermark, details) values"
                f" (%(run)s, %(profile)s, %(entity)s, %(mode)s, %(status)s, {read} - interval '1 second',"
                f" case when %(status)s <> 'running' then {read} end, {read}, now() - %(ago)s * interval '1 second',"
                " %(error)s, now() - %(watermark)s * interval '1 hour', %(details)s::jsonb || "
                f" case when %(key)s then jsonb_build_object('last_synced_at', {read}) else '{{}}' end)",
                {
                    "run": entry.run_id,
                    "profile": "*" if entry.entity in {"run", "profiles"} else entry.profile,
                    "entity": entry.entity,
                    "mode": entry.mode,
                    "status": entry.status,
                    "ago": entry.ago,
                    "error": entry.error,
                    "watermark": entry.watermark,
                    "details": json.dumps(details),
                    "key": entry.last_key is not None,
                },
            )


def store(warehouse: Warehouse, entry: Entry, *keys: str) -> None:
    """Rows as the loader of that run stores them; newer ones replace older ones."""
    column = IDS[entry.entity]
    for key in keys:
        warehouse.ask(
            f"insert into amazon_ads.entity_{entry.entity} (profile_id, {column}, synced_at)"
            f" values (%s, %s, (select (l.details ->> 'last_synced_at')::timestamptz from amazon_ads.sync_log as l"
            " where l.run_id = %s and l.entity_type = %s and l.profile_id = %s))"
            f" on conflict (profile_id, {column}) do update set synced_at = excluded.synced_at",
            entry.profile,
            key,
            entry.run_id,
            entry.entity,
            entry.profile,
        )


def settle(warehouse: Warehouse, run_id: str, *, origin: str = ORIGIN, state: str = "alive") -> int:
    """What the first step of a job does; the last one with `stored`, and whoever sees it fail with `failed`."""
    call = "select amazon_ads.settle_runs(%s::text, %s::text, %s::text)"
    return int(warehouse.ask(call, run_id, origin, state)[0][0])


def verdicts(warehouse: Warehouse, **options: Any) -> dict[tuple[str, str], tuple[str, str | None]]:
    """{(run, entity): (status, error)} as the view shows them."""
    rows = warehouse.ask("select run_id, entity_type, status, error from amazon_ads.sync_runs", **options)
    return {(run, entity): (status, error) for run, entity, status, error in rows}


def random_history(seed: int) -> list[list[Entry]]:
    """Up to six runs of several copies of the project over two slices, interleaved, with clocks that differ."""
    rng = random.Random(seed)  # noqa: S311 - replayed
    moments = rng.sample(range(5, 100), 12)
    names = rng.sample(["10", "9", "Z", "a", "_", "é", "a-1", "A", "0", "~"], 6)
    runs = []
    for number in range(rng.randint(1, 6)):
        clock = rng.choice([0, 0, 24, -24])
        runs.append(
            [
                Entry(
                    names[number],
                    entity,
                    rng.choice(["success", "success", "success", "error", "running"]),
                    rng.choice(["full", "incremental"]),
                    ago=moments.pop(),
                    clock=clock,
                    last_key=rng.choice([None, f"k{number}", "never stored"]),
                    rows_seen=rng.randint(0, 8),
                    watermark=rng.choice([None, rng.randint(1, 99)]),
                    origin=f"copy {number}",
                )
                for entity in rng.sample(["campaigns", "ads"], rng.randint(1, 2))
            ]
        )
        for entry in runs[-1]:
            entry.error = "refused" if entry.status == "error" else None
    return runs
