"""Nothing that others have created runs as the owner, whatever it is called and wherever names are looked up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.truth import KEYS
from harness.warehouse import Warehouse, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres

ANN = {"user": "planting_ann", "password": "x"}
# Exact types win over what Postgres has to convert for, and `public` comes first here.
FUNCTIONS = (
    ("has_table_privilege", "text, oid, text", "boolean", "true"),
    ("has_table_privilege", "oid, regclass, text", "boolean", "true"),
    ("has_schema_privilege", "text, text, text", "boolean", "true"),
    ("has_database_privilege", "text, name, text", "boolean", "true"),
    ("md5", "text", "text", "'x'"),
    ("now", "", "timestamptz", "'2026-01-01'"),
    ("lower", "text", "text", "'x'"),
    ("format", "text, text, text", "text", "'x'"),
    ("quote_ident", "text", "text", "'x'"),
    ("coalesce", "text, text", "text", "'x'"),
    ("obj_description", "oid, text", "text", "'x'"),
    ("to_regclass", "text", "regclass", "null"),
    ("pg_backend_pid", "", "int", "1"),
    ("current_database", "", "name", "'x'"),
    ("make_interval", "int", "interval", "'1 day'"),
    ("jsonb_build_object", "text, text", "jsonb", "'{}'"),
    ("jsonb_each", "jsonb", "jsonb", "'{}'"),
    ("settle_runs", "text, text, text", "int", "1"),
)
OPERATORS = (("=", "text, name"), ("=", "name, text"), ("=", "text, text"), ("<", "timestamptz, timestamptz"))
RELATIONS = ("pg_class", "pg_roles", "pg_namespace", "pg_stat_activity", "sync_log", "sync_meta", "entity_ads")


FOREIGN = """
    select d.objid from pg_depend as d
    left join pg_proc as p on d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
    left join pg_operator as o on d.refclassid = 'pg_operator'::regclass and d.refobjid = o.oid
    where d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass)
        and 'planting_ann'::regrole in (p.proowner, o.oprowner)
"""
"""Views and policies that call what ann has planted."""


@pytest.fixture
def planted(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres) as db:
        db.ask("create role planting_ann login password 'x'")
        db.ask("grant create on schema public to planting_ann; create schema amazon_ads")
        db.ask("grant create, usage on schema amazon_ads to planting_ann")
        db.ask("create table public.loot (who text, what text); grant all on public.loot to public")
        db.ask("alter table public.loot owner to planting_ann")
        for schema in ("public", "amazon_ads"):
            for name, arguments, returns, value in FUNCTIONS:
                if schema == "amazon_ads" and name == "settle_runs":
                    continue
                db.ask(
                    f'create function {schema}."{name}"({arguments}) returns {returns} language plpgsql as $$ begin'
                    f" insert into public.loot values (session_user, '{schema}.{name}'); return {value}; end $$",
                    **ANN,
                )
            for number, (operator, arguments) in enumerate(OPERATORS):
                left, right = arguments.split(", ")
                db.ask(
                    f"create function {schema}.planted_{number}({arguments}) returns boolean language plpgsql as $$"
                    f" begin insert into public.loot values (session_user, '{schema} {operator}'); return true; end $$",
                    **ANN,
                )
                db.ask(
                    f"create operator {schema}.{operator}"
                    f" (leftarg = {left}, rightarg = {right}, function = {schema}.planted_{number})",
                    **ANN,
                )
        for name in RELATIONS:
            db.ask(f"create table public.{name} (a int)", **ANN)
        db.ask(f"alter database {db.database} set search_path = public, amazon_ads, pg_catalog")
        yield db
        db.ask(f"alter database {db.database} reset search_path")
        db.ask("drop owned by planting_ann cascade; drop role planting_ann")


def test_nothing_that_others_have_planted_runs(planted: Warehouse) -> None:
    db = planted
    prepared = db.prepare(MELTANO_RUN_ID="one")
    assert prepared.code == 0, prepared.output
    assert "Others may create objects in the schema public (planting_ann)" in prepared.output
    assert "Others may create objects in the schema amazon_ads (planting_ann)" in prepared.output
    assert "revoke create on schema public from planting_ann" in prepared.output
    trusted = {"options": "-c search_path=pg_catalog"}
    views = db.dbt("run", MELTANO_RUN_ID="one")
    assert views.code == 0, views.output
    # The second time as through a pooler that takes no options when a session begins.
    for step in (("run-operation", "prepare"), ("build",)):
        done = db.dbt(*step, MELTANO_RUN_ID="two", AMAZON_ADS_SEARCH_PATH="")
        assert done.code == 0, done.output
    assert settle_everything(db) >= 1
    assert db.ask("select who, what from public.loot", **trusted) == []
    assert db.ask(FOREIGN, **trusted) == []
    functions = db.ask(
        "select p.proname, p.proconfig, has_function_privilege('planting_ann', p.oid, 'execute'),"
        " has_function_privilege('amazon_ads_analyst', p.oid, 'execute'), p.prosecdef"
        " from pg_proc as p where p.pronamespace = 'amazon_ads'::regnamespace"
        " and p.proowner <> 'planting_ann'::regrole",
        **trusted,
    )
    ours = {"settle_runs", "announce_run", "prune_log", "change_under_views", "reopen_run", *OF_HISTORY}
    entities = {table.removeprefix("entity_") for table in KEYS}
    stamps, changes = ({f"stamp_{each}_version" for each in entities}, {f"keep_{each}_changes" for each in entities})
    captures, reads = ({f"keep_{each}_history" for each in entities}, {f"{each}_as_of" for each in entities})
    assert {row[0] for row in functions} == ours | stamps | changes | captures | reads
    path = "search_path=pg_catalog, pg_temp"
    for name, *facts in functions:
        if name in reads:
            # Plain SQL with qualified names, of the analysts, with their own rights.
            assert facts == [None, False, True, False], name
        else:
            # What writes down a change does it for whoever loads.
            zone = ["TimeZone=UTC"] if name in captures | changes else []
            plans = [f"enable_{each}=off" for each in ("seqscan", "hashjoin", "mergejoin") if name in changes]
            written_down = name in stamps | changes | captures
            assert facts == [[path, *zone, *plans], False, False, written_down], name


OF_HISTORY = {"running_run", "json_changes", "list_member", "prune_history", "mark_vanished"}


def settle_everything(db: Warehouse) -> int:
    """As whoever settles, under whatever search path."""
    with db.connect(options="-c search_path=pg_catalog") as connection:
        connection.execute(
            "insert into amazon_ads.sync_log (run_id, profile_id, entity_type, status, details)"
            " values ('x', 'p', 'ads', 'success', '{\"session\": \"nobody\"}')"
        )
        connection.execute("set search_path = public, amazon_ads, pg_catalog")
        settle = "select amazon_ads.settle_runs('x'::pg_catalog.text, ''::pg_catalog.text, 'stored'::pg_catalog.text)"
        row = connection.execute(settle).fetchone()
    return int(row[0]) if row else 0
