"""Where a database is as it was, nothing is prepared anew; whatever was changed in it since is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from entities_runner import catalog
from entities_runner.database import Database

ROLES = ["amazon_ads_analyst"]
CHANGES = (
    "drop view amazon_ads.ad_hierarchy",
    "create or replace view amazon_ads.sync_state as select * from amazon_ads.sync_state_of_others",
    "drop view amazon_ads_fivetran.portfolio_history",
    "alter view amazon_ads.ad_hierarchy reset (security_barrier, security_invoker)",
    "drop table amazon_ads.entity_ads cascade",
    "alter table amazon_ads.entity_ads add column theirs integer",
    "alter table amazon_ads.entity_portfolios drop column state cascade",
    "alter table amazon_ads.sync_differences alter column kind type varchar(99)",
    "alter table amazon_ads.entity_portfolios alter column name set not null",
    "alter table amazon_ads.entity_ads alter column name set default 'x'",
    "alter table amazon_ads.entity_ads disable row level security",
    "alter table amazon_ads.entity_ads add check (ad_id <> 'x')",
    "alter table amazon_ads.sync_log disable trigger amazon_ads_reopen_run",
    "alter table amazon_ads.entity_ads owner to somebody_else",
    "alter table amazon_ads.entity_ads disable trigger amazon_ads_history_update",
    "drop trigger amazon_ads_history_stamp on amazon_ads.entity_targets",
    "alter function amazon_ads.keep_ads_history() security invoker",
    "drop table amazon_ads.entity_ads_versions cascade",
    "drop index amazon_ads.{index}",
    "create rule quiet as on insert to amazon_ads.entity_ads do instead nothing",
    "comment on table amazon_ads.entity_ads is 'theirs'",
    "comment on column amazon_ads.entity_ads.ad_id is 'theirs'",
    "grant insert on amazon_ads.entity_ads to public",
    "grant select (ad_id) on amazon_ads.entity_ads to public",
    "revoke all on amazon_ads.entity_ads from amazon_ads_analyst",
    "grant create on schema amazon_ads to public",
    "grant execute on function amazon_ads.settle_runs(text, text, text) to public",
    "alter function amazon_ads.settle_runs(text, text, text) reset all",
    "drop function amazon_ads.prune_log(integer)",
    "create function amazon_ads.prune_log(text) returns void language sql as ''",
    "grant temporary on database {database} to somebody_else",
    "create policy everything on amazon_ads.entity_ads for select to public using (true)",
    "drop policy {policy} on amazon_ads.entity_ads",
    "alter policy {policy} on amazon_ads.entity_ads using (true)",
    "create schema private; create table private.amazon_ads_connections (label text)",
)


@pytest.fixture(scope="module")
def copied(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as db:
        db.ask("drop role if exists somebody_else")
        db.ask("create role somebody_else")
        db.ask("create view amazon_ads.sync_state_of_others as select * from amazon_ads.sync_state")
        yield db
        db.ask("drop owned by somebody_else")
        db.ask("drop role somebody_else")


def database(db: Warehouse) -> Database:
    return Database({**db.postgres.environment(), "TARGET_POSTGRES_DATABASE": db.database})


def test_what_was_remembered_holds_for_the_same_sources_and_says_its_notes(copied: Warehouse) -> None:
    ours = database(copied)
    assert ours.unchanged("sources", ROLES) is None
    ours.bless("sources", ROLES, "Others may create objects.\n")
    assert ours.unchanged("sources", ROLES) == "Others may create objects.\n"
    assert ours.unchanged("other sources", ROLES) is None
    copied.ask("insert into amazon_ads.entity_ads (profile_id, ad_id, synced_at) values ('1', '1', now())")
    copied.ask("analyze amazon_ads.entity_ads")
    assert ours.unchanged("sources", ROLES) is not None, "rows are no change"


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_goes_unseen(copied: Warehouse, change: str) -> None:
    index = "select indexrelid::regclass::text from pg_index where indrelid = 'amazon_ads.entity_ads'::regclass"
    policy = "select polname from pg_policy where polrelid = 'amazon_ads.entity_ads'::regclass order by 1 limit 1"
    statement = change.format(
        database=f'"{copied.database}"',
        policy=copied.ask(policy)[0][0],
        index=copied.ask(f"{index} and not indisprimary")[0][0].rpartition(".")[2],
    )
    ours = database(copied)
    ours.bless("sources", ROLES, "")
    with ours.open() as connection:
        before = catalog.of(connection, "amazon_ads", ROLES)
        connection.execute("begin")
        connection.execute("set search_path = pg_catalog")
        connection.execute(statement)  # type: ignore[call-overload]
        assert catalog.of(connection, "amazon_ads", ROLES) != before
        connection.execute("rollback")
    assert ours.unchanged("sources", ROLES) == ""
