"""What the history costs: loading a million targets of which some have changed, with and without its triggers."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import psycopg
from end_to_end import Bench
from harness.pipeline import Pipeline

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from target_postgres_copy.table import Table

ROWS = int(os.environ.get("HISTORY_COST_ROWS", "1_000_000"))
"""Fewer are for trying it."""

BATCH = 10_000
ROUNDS = 3
SHARES = (0.001, 0.01, 0.1)
COLUMNS = (
    "profile_id", "target_id", "campaign_id", "ad_group_id", "ad_product", "target_type", "target_level", "negative",
    "match_type", "expression", "state", "serving_status", "computed_status", "bid_micros", "creation_time",
    "last_updated_time", "synced_at",
)  # fmt: skip
_TABLE = Table("amazon_ads", "entity_targets", COLUMNS, ("profile_id", "target_id"))
_SIZES = (
    "select pg_total_relation_size('amazon_ads.entity_targets'), pg_total_relation_size('amazon_ads.entity_changes')"
    " + pg_total_relation_size('amazon_ads.entity_targets_versions')"
)
_FORGET = "truncate amazon_ads.entity_changes, amazon_ads.entity_targets_versions"


class Spent(NamedTuple):
    """Seconds of one load: on the clock, and of CPU, in here and in the session of the database."""

    wall: float
    cpu: float


def _worked(backend: psutil.Process) -> float:
    times = backend.cpu_times()
    return times.user + times.system + time.process_time()


@dataclass
class Load:
    """Loads the same targets again and again.

    Args:
        connection: the database.
        times: how often they were loaded.
    """

    connection: psycopg.Connection[Any]
    times: int = 0

    def spent(self, share: float) -> Spent:
        """Load all of them, a share of which has another bid."""
        self.times += 1
        wall = cpu = 0.0
        backend = psutil.Process(self.connection.info.backend_pid)
        for first in range(0, ROWS, BATCH):
            rows = [self._row(number, share) for number in range(first, first + BATCH)]
            started, worked = time.perf_counter(), _worked(backend)
            with self.connection.transaction(), self.connection.cursor() as cursor:
                _TABLE.load(cursor, rows)
            wall += time.perf_counter() - started
            cpu += _worked(backend) - worked
        return Spent(wall, cpu)

    def _row(self, number: int, share: float) -> list[Any]:
        changed = number * 7_919 % 1_000 < share * 1_000
        bid = 1_000_000 + (self.times * 10_000 if changed else 0)
        read = f"2026-02-01T00:{self.times // 60:02d}:{self.times % 60:02d}.000Z"
        expression = f'{{"text":"running shoes {number}","nativeLanguageKeyword":"{"x" * 200}"}}'
        return [
            f"29843283186{number % 8}", f"{number * 7_919:015d}", f"{number // 50:015d}", f"{number // 20:015d}", "sp",
            "keyword", "ad_group", False, "exact", expression, "ENABLED", "TARGETING_CLAUSE_STATUS_LIVE", "delivering",
            bid, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", read,
        ]  # fmt: skip

    def with_triggers(self, *, on: bool) -> None:
        """Switch the history on or off."""
        self.connection.execute(f"alter table amazon_ads.entity_targets {'enable' if on else 'disable'} trigger user")


def history_cost() -> Iterator[str]:
    """Seconds and bytes, by how much has changed."""
    yield "\n## The history\n"
    yield f"{ROWS:,} targets by COPY in batches of {BATCH:,}, all of them loaded again; a change is another bid."
    yield "Seconds of COPY and upsert without and with the triggers, taken in turns, and seconds of CPU, the database's"
    yield f"with them, which other work hardly moves: the least of {ROUNDS}, and the median of their ratios."
    yield "Then what the history holds for each such load, with its indexes. This part alone:"
    yield "`PYTHONPATH=tests .venv/bin/python benchmarks/bench.py history_cost`.\n"
    columns = "changed", "s without", "s with", "ratio", "CPU s without", "CPU s with", "ratio", "MB of history a load"
    yield f"| {' | '.join((*columns, 'bytes a change', 'of the table'))} |"
    yield f"|{'---:|' * 10}"
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder), free_port()) as server,
        SandboxProcess(profiles=1, campaigns=1) as sandbox,
    ):
        Bench(Pipeline(sandbox, server, Path(folder)), Path(folder)).prepare()
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            load = Load(connection)
            load.with_triggers(on=True)
            first = load.spent(0)
            connection.execute("vacuum analyze amazon_ads.entity_targets")
            for share in (0.0, *SHARES):
                yield _row(load, share)
            yield f"\nThe first load took {first.wall:.0f} s with the triggers, and left nothing in the history."


def _row(load: Load, share: float) -> str:
    load.connection.execute(_FORGET)
    spent: dict[bool, list[Spent]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for on, taken in spent.items():
            load.with_triggers(on=on)
            taken.append(load.spent(share))
    table, history = load.connection.execute(_SIZES).fetchone() or (0, 0)
    history /= ROUNDS
    each = f"{history / (ROWS * share):,.0f}" if share else "–"
    return (
        f"| {share:.1%} | {_compared([s.wall for s in spent[False]], [s.wall for s in spent[True]])} |"
        f" {_compared([s.cpu for s in spent[False]], [s.cpu for s in spent[True]])} |"
        f" {history / 1e6 if share else 0:,.1f} | {each} | {history / table if share else 0:.2%} |"
    )


def _compared(without: list[float], with_it: list[float]) -> str:
    """Three cells: the least of both, and the median of the ratios of each pair."""
    ratio = statistics.median(b / a for a, b in zip(without, with_it, strict=True))
    return f"{min(without):.1f} | {min(with_it):.1f} | {ratio:.2f}"


PARTS = (history_cost,)
