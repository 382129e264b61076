"""Every run gets one verdict, which is true and stays; what is kept of all runs does not go by when it was given."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import psycopg
import pytest
from harness.histories import (
    STATE,
    Entry,
    random_history,
    settle,
    store,
    verdicts,
    write,
)
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres

LOST = "aborted: the loader ended before all rows were stored"
UNFINISHED = "aborted: the run ended without finishing this slice"


@pytest.fixture(scope="module")
def copy(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as copied:
        yield copied


@pytest.fixture
def db(copy: Warehouse) -> Warehouse:
    copy.ask(
        "truncate amazon_ads.sync_log, amazon_ads.sync_slices, amazon_ads.entity_campaigns, amazon_ads.entity_ads,"
        " amazon_ads.profile_access"
    )
    return copy


def kept(db: Warehouse, columns: str, entity: str = "campaigns") -> tuple[object, ...]:
    return db.ask(f"select {columns} from amazon_ads.sync_slices where entity_type = %s", entity)[0]


def test_a_success_whose_last_row_is_missing_is_an_error_for_ever(db: Warehouse) -> None:
    dead = Entry("dead", last_key="k", rows_seen=1)
    write(db, dead)
    assert verdicts(db)["dead", "campaigns"] == ("error", LOST)
    later = Entry("later", ago=300, last_key="k", rows_seen=1)
    write(db, later)
    store(db, later, "k")
    expected = {("dead", "campaigns"): ("error", LOST), ("later", "campaigns"): ("success", None)}
    assert verdicts(db) == expected
    assert settle(db, "next") == 2
    assert verdicts(db) == expected
    db.ask("delete from amazon_ads.entity_campaigns")
    assert verdicts(db) == expected
    assert settle(db, "next") == 0


@pytest.mark.parametrize(("state", "status"), [("failed", "error"), ("stored", "success")])
def test_a_run_of_which_nothing_arrived_is_no_success_unless_its_loader_has_ended_well(
    db: Warehouse, state: str, status: str
) -> None:
    db.ask("select amazon_ads.announce_run('alone', 'this', 'session of nobody')")
    settle(db, "alone", origin="this", state=state)
    assert db.ask("select settled_status from amazon_ads.sync_log where run_id = 'alone'") == [(status,)]
    shown = db.ask("select error from amazon_ads.sync_runs where run_id = 'alone'")
    assert shown == ([("aborted: the run ended before its first row was stored",)] if status == "error" else [])


def test_a_row_that_was_replaced_is_no_proof_for_the_dead_and_none_against_who_saw_its_loader_end(
    db: Warehouse,
) -> None:
    first, second = Entry("first", last_key="k", origin="a"), Entry("second", ago=500, last_key="k", origin="b")
    write(db, first, second)
    store(db, first, "k")
    store(db, second, "k")
    assert settle(db, "first", origin="a", state="stored") == 2
    assert {each[0] for each in verdicts(db).values()} == {"success"}


def test_a_row_that_another_copy_has_stored_does_not_turn_a_failed_run_into_a_success(db: Warehouse) -> None:
    failed, other = Entry("failed", last_key="k", origin="a"), Entry("other", ago=500, last_key="k", origin="b")
    write(db, failed, other)
    store(db, other, "k")
    settle(db, "failed", origin="a", state="failed")
    assert verdicts(db)["failed", "campaigns"][0] == "error"
    assert verdicts(db)["other", "campaigns"] == ("success", None)


def test_loaders_without_a_name_never_settle_in_between_and_a_newer_row_proves_theirs(db: Warehouse) -> None:
    first = Entry("first", last_key="k", session=None, ago=90000)
    second = Entry("second", last_key="k", session=None, ago=80000)
    write(db, first, second)
    store(db, second, "k")
    settle(db, "next")
    assert {each[0] for each in verdicts(db).values()} == {"success"}


@pytest.mark.parametrize("clock", [0, 24, -24])
def test_whether_a_nameless_loader_may_live_does_not_go_by_the_clock_of_the_tap(db: Warehouse, clock: float) -> None:
    write(db, Entry("young", status="running", session=None, ago=3600, clock=clock))
    write(db, Entry("old", status="running", session=None, ago=7 * 3600, clock=clock))
    settle(db, "next")
    assert {run: each[0] for (run, _), each in verdicts(db).items()} == {"young": "running", "old": "error"}


def test_nobody_settles_a_run_whose_loader_lives_or_another_copy_s_that_has_just_been_seen(db: Warehouse) -> None:
    write(
        db,
        Entry("alive", status="running", session="a living loader"),
        Entry("dead", status="running", session="a dead loader"),
        Entry("other, quiet", status="running", origin="other"),
        Entry("other, now", status="running", origin="other", ago=30),
        Entry("other, now, clock behind", status="running", origin="other", ago=30, clock=-24),
        Entry("other, quiet, clock ahead", status="running", origin="other", clock=24),
    )
    settled = "select run_id from amazon_ads.sync_log where settled_at is not null order by 1"
    with db.connect(application_name="a living loader"):
        settle(db, "next")
        assert db.ask(settled) == [("dead",), ("other, quiet",), ("other, quiet, clock ahead",)]
        assert verdicts(db)["alive", "campaigns"] == ("running", None)
        settle(db, "alive", state="stored")
        assert verdicts(db)["alive", "campaigns"] == ("error", UNFINISHED)


def test_settling_twice_or_at_once_counts_every_run_once(db: Warehouse) -> None:
    write(db, *(Entry(f"run {number}", status="error", error="no", ago=600 - number) for number in range(5)))
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(settle(db, "next"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0] * 5 + [5]
    assert kept(db, "consecutive_errors, last_error") == (5, "no")
    settle(db, "run 3", state="stored")
    assert kept(db, "consecutive_errors") == (5,)


def test_an_error_without_words_is_an_error_and_so_is_a_status_nobody_knows(db: Warehouse) -> None:
    write(db, Entry("silent", status="error"), Entry("odd", status="paused", ago=500))
    for _ in range(2):
        assert {each[0] for each in verdicts(db).values()} == {"error"}
        settle(db, "next")
    assert kept(db, "consecutive_errors, last_success_at") == (2, None)


def test_a_full_slice_of_which_rows_are_missing_is_an_error_at_once_and_for_ever(db: Warehouse) -> None:
    entry = Entry("full", last_key="c", rows_seen=3)
    write(db, entry)
    store(db, entry, "b", "c")
    lost = ("error", "aborted: only 2 of the 3 entities that were read are stored")
    assert verdicts(db)["full", "campaigns"] == lost
    settle(db, "next")
    store(db, entry, "a")
    assert verdicts(db)["full", "campaigns"] == lost


def test_what_is_kept_of_the_rows_never_shrinks_but_by_a_complete_full_slice(db: Warehouse) -> None:
    full = Entry("full", last_key="c", rows_seen=3, ago=900)
    write(db, full)
    store(db, full, "a", "b", "c")
    settle(db, "next")
    assert kept(db, "rows_stored, rows_seen, last_key, last_success_run_id") == (3, 3, "c", "full")
    db.ask("delete from amazon_ads.entity_campaigns where campaign_id <> 'c'")
    changes = Entry("changes", mode="incremental", last_key="c", rows_seen=3, ago=800)
    write(db, changes, Entry("failing", status="error", error="no", ago=700, rows_seen=0))
    store(db, changes, "c")
    settle(db, "next")
    assert kept(db, "rows_stored, last_success_run_id, consecutive_errors") == (3, "changes", 1)
    again = Entry("again", last_key="c", rows_seen=1, ago=600)
    write(db, again)
    store(db, again, "c")
    settle(db, "next")
    assert kept(db, "rows_stored, last_success_run_id, consecutive_errors") == (1, "again", 0)


def test_a_clock_that_was_ahead_makes_nothing_vanish_and_fails_no_later_run(db: Warehouse) -> None:
    ahead, right = Entry("ahead", clock=24, ago=900, last_key="k"), Entry("right", ago=600, last_key="k")
    write(db, ahead)
    store(db, ahead, "k")
    settle(db, "ahead", state="stored")
    write(db, right)
    store(db, right, "k", "new")
    settle(db, "right", state="stored")
    assert {each[0] for each in verdicts(db).values()} == {"success"}
    assert db.ask("select freshness from amazon_ads.sync_state") == [("fresh",)]
    assert db.ask("select 1 from amazon_ads.vanished_entities") == []
    assert kept(db, "last_success_run_id") == ("right",)


def test_a_run_id_that_is_used_again_is_judged_again(db: Warehouse) -> None:
    entry = Entry("nightly", last_key="k")
    write(db, entry)
    store(db, entry, "k")
    settle(db, "nightly", state="stored")
    # As the loader writes over it.
    db.ask(
        "update amazon_ads.sync_log set status = 'error', error = 'refused', started_at = now(), updated_at = now(),"
        " finished_at = now()"
    )
    assert verdicts(db)["nightly", "campaigns"] == ("error", "refused")
    assert db.ask("select consecutive_errors from amazon_ads.sync_state") == [(1,)]
    settle(db, "nightly", state="stored")
    assert db.ask("select consecutive_errors, last_error from amazon_ads.sync_state") == [(1, "refused")]


@pytest.mark.parametrize("seed", range(24))
def test_the_state_is_the_same_whether_settled_or_not_and_in_whatever_order(db: Warehouse, seed: int) -> None:
    runs = random_history(seed)
    write(db, *(entry for run in runs for entry in run))
    for number, run in enumerate(runs):
        for entry in run:
            if entry.last_key != "never stored":
                db.ask(
                    f"insert into amazon_ads.entity_{entry.entity} (profile_id, {entry.entity[:-1]}_id, synced_at)"
                    " select 'p', %s, (details ->> 'last_synced_at')::timestamptz from amazon_ads.sync_log"
                    " where run_id = %s and entity_type = %s",
                    f"k{number}",
                    entry.run_id,
                    entry.entity,
                )
    state, seen = db.ask(STATE), verdicts(db)
    for run in random.Random(seed).sample(runs, len(runs)):  # noqa: S311 - replayed
        assert settle(db, run[0].run_id, origin="somebody", state="stored") == 1
        assert db.ask(STATE) == state
        assert verdicts(db) == seen
    assert settle(db, "next", origin="somebody", state="stored") == 0


def test_analysts_see_the_verdicts_of_the_owner_open_or_settled(db: Warehouse) -> None:
    db.ask(
        "drop role if exists verdict_reader; create role verdict_reader login password 'x' in role amazon_ads_analyst;"
        "insert into amazon_ads.profile_access (member, profile_id) values ('verdict_reader', 'p')"
    )
    reader = {"user": "verdict_reader", "password": "x"}
    try:
        write(
            db,
            Entry("dead", entity="run", status="running", error="the disk is full"),
            Entry("dead", status="running"),
            Entry("dead", entity="ads", last_key="k", rows_seen=1),
            Entry("fine", ago=500, rows_seen=0),
            Entry("not yours", profile="q", ago=400),
        )
        mine = (
            "select run_id, entity_type, status, error from amazon_ads.sync_runs where profile_id = 'p' order by 1, 2"
        )
        for _ in range(2):
            assert db.ask(mine, **reader) == db.ask(mine) != []
            state = STATE.replace("order by", "where profile_id = 'p' order by")
            assert db.ask(STATE, **reader) == db.ask(state) != []
            assert {run for run, _ in verdicts(db, **reader)} == {"dead", "fine"}
            settle(db, "next")
        assert verdicts(db)["dead", "campaigns"] == ("error", "aborted: the disk is full")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.ask("select amazon_ads.settle_runs('x', 'y', 'stored')", **reader)
    finally:
        db.ask("drop owned by verdict_reader; drop role verdict_reader")


def test_the_row_of_a_run_speaks_only_where_nothing_else_does(db: Warehouse) -> None:
    write(
        db,
        Entry("silent", entity="run", status="running"),
        Entry("silent, says why", entity="run", status="running", error="no disk"),
        Entry("with slices", entity="run", status="running"),
        Entry("with slices", rows_seen=0),
    )
    expected = {
        ("silent", "run"): ("error", "aborted: the run ended before its first row was stored"),
        ("silent, says why", "run"): ("error", "aborted: no disk"),
        ("with slices", "campaigns"): ("success", None),
    }
    for _ in range(2):
        assert verdicts(db) == expected
        settle(db, "next")


def test_many_rows_are_asked_by_index_and_settled_without_reading_the_log(db: Warehouse) -> None:
    db.ask(
        "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, mode, status, started_at, finished_at,"
        " updated_at, created_at, details, settled_at, settled_status)"
        " select 'run ' || r, 'p' || p, e, 'full', 'success', t, t, t, t, '{}', t, 'success'"
        " from generate_series(1, 400) as r, generate_series(1, 100) as p,"
        " unnest(array['portfolios', 'campaigns', 'ad_groups', 'ads', 'targets']) as e,"
        " lateral (select now() - r * interval '4 hours' as t) as at"
    )
    db.ask(
        "insert into amazon_ads.sync_slices (profile_id, entity_type, consecutive_errors, rows_stored, full_reads)"
        " select distinct profile_id, entity_type, 0, 0, '{}'::jsonb from amazon_ads.sync_log"
    )
    with db.connect() as connection:
        for table in ("sync_log", "sync_slices"):
            connection.execute(f"vacuum analyze amazon_ads.{table}")
    write(db, *(Entry("now", profile=f"p{number}", rows_seen=0) for number in range(100)))
    read = "select seq_scan from pg_stat_user_tables where schemaname = 'amazon_ads' and relname = 'sync_log'"
    with db.connect() as connection:
        connection.execute("set statement_timeout = '1s'")
        connection.execute("select pg_stat_force_next_flush()")
        before = connection.execute(read).fetchone()
        for statement in (
            "select * from amazon_ads.sync_state where profile_id = 'p7'",
            "select count(*), sum(consecutive_errors) from amazon_ads.sync_state",
            "select profile_id, freshness from amazon_ads.sync_state where freshness in ('stale', 'never')",
            "select * from amazon_ads.sync_runs where status = 'error' and started_at > now() - interval '1 day'",
            "select * from amazon_ads.sync_runs order by started_at desc limit 10",
            "select * from amazon_ads.sync_runs where run_id = 'now'",
            "select amazon_ads.settle_runs('now', '', 'stored')",
            "select count(*) from amazon_ads.vanished_entities",
        ):
            connection.execute(statement)
        connection.execute("select pg_stat_force_next_flush()")
        assert connection.execute(read).fetchone() == before
