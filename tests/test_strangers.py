"""What is somebody else's is refused in a sentence before anything is changed, and survives every run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.histories import Entry, settle, verdicts, write
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres

VIEWS = (
    "select n.nspname || '.' || c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
    " where c.relkind = 'v' and n.nspname in ('amazon_ads', 'amazon_ads_fivetran') order by 1"
)
KEYED = "profile_id text, campaign_id text, primary key (profile_id, campaign_id)"


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres) as database:
        database.ask("create schema amazon_ads")
        yield database


@pytest.fixture
def copy(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as database:
        yield database


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ("create table amazon_ads.entity_campaigns (id int primary key, note text)", "primary key is not"),
        (f"create table amazon_ads.entity_campaigns ({KEYED}, note text)", "it has the column note"),
        (f"create table amazon_ads.entity_campaigns ({KEYED}, name text)", "it lacks the column synced_at"),
        (
            (
                f"create table amazon_ads.entity_campaigns ({KEYED}, note text);"
                "comment on table amazon_ads.entity_campaigns is 'Our campaigns'"
            ),
            "it has the column note",
        ),
        (
            (
                "create table amazon_ads.entity_campaigns (profile_id bigint, campaign_id text, synced_at timestamptz,"
                " primary key (profile_id, campaign_id))"
            ),
            "its column profile_id is bigint",
        ),
        ("create view amazon_ads.entity_campaigns as select 1 as a", "it is not a plain table"),
        ("create sequence amazon_ads.entity_campaigns", "it is not a plain table"),
        (
            f"create table amazon_ads.entity_campaigns ({KEYED}) partition by hash (profile_id)",
            "it is not a plain table",
        ),
        (
            (
                "create foreign data wrapper nowhere; create server nowhere foreign data wrapper nowhere;"
                "create foreign table amazon_ads.entity_campaigns (profile_id text) server nowhere"
            ),
            "it is not a plain table",
        ),
        ("create table amazon_ads.sync_meta (name text primary key, value text, mine int)", "it has the column mine"),
        ("create table amazon_ads.profile_access (who text primary key)", "primary key is not"),
        ("create view amazon_ads.sync_state as select 1 as a", "view amazon_ads.sync_state"),
        (
            "create view amazon_ads.sync_state as select 1 as a; comment on view amazon_ads.sync_state is 'Mine'",
            "view amazon_ads.sync_state",
        ),
        ("create table amazon_ads.ad_hierarchy (a int)", "relation amazon_ads.ad_hierarchy"),
        (
            "create function amazon_ads.settle_runs(text, text, text) returns int language sql as 'select 1'",
            "it does not say that prepare keeps it",
        ),
        (
            "create function amazon_ads.settle_runs(text, text, boolean) returns int language sql as 'select 1'",
            "it does not say that prepare keeps it",
        ),
        (
            (
                f"create table amazon_ads.entity_campaigns ({KEYED}, synced_at timestamptz);"
                "create role owner_of_one; alter table amazon_ads.entity_campaigns owner to owner_of_one"
            ),
            "it belongs to owner_of_one",
        ),
    ],
)
def test_strangers_are_refused_in_a_sentence_before_anything_is_changed(
    empty: Warehouse, theirs: str, says: str
) -> None:
    for statement in theirs.split(";"):
        empty.ask(statement)
    before = empty.snapshot()
    try:
        refused = empty.begin()
        assert refused.code != 0
        assert says in refused.output, refused.output
        assert "Nothing was changed" in refused.output
        assert "Traceback" not in refused.output
        assert empty.snapshot() == before
    finally:
        if "owner_of_one" in theirs:
            empty.ask("drop owned by owner_of_one cascade")
            empty.ask("drop role owner_of_one")


@pytest.mark.parametrize("name", ["public", 'a"b', "x" * 51])
def test_a_schema_that_cannot_be_used_is_refused(empty: Warehouse, name: str) -> None:
    before = empty.snapshot()
    refused = empty.begin(AMAZON_ADS_SCHEMA=name)
    assert refused.code != 0
    assert "AMAZON_ADS_SCHEMA is not the name of a schema that can be used" in refused.output, refused.output
    assert empty.snapshot() == before


@pytest.mark.parametrize("value", ["0", "1000000"])
def test_a_bound_that_cannot_be_used_is_named(empty: Warehouse, value: str) -> None:
    refused = empty.begin(AMAZON_ADS_LOG_RETENTION_DAYS=value)
    assert refused.code != 0
    assert "AMAZON_ADS_LOG_RETENTION_DAYS must be a whole number" in refused.output


def test_two_schemas_live_side_by_side(copy: Warehouse) -> None:
    copy.ask("create table public.entity_campaigns (id int); create view public.sync_state as select 1 as a")
    before = [row for row in copy.snapshot() if "ads_eu" not in row[1]]
    copy.make(AMAZON_ADS_SCHEMA="ads_eu", AMAZON_ADS_LOG_RETENTION_DAYS="999999")
    assert copy.ask("select count(*) from ads_eu.sync_state") == [(0,)]
    assert copy.ask("select count(*) from ads_eu.sync_log where entity_type = 'run'") == [(1,)]
    assert copy.ask("select count(*) from amazon_ads.sync_log") == [(0,)]
    theirs = [row for row in copy.snapshot() if row[0] == "class" and row[1].startswith("amazon_ads")]
    assert theirs == [row for row in before if row[0] == "class" and row[1].startswith("amazon_ads")]
    copy.ask("insert into ads_eu.sync_log (run_id, profile_id, entity_type, status) values ('x', 'p', 'ads', 'error')")
    copy.ask("select ads_eu.settle_runs('x'::text, ''::text, 'stored'::text)")
    assert copy.ask("select status from ads_eu.sync_runs where run_id = 'x'") == [("error",)]
    assert copy.ask("select has_table_privilege('amazon_ads_analyst', 'ads_eu.sync_state', 'select')") == [(True,)]
    assert copy.ask("select has_schema_privilege('amazon_ads_analyst', 'ads_eu_fivetran', 'usage')") == [(True,)]


THEIRS = (
    'create view public."Team Report" as select * from amazon_ads.sync_state;'
    'create view amazon_ads."Team Report" as select h.* from amazon_ads.ad_hierarchy as h;'
    'create materialized view public.kept as select profile_id from amazon_ads."Team Report";'
    "create view public.on_table as select campaign_id, created_at from amazon_ads.entity_campaigns"
)


def test_views_of_others_survive_a_run_and_are_named_when_one_of_ours_must_be_made_anew(copy: Warehouse) -> None:
    # The text of a view names its database.
    copy.make()
    copy.ask(THEIRS)
    views = copy.ask(VIEWS)
    before = copy.snapshot()
    copy.make()
    assert copy.snapshot() == before
    # As an earlier version had it: other columns, and under a view of somebody else.
    copy.ask(
        'drop view amazon_ads."Team Report" cascade; drop view amazon_ads.ad_hierarchy;'
        "create view amazon_ads.ad_hierarchy as select 1 as old_column, 'p'::text as profile_id;"
        'create view amazon_ads."Team Report" as select h.* from amazon_ads.ad_hierarchy as h;'
        "grant select on amazon_ads.ad_hierarchy to amazon_ads_analyst"
    )
    before = copy.snapshot()
    refused = copy.dbt("run")
    assert refused.code != 0
    assert 'amazon_ads."Team Report"' in refused.output
    assert copy.snapshot() == before
    copy.ask('drop view amazon_ads."Team Report"')
    done = copy.dbt("run")
    assert done.code == 0, done.output
    assert copy.ask(VIEWS) == [row for row in views if "Team Report" not in row[0]]
    assert copy.ask("select count(*) from amazon_ads.ad_hierarchy") == [(0,)]
    assert copy.ask('select count(*) from public."Team Report"') == [(0,)]


def test_a_column_is_retyped_under_our_views_and_never_under_those_of_others(copy: Warehouse) -> None:
    copy.ask("create role bob nologin")
    try:
        copy.ask("grant select on amazon_ads.ad_hierarchy to bob")
        views = copy.ask(VIEWS)
        # As a loader makes it by itself, without our triggers; the views go and come with it.
        copy.ask("drop trigger amazon_ads_history_stamp on amazon_ads.entity_campaigns")
        names = [row[0] for row in views]
        copy.ask(
            "select amazon_ads.change_under_views('amazon_ads.entity_campaigns'::regclass, array['synced_at']::text[],"
            " array['alter table amazon_ads.entity_campaigns alter synced_at type timestamp']::text[], %s::text[])",
            names,
        )
        assert copy.ask(VIEWS) == views
        copy.ask(
            "insert into amazon_ads.entity_campaigns (profile_id, campaign_id, synced_at)"
            " values ('p', 'c', '2026-01-02 03:04:05')"
        )
        copy.ask(
            "create view public.their_times as select synced_at from amazon_ads.entity_campaigns;"
            "create view public.their_names as select name from amazon_ads.entity_campaigns"
        )
        before = copy.snapshot()
        refused = copy.begin()
        assert refused.code != 0
        assert "their_times" in refused.output
        assert "their_names" not in refused.output
        assert copy.snapshot() == before
        copy.ask("drop view public.their_times")
        done = copy.begin()
        assert done.code == 0, done.output
        assert copy.ask(VIEWS) == views
        assert copy.ask("select has_table_privilege('bob', 'amazon_ads.ad_hierarchy', 'select')") == [(True,)]
        times = "select synced_at = '2026-01-02 03:04:05+00' from amazon_ads.entity_campaigns"
        assert copy.ask(times) == [(True,)]
        built = copy.dbt("build")
        assert built.code == 0, built.output
        assert copy.ask(VIEWS) == views
    finally:
        copy.ask("drop owned by bob; drop role bob")


def test_a_failing_test_takes_no_view_away_and_judges_its_own_run(copy: Warehouse) -> None:
    views = copy.ask(VIEWS)
    write(copy, Entry("other", status="error", error="theirs", origin="other"), Entry("mine", rows_seen=0, ago=300))
    settle(copy, "other", origin="other", state="stored")
    done = copy.dbt("build", MELTANO_RUN_ID="mine")
    assert done.code == 0, done.output
    write(copy, Entry("failed", status="error", error="no", ago=10))
    failed = copy.dbt("build", MELTANO_RUN_ID="failed")
    assert failed.code != 0
    assert "this_run_has_no_failed_slice" in failed.output
    assert copy.ask(VIEWS) == views
    assert verdicts(copy)["failed", "campaigns"] == ("error", "no")
