"""Readers delay nobody; whoever keeps what a run needs is named within a bound, and nothing is left half done."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from harness.histories import Entry, settle, verdicts, write
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from entities_runner.account import UsageError
from entities_runner.database import Database
from entities_runner.maker import only_maker

BOUND = {"AMAZON_ADS_LOCK_TIMEOUT": "2"}
RELATIONS = (
    "select n.nspname || '.' || c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
    " where n.nspname in ('amazon_ads', 'amazon_ads_fivetran') and c.relkind in ('r', 'v') order by 1"
)
VIEWS = RELATIONS.replace("('r', 'v')", "('v')")


@pytest.fixture(scope="module")
def db(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as copied:
        copied.make()
        copied.ask("create role lock_reader login password 'x' in role amazon_ads_analyst")
        yield copied
        copied.ask("drop owned by lock_reader; drop role lock_reader")


def test_whoever_reads_everything_delays_no_run(db: Warehouse) -> None:
    before = db.snapshot()
    with db.connect(user="lock_reader", password="x", autocommit=False) as reader:
        reader.execute("select pg_advisory_lock(n), pg_advisory_lock_shared(n, n) from generate_series(0, 99) as n")
        for (name,) in db.ask(RELATIONS):
            if name != "amazon_ads.sync_meta":
                reader.execute(f"select * from {name}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
            reader.execute("select 1 from amazon_ads.sync_log for share")
        for done in (db.prepare(**BOUND), db.dbt("build", **BOUND)):
            assert done.code == 0, done.output
        reader.rollback()
    assert db.snapshot() == before


@pytest.mark.parametrize(
    ("table", "mode", "step"),
    [
        ("entity_campaigns", "access exclusive", ("run-operation", "prepare")),
        ("sync_log", "share row exclusive", ("run-operation", "prepare")),
        ("entity_targets", "access exclusive", ("build",)),
    ],
)
def test_who_keeps_a_lock_is_named_in_time_and_the_next_run_heals(
    db: Warehouse, table: str, mode: str, step: tuple[str, ...]
) -> None:
    write(db, Entry(f"dead {table}", status="running"))
    run_id = f"run {table}"
    before, views = db.snapshot(), db.ask(VIEWS)
    with db.connect(application_name="a nightly job", autocommit=False) as other:
        pid = other.execute("select pg_backend_pid()").fetchone()
        assert pid is not None
        other.execute(f"lock table amazon_ads.{table} in {mode} mode")
        started = time.monotonic()
        refused = db.dbt(*step, MELTANO_RUN_ID=run_id, **BOUND)
        assert time.monotonic() - started < 60
        other.rollback()
    assert refused.code != 0
    assert f"amazon_ads (process {pid[0]}, a nightly job)" in refused.output, refused.output
    assert verdicts(db).get((run_id, "run")) is None
    assert db.snapshot() == before
    assert db.ask(VIEWS) == views
    settle(db, "next", state="stored")
    assert verdicts(db)[f"dead {table}", "campaigns"][0] == "error"


def test_tables_and_views_are_made_by_one_run_at_a_time(db: Warehouse) -> None:
    database = Database({**db.environment(), "AMAZON_ADS_STATEMENT_TIMEOUT": "1"})
    with only_maker(database):
        with pytest.raises(UsageError, match="Another run has been making tables and views of amazon_ads for more"):
            only_maker(database).__enter__()
        with only_maker(Database({**db.environment(), "AMAZON_ADS_SCHEMA": "another"})):
            pass
    with only_maker(database):
        pass
    held = "select pg_advisory_lock(hashtext('entities-prepare'), hashtext('amazon_ads'))"
    with db.connect(user="lock_reader", password="x") as stranger:
        stranger.execute(held)
        with only_maker(database):
            assert db.ask("select count(*) from pg_stat_activity where application_name = 'entities-prepare'") == [(1,)]


def test_what_a_run_does_not_need_may_be_locked(db: Warehouse) -> None:
    with db.connect(autocommit=False) as other:
        for table in ("entity_campaigns", "entity_targets", "entity_ads"):
            other.execute(f"lock table amazon_ads.{table} in share row exclusive mode")
        done = db.prepare(**BOUND)
        assert done.code == 0, done.output
        other.rollback()


def test_dbt_killed_while_it_changes_views_leaves_every_view(db: Warehouse) -> None:
    views = db.ask(VIEWS)
    db.ask("update amazon_ads.sync_meta set value = 'stale' where name like 'view:%%'")
    with db.connect(autocommit=False) as other:
        other.execute("select count(*) from amazon_ads.ad_hierarchy, amazon_ads.sync_runs")
        running = db.start("run")
        ends = time.monotonic() + 60
        waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        while not db.ask(waiting) and time.monotonic() < ends:
            time.sleep(0.2)
        assert db.ask(waiting)
        running.kill()
        running.communicate()
        other.rollback()
    assert db.ask(VIEWS) == views
    done = db.dbt("run")
    assert done.code == 0, done.output
    assert db.ask(VIEWS) == views
    assert db.ask("select count(*) from amazon_ads.sync_meta where value = 'stale'") == [(0,)]
