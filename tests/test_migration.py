"""A database as the version before verdicts were kept leaves it: nothing of its history is lost or judged otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.histories import STATE, Entry, settle, store, verdicts, write
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres

EARLIER = Path(__file__).parent / "harness/earlier_version.sql"
RUNS = (
    "select run_id, profile_id, entity_type, mode, status, error, started_at, finished_at, created_at, duration,"
    " details from amazon_ads.sync_runs order by 1, 2, 3"
)


@pytest.fixture(scope="module")
def earlier(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres) as db:
        db.ask("do $$ begin create role amazon_ads_analyst nologin; exception when duplicate_object then null; end $$")
        db.ask(EARLIER.read_text())
        write_history(db)
        yield db


def write_history(db: Warehouse) -> None:
    complete = Entry("1 complete", ago=9000, last_key="a", rows_seen=3, watermark=2, details={"ad_products": ["SP"]})
    write(
        db,
        complete,
        Entry("2 lost", ago=8000, last_key="lost", rows_seen=2, watermark=1),
        Entry("3 dead", ago=7000, mode="incremental", status="running"),
        Entry("4 nameless and dead", ago=30000, entity="ads", status="running", session=None),
        Entry("5 refused", ago=6000, entity="ads", status="error", error="HTTP 500"),
        Entry("5 refused", ago=6000, entity="profiles", mode="full"),
        Entry("6 complete", ago=5000, entity="ads", mode="incremental", rows_seen=0, watermark=3),
        Entry("7 refused", ago=4000, entity="ads", status="error", error="HTTP 503"),
        Entry("8 dead again", ago=3000, entity="ads", status="running"),
        Entry("9 replaced", ago=2500, entity="targets", last_key="t"),
        Entry("A replaces", ago=2000, entity="targets", last_key="t"),
    )
    store(db, complete, "a", "b", "c")
    store(db, Entry("A replaces", entity="targets"), "t")
    db.ask(
        "insert into amazon_ads.sync_run_markers (run_id, started_at) values"
        " ('1 complete', now() - interval '9010 seconds'), ('silent', now() - interval '8500 seconds'),"
        " ('silent', now() - interval '8400 seconds'), ('2 lost', now() - interval '8010 seconds'),"
        " ('last', now() - interval '1000 seconds')"
    )


def test_history_keeps_its_verdicts_and_a_second_run_changes_nothing(earlier: Warehouse) -> None:
    state, runs, shown = earlier.ask(STATE), earlier.ask(RUNS), verdicts(earlier)
    assert shown["2 lost", "campaigns"][0] == "error"
    assert shown["silent", "run"] == shown["last", "run"]
    assert [row[8] for row in state] == [2, 2, 0]
    columns = "select * from amazon_ads.sync_log order by run_id, profile_id, entity_type"
    written = earlier.ask(columns.replace("*", "run_id, status, error, started_at, updated_at, created_at, details"))

    prepared = earlier.prepare(MELTANO_RUN_ID="new")
    assert prepared.code == 0, prepared.output
    # The views of the earlier version still answer, until they are made anew.
    assert earlier.ask("select count(*) from amazon_ads.sync_state") == [(3,)]
    built = earlier.dbt("run", MELTANO_RUN_ID="new")
    assert built.code == 0, built.output

    assert earlier.ask(STATE) == state
    after = [row for row in earlier.ask(RUNS) if row[0] != "new"]
    once = [row for number, row in enumerate(runs) if row[0] != "silent" or runs[number - 1][0] != "silent"]
    assert after == once
    kept = "run_id, status, error, started_at, updated_at, created_at, details"
    slices = columns.replace("*", kept).replace("order by", "where entity_type <> 'run' order by")
    assert earlier.ask(slices) == written
    assert earlier.ask("select to_regclass('amazon_ads.sync_run_markers')") == [(None,)]
    assert earlier.ask("select count(*) from amazon_ads.sync_log where settled_at is null") == [(1,)]

    before = earlier.snapshot()
    again = earlier.prepare(MELTANO_RUN_ID="newer")
    assert again.code == 0, again.output
    assert earlier.snapshot() == before
    assert earlier.ask(STATE) == state

    # What comes next is added to what was there.
    write(earlier, Entry("next", entity="ads", status="error", error="HTTP 504", ago=1))
    settle(earlier, "next", state="stored")
    assert earlier.ask(
        "select consecutive_errors, last_error from amazon_ads.sync_state where entity_type = 'ads'"
    ) == [(3, "HTTP 504")]
    good = Entry("good", ago=0.5, rows_seen=3, last_key="c")
    write(earlier, good)
    store(earlier, good, "c")
    settle(earlier, "good", state="stored")
    assert earlier.ask(
        "select consecutive_errors, freshness from amazon_ads.sync_state where entity_type = 'campaigns'"
    ) == [(0, "fresh")]
    assert earlier.ask("select rows_stored from amazon_ads.sync_slices where entity_type = 'campaigns'") == [(3,)]


@pytest.mark.parametrize("same_text", [True, False])
def test_a_function_of_ours_that_took_other_arguments_is_replaced(
    postgres: EmbeddedPostgres,
    same_text: bool,  # noqa: FBT001 - whether only the arguments differ
) -> None:
    with warehouse(postgres, made(postgres)) as db:
        text = db.ask("select prosrc from pg_proc where proname = 'settle_runs'")[0][0] if same_text else "begin end"
        db.ask("drop function amazon_ads.settle_runs(text, text, text)")
        db.ask(
            "create function amazon_ads.settle_runs(text, text, boolean) returns int language plpgsql"
            f" as $text${text}$text$"
        )
        db.ask("comment on function amazon_ads.settle_runs(text, text, boolean) is 'Kept by prepare.'")
        done = db.prepare()
        assert done.code == 0, done.output
        assert db.ask("select oidvectortypes(proargtypes) from pg_proc where proname = 'settle_runs'") == [
            ("text, text, text",)
        ]


def test_a_run_that_lives_while_the_database_is_migrated_is_judged_when_it_is_over(postgres: EmbeddedPostgres) -> None:
    with warehouse(postgres) as db:
        db.ask(EARLIER.read_text())
        write(
            db, Entry("alive", status="running", session="a loader at work"), Entry("dead", status="running", ago=9000)
        )
        db.ask("create view amazon_ads.marks as select * from amazon_ads.sync_run_markers")
        with db.connect(application_name="a loader at work"):
            for done in (db.prepare(), db.dbt("run")):
                assert done.code == 0, done.output
            assert {run: each[0] for (run, _), each in verdicts(db).items() if run in {"alive", "dead"}} == {
                "alive": "running",
                "dead": "error",
            }
        # A view of somebody else's reads the marks: they stay.
        assert db.ask("select count(*) from amazon_ads.marks") == [(0,)]
        settle(db, "alive", state="stored")
        assert verdicts(db)["alive", "campaigns"][0] == "error"
