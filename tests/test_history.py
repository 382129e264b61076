"""The history says of a scripted account what happened in it, row by row, whatever is killed meanwhile."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness.histories import Entry, write
from harness.histories import settle as settle_run
from harness.pipeline import Direct, Pipeline, Result
from harness.programs import run_to_end
from harness.script import LISTS, PER_RUN, RUNS, Expected, Script
from harness.truth import KEYS, OURS, Rows, all_differences, expected, plain
from harness.warehouse import Warehouse, made, warehouse
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from amazon_ads_sandbox.model.generate import count
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.postgres.binaries import program
from amazon_ads_sandbox.process import SandboxProcess

SIZES = {"profiles": 2, "campaigns": 10, "portfolios": 3, "ad_groups": 1, "ads": 1, "keywords": 2, "targets": 1}
SEED = 16
KILLED = {4: "loader", 7: "tap", 10: "postgres", 12: "loader"}
FULL = {1, 2, 5, 6, 9, 10, 13, 14}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(**SIZES) as server:
        yield server


def ask(pipeline: Pipeline, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    with psycopg.connect(pipeline.postgres.dsn, row_factory=dict_row) as connection:
        set_json_loads(lambda text: json.loads(text, parse_float=Decimal), connection)
        return list(connection.execute(statement, parameters))  # type: ignore[call-overload]


def truth(pipeline: Pipeline) -> dict[str, Rows]:
    return {table: expected(pipeline, table) for table in KEYS}


def run_of(table: str) -> str:
    return table.removeprefix("entity_")


def changes(pipeline: Pipeline, after: Any) -> Counter[str]:
    """What was stored since, as text that can be counted; times that only the database knows are left out."""
    found: Counter[str] = Counter()
    for row in ask(pipeline, "select * from amazon_ads.entity_changes where created_at > %s", after):
        key = (row["profile_id"],) if row["entity_type"] == "profiles" else (row["profile_id"], row["entity_id"])
        values = (row["old_value"], row["new_value"])
        if row["column_name"] in {"created_at", "vanished_since"}:
            values = (None, None)
        change = (row["kind"], row["column_name"], row["path"], *values, plain(row["changed_at"]))
        found[repr((f"entity_{row['entity_type']}", key, change))] += 1
    return found


def moment(pipeline: Pipeline) -> Any:
    return pipeline.query("select clock_timestamp()")[0][0]


def kill(victim: str) -> Callable[[Pipeline, Direct], None]:
    def postgres(pipeline: Pipeline, _: Direct) -> None:
        pipeline.postgres.kill()
        pipeline.postgres.start()

    def process(_: Pipeline, run: Direct) -> None:
        getattr(run, {"loader": "target", "tap": "tap"}[victim]).kill()

    return postgres if victim == "postgres" else process


def lose(pipeline: Pipeline, victim: str, **settings: Any) -> Result:
    """A run that loses a part of itself when some of its rows are stored."""
    pipeline.sandbox.control.configure(latency_ms=80)
    run = pipeline.start_direct(page_size=5, workers=2, **settings)
    time.sleep(1.6)
    kill(victim)(pipeline, run)
    result = run.wait()
    pipeline.sandbox.control.configure(latency_ms=0)
    return result


def settle(pipeline: Pipeline, run_id: str) -> None:
    pipeline.query("select amazon_ads.settle_runs(%s::text, 'tests'::text, 'stored'::text)", run_id)


@pytest.fixture
def db(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as copy:
        yield copy


CAMPAIGN = (
    "insert into amazon_ads.entity_campaigns (profile_id, campaign_id, campaign_type, {0}, synced_at)"
    " values ('p', '1', 'sp', {1}, now()) on conflict (profile_id, campaign_id) do update"
    " set ({0}, synced_at) = row (excluded.{0}, excluded.synced_at)"
)
PATHS = "select path, old_value, new_value from amazon_ads.entity_changes order by path"


def store(db: Warehouse, **columns: Any) -> None:
    """As a loader stores a campaign."""
    for name, value in columns.items():
        text = json.dumps(value) if isinstance(value, (dict, list)) else value
        db.ask(CAMPAIGN.format(name, "%s"), text)


def test_documents_differ_by_their_members(db: Warehouse) -> None:
    store(db, bidding={"a": 1, "l": [{"placement": "T", "percentage": 1}, {"placement": "R"}], "s": [1, 2], "same": {}})
    store(db, bidding={"b.c": 1, "l": [{"placement": "R"}, {"placement": "T", "percentage": 2}], "s": [2], "same": {}})
    assert db.ask(PATHS) == [
        ('bidding."b.c"', None, 1),
        ("bidding.a", 1, None),
        ("bidding.l[T].percentage", 1, 2),
        ("bidding.s", [1, 2], [2]),
    ]
    # A document that is null, as loaders store it, is none; what is nested or named too long for an index stays short.
    db.ask("truncate amazon_ads.entity_changes; update amazon_ads.entity_campaigns set bidding = null")
    db.ask("truncate amazon_ads.entity_changes; update amazon_ads.entity_campaigns set bidding = 'null'")
    assert db.ask(PATHS) == []
    deep: dict[str, Any] = {"x" * 3000: {}}
    for _ in range(40):
        deep = {"nested" * 20: deep}
    store(db, bidding={"d": deep, "e": 1})
    store(db, bidding={"d": {**deep, "f": 1}, "e": 1})
    assert db.ask("select max(length(path)) < 500 from amazon_ads.entity_changes") == [(True,)]


def test_a_column_that_is_added_begins_with_what_it_is(db: Warehouse) -> None:
    store(db, portfolio_id="1")
    db.ask(
        "drop view amazon_ads.entity_campaigns_history cascade;"
        "alter table amazon_ads.entity_campaigns drop column portfolio_id cascade"
    )
    db.make(AMAZON_ADS_ANEW="true")
    store(db, portfolio_id="1")
    assert db.ask(PATHS) == []
    assert db.ask("select count(*) from amazon_ads.entity_campaigns_versions") == [(0,)]
    # Read again, some time later.
    db.ask("update amazon_ads.entity_campaigns set synced_at = now() + interval '1 hour'")
    store(db, portfolio_id="2")
    assert db.ask(PATHS) == [("portfolio_id", "1", "2")]


def test_rows_that_are_taken_away_have_not_vanished(db: Warehouse) -> None:
    store(db, name="a")
    for take in ("truncate amazon_ads.entity_campaigns", "delete from amazon_ads.entity_campaigns"):
        db.ask(take)
        store(db, name="a")
    assert db.ask(PATHS) == []
    db.ask("delete from amazon_ads.entity_campaigns")
    store(db, name="b")
    assert db.ask(PATHS) == [("name", "a", "b")]
    assert db.ask("select name, is_current from amazon_ads.entity_campaigns_history order by valid_from") == [
        ("a", False), ("a", False), ("a", False), ("b", True),
    ]  # fmt: skip
    # One that comes back as it was, with the time of its version, is that version.
    db.ask("create table public.kept as select * from amazon_ads.entity_campaigns")
    db.ask("delete from amazon_ads.entity_campaigns")
    db.ask("insert into amazon_ads.entity_campaigns select * from public.kept")
    store(db, name="c")
    ended = "select v.name from amazon_ads.entity_campaigns_versions as v, amazon_ads.entity_campaigns as e"
    assert db.ask(f"{ended} where v.valid_to = e.valid_from") == [("b",)]
    assert db.ask(f"{PATHS}, seen_at") == [("name", "a", "b"), ("name", "b", "c")]


def test_a_backup_that_is_restored_brings_its_history_and_is_no_change(db: Warehouse) -> None:
    store(db, name="a")
    store(db, name="b")
    kept = ("entity_campaigns", "entity_campaigns_versions", "entity_changes")
    for table in kept:
        db.ask(f"create table public.{table} as select * from amazon_ads.{table}")
    db.ask("truncate " + ", ".join(f"amazon_ads.{table}" for table in kept))
    db.ask("truncate " + ", ".join(f"amazon_ads.{table}" for table in kept[1:]))
    for table in kept:
        db.ask(f"insert into amazon_ads.{table} select * from public.{table}")
    assert db.ask(PATHS) == [("name", "a", "b")]
    assert db.ask("select name from amazon_ads.entity_campaigns_history order by valid_from") == [("a",), ("b",)]
    store(db, name="c")
    assert len(db.ask(PATHS)) == 2


def test_a_dump_takes_the_history_along_and_what_is_restored_goes_on_where_it_was(
    db: Warehouse, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    for name in "ab":
        store(db, name=name)
    server = postgres.environment()
    environment = {**os.environ, "PGPASSWORD": server["TARGET_POSTGRES_PASSWORD"]}
    reached = [f"--{name}={server[f'TARGET_POSTGRES_{name.upper()}']}" for name in ("host", "port")]
    reached.append(f"--username={server['TARGET_POSTGRES_USER']}")
    tables = ("entity_campaigns", "entity_campaigns_versions", "entity_changes")
    kept = [db.ask(f"select * from amazon_ads.{table} order by 1, 2, 3, 4, 5") for table in tables]
    with warehouse(postgres) as restored:
        dump = tmp_path / "dump"
        for command in (
            ["pg_dump", "--format=custom", f"--file={dump}", db.database],
            ["pg_restore", "--exit-on-error", f"--dbname={restored.database}", str(dump)],
        ):
            code, said = run_to_end([program(command[0]), *reached, *command[1:]], environment)
            assert code == 0, said
        found = [restored.ask(f"select * from amazon_ads.{table} order by 1, 2, 3, 4, 5") for table in tables]
        assert found == kept
        assert len(kept[2]) == 1
        # What it was when it was dumped is loaded once more, and then something else.
        for name, changed in (("b", 1), ("c", 2)):
            store(restored, name=name)
            assert restored.ask("select count(*) from amazon_ads.entity_changes") == [(changed,)]
        names = restored.ask("select name, is_current from amazon_ads.entity_campaigns_history order by valid_from")
        assert names == [("a", False), ("b", False), ("c", True)]


def test_only_lists_that_were_complete_twice_make_an_entity_vanish(db: Warehouse) -> None:
    db.ask(
        "insert into amazon_ads.entity_campaigns (profile_id, campaign_id, campaign_type, synced_at) values"
        " ('p', '1', 'sp', now() - interval '1 day'), ('p', '2', 'sb', now() - interval '1 day')"
    )
    gone = "select campaign_id, vanished_since is not null from amazon_ads.entity_campaigns order by 1"
    refused = {"sp/campaigns/list": {"rows": 0}, "sb/v4/campaigns/list": {"rows": 0, "skipped": "no SB (HTTP 403)"}}
    runs = (
        Entry("short", ago=900, details={"endpoints": {"sp/campaigns/list": {"accepted_shortfall": 1}}}),
        Entry("failed", ago=800, status="error", error="refused"),
        Entry("incremental", ago=700, mode="incremental"),
        Entry("first", ago=600, details={"endpoints": refused}),
        Entry("second", ago=500, details={"endpoints": refused}),
    )
    for entry in runs:
        entry.details["ad_products"] = ["SP", "SB"]
        write(db, entry)
        settle_run(db, entry.run_id, state="stored")
        assert db.ask(gone) == [("1", entry.run_id == "second"), ("2", False)], entry.run_id
    since = "select vanished_since = (select finished_at from amazon_ads.sync_log where run_id = 'first')"
    assert db.ask(f"{since} from amazon_ads.entity_campaigns where campaign_id = '1'") == [(True,)]
    store(db, name="back")
    kinds = (
        "select kind, column_name from amazon_ads.entity_changes where column_name = 'vanished_since' order by seen_at"
    )
    assert [kind for kind, _ in db.ask(kinds)] == ["vanished", "reappeared"]


def test_what_amazon_does_not_return_by_its_id_has_vanished_since_it_was_missed(db: Warehouse) -> None:
    db.ask(
        "insert into amazon_ads.entity_campaigns (profile_id, campaign_id, campaign_type, synced_at)"
        " select 'p', id, product, now() - make_interval(secs => ago) from (values"
        " ('1', 'sp', 86400), ('2', 'sp', 550), ('3', 'sp', 10), ('4', 'sb', 86400), ('5', 'sp', 86400)"
        ") as row (id, product, ago)"
    )
    gone = {"unlisted": {"gone": {"sp": ["1", "2", "3", "4", "6"]}}}
    runs = (
        Entry("before", ago=600, mode="incremental", details=dict(gone)),
        Entry("first", ago=500),
        Entry("failed", ago=400, mode="incremental", status="error", error="refused", details=dict(gone)),
        Entry("asks", ago=300, mode="incremental", details=dict(gone)),
    )
    for entry in runs:
        entry.details["ad_products"] = ["SP", "SB"]
        write(db, entry)
        settle_run(db, entry.run_id, state="stored")
        found = db.ask("select campaign_id from amazon_ads.entity_campaigns where vanished_since is not null")
        # What was stored since, another ad product's and what nobody asked for stay.
        assert sorted(found) == ([("1",), ("2",)] if entry.run_id == "asks" else []), entry.run_id
    since = "select distinct vanished_since = (select finished_at from amazon_ads.sync_log where run_id = 'first')"
    assert db.ask(f"{since} from amazon_ads.entity_campaigns where vanished_since is not null") == [(True,)]
    write(db, Entry("second", ago=200, details={"ad_products": ["SP", "SB"]}))
    settle_run(db, "second", state="stored")
    assert db.ask("select campaign_id from amazon_ads.entity_campaigns where vanished_since is null") == [("3",)]


def test_what_is_older_than_it_is_to_be_kept_is_forgotten(db: Warehouse) -> None:
    for name in "abc":
        store(db, name=name)
    old = "update amazon_ads.{} set {} = {} - interval '800 days' where old_value = '\"a\"'"
    db.ask(old.format("entity_changes", "seen_at", "seen_at"))
    db.ask(
        "update amazon_ads.entity_campaigns_versions set valid_from = valid_from - interval '800 days',"
        " valid_to = valid_to - interval '800 days' where name = 'a'"
    )
    assert db.begin().code == 0
    assert db.ask("select name from amazon_ads.entity_campaigns_history order by valid_from") == [("b",), ("c",)]
    assert db.ask(PATHS) == [("name", "b", "c")]


def test_a_first_load_is_created_on_request(db: Warehouse) -> None:
    db.make(AMAZON_ADS_FIRST_LOAD_CREATED="true")
    store(db, name="a")
    assert db.ask("select kind, entity_id from amazon_ads.entity_changes") == [("created", "1")]


def test_the_history_equals_the_script(pipeline: Pipeline) -> None:
    sizes = {of: count(Sizes(**SIZES), *of) for of in LISTS}
    script = Script(sorted(pipeline.sandbox.control.counts()["entity_profiles"]), sizes, SEED)
    history = Expected()
    first = pipeline.direct()
    settle(pipeline, first.run_id)
    history.first(truth(pipeline))
    assert pipeline.query("select count(*) from amazon_ads.entity_changes") == [(0,)], "a first load is no change"
    done, moments = 0, {}
    for number in range(1, RUNS + 1):
        edits = script.edits()
        done += len(edits)
        pipeline.sandbox.control.edit(edits)
        began, runs = moment(pipeline), []
        settings = {"mode": "full" if number in FULL else "auto"}
        pipeline.hold()
        if number in KILLED:
            # Whatever of a full read ended well would count among those that miss what is gone.
            runs.append(lose(pipeline, KILLED[number], mode="auto").run_id)
        result = pipeline.direct(**settings)
        assert result.code == 0, result.output
        runs.append(result.run_id)
        settle(pipeline, result.run_id)
        now = truth(pipeline)
        wanted = Counter(repr(each) for each in history.step(now, full=number in FULL))
        actual = changes(pipeline, began)
        assert actual - wanted == Counter(), f"run {number}: too much"
        assert wanted - actual == Counter(), f"run {number}: too little"
        by = pipeline.query("select distinct run_id from amazon_ads.entity_changes where created_at > %s", began)
        assert {row[0] for row in by} <= set(runs)
        moments[number] = (moment(pipeline), {table: dict(rows) for table, rows in now.items()})
    assert done >= RUNS * PER_RUN >= 200
    assert all_differences(pipeline, vanished_stay=True) == []
    kinds = dict(pipeline.query("select kind, count(*) from amazon_ads.entity_changes group by 1"))
    assert kinds.keys() == {"created", "changed", "archived", "vanished", "reappeared"}
    versions_equal(pipeline, history)
    pipeline.hold()
    assert unlisted(pipeline) == {
        (table, key) for table, known in history.known.items() for key, each in known.items() if each.missed == 1
    }, "what has vanished is asked for once"
    for at, rows in moments.values():
        as_of_equals(pipeline, at, rows)


def unlisted(pipeline: Pipeline) -> set[tuple[str, tuple[str, str]]]:
    """What the next run is to ask for by its ids: table and key."""
    state = json.loads((pipeline.folder / "state.json").read_text())
    return {
        (table, (partition["context"]["profile_id"], each))
        for table, bookmark in state["bookmarks"].items()
        for partition in bookmark.get("partitions", ())
        for ids in partition.get("unlisted", {}).values()
        for each in ids
    }


def versions_equal(pipeline: Pipeline, history: Expected) -> None:
    for table, known in history.known.items():
        found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in ask(pipeline, f"select * from amazon_ads.{table}_history order by valid_from"):
            found.setdefault(tuple(row[key] for key in KEYS[table]), []).append(row)
        assert found.keys() == known.keys()
        for key, each in known.items():
            versions = found[key]
            actual = [(business(row), row["vanished_since"] is not None) for row in versions]
            assert actual == each.versions, (table, key)
            assert [row["is_current"] for row in versions] == [False] * (len(versions) - 1) + [True]
            ends = [row["valid_to"] for row in versions]
            assert ends == [*(row["valid_from"] for row in versions[1:]), None], (table, key)


def business(row: dict[str, Any]) -> dict[str, Any]:
    ours = OURS | {"valid_to", "is_current"}
    return {name: plain(value) for name, value in row.items() if name not in ours}


def as_of_equals(pipeline: Pipeline, at: Any, rows: dict[str, Rows]) -> None:
    """What Amazon listed at a moment is what the functions say of it; what it had ceased to list is there besides."""
    for table, wanted in rows.items():
        found = {
            tuple(row[key] for key in KEYS[table]): row
            for row in ask(pipeline, f"select * from amazon_ads.{run_of(table)}_as_of(%s)", at)
        }
        assert wanted.keys() <= found.keys()
        for key, row in wanted.items():
            # Amazon's time of change may have moved since without anything else.
            shown = business(found[key])
            assert {**shown, "last_updated_time": None} == {**row, "last_updated_time": None}


def test_a_full_refresh_counts_no_change_that_is_none_and_loses_none(pipeline: Pipeline) -> None:
    run = ("tap-amazon-ads-entities", "target-postgres")
    assert pipeline.meltano("run", *run).code == 0
    before = truth(pipeline)
    profile = min(row["profile_id"] for row in before["entity_campaigns"].values())
    place = {"profile_id": profile, "product": "sp", "kind": "campaign", "number": 4}
    pipeline.sandbox.control.edit([{**place, "fields": {"name": "refreshed"}}, {**place, "do": "touch", "number": 5}])
    began = moment(pipeline)
    result = pipeline.meltano("run", "--full-refresh", *run)
    assert result.code == 0, result.output
    assert len(result.lines(r"\d+ slices are read in full, 0 incrementally")) == 1
    found = ask(pipeline, "select kind, path, new_value from amazon_ads.entity_changes where created_at > %s", began)
    assert found == [{"kind": "changed", "path": "name", "new_value": "refreshed"}]
    assert all_differences(pipeline, vanished_stay=True) == []
