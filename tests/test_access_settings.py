"""Who may see what is a setting: other roles, another identity, a loader or an owner with few rights."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from harness.pipeline import Pipeline
from harness.roles import GROUP, Roles, dbt, prepare
from harness.truth import all_differences

from amazon_ads_sandbox.process import SandboxProcess

OWNER = "amazon_ads"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=2, campaigns=20, portfolios=3, ad_groups=1, keywords=2, targets=1) as server:
        yield server


@pytest.fixture(scope="module")
def roles(pipeline: Pipeline) -> Iterator[Roles]:
    made = Roles(pipeline)
    yield made
    made.drop()


@pytest.fixture(scope="module", autouse=True)
def _loaded_by_a_loader_that_owns_nothing(pipeline: Pipeline, roles: Roles) -> None:
    owner = {"AMAZON_ADS_OWNER_USER": OWNER, "AMAZON_ADS_OWNER_PASSWORD": pipeline.postgres.password}
    environment = {**roles.create("loader"), **owner, "AMAZON_ADS_LOADER_ROLE": "loader"}
    load = ("tap-amazon-ads-entities", "target-postgres")
    blocks = ("dbt-postgres:prepare", *load, *load)
    result = pipeline.meltano("run", *blocks, mode="full", environment=environment)
    assert result.code == 0, result.output


def test_a_loader_that_owns_nothing_loads_everything_and_may_do_no_more(pipeline: Pipeline, roles: Roles) -> None:
    assert all_differences(pipeline) == []
    owners = "select distinct relowner::regrole::text from pg_class where relnamespace = 'amazon_ads'::regnamespace"
    assert pipeline.query(owners) == [(OWNER,)]
    runs = "select run_id, status from amazon_ads.sync_runs order by 1, 2"
    assert roles.ask("loader", runs) == pipeline.query(runs)
    for statement in (
        "delete from amazon_ads.entity_campaigns",
        "select 1 from amazon_ads.profile_access",
        "create table amazon_ads.mine (a int)",
    ):
        assert roles.refused("loader", statement)


@pytest.fixture(scope="module")
def profile(pipeline: Pipeline) -> str:
    return str(min(pipeline.sandbox.control.counts()["entity_profiles"]))


def test_the_identity_can_come_from_a_function_as_supabase_has_it(
    pipeline: Pipeline, roles: Roles, profile: str
) -> None:
    ids = {name: str(uuid.uuid4()) for name in ("ann", "chief")}
    pipeline.query_none(
        "create schema auth; create function auth.uid() returns uuid language sql stable as"
        " $$ select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;"
        "create role authenticated nologin; grant usage on schema auth to authenticated;"
        "insert into amazon_ads.profile_access (member, profile_id) values"
        f" ('{ids['ann']}', '{profile}'), ('{ids['chief']}', '*'), ('authenticated', '*')"
    )
    gate = roles.create("authenticator", "authenticated")["TARGET_POSTGRES_USER"]
    settings = {"AMAZON_ADS_IDENTITY": "auth.uid()", "AMAZON_ADS_ANALYST_ROLE": "authenticated"}
    try:
        done = dbt(pipeline, "run", "--select", "ad_hierarchy", "sync_runs", "sync_state", **settings)
        assert done.code == 0, done.output
        for relation in ("amazon_ads.entity_targets", "amazon_ads.ad_hierarchy", "amazon_ads.sync_state"):
            statement = f"select profile_id from {relation} order by 1"
            everything = pipeline.query(statement)
            assert len({row[0] for row in everything}) == 2
            for subject, rows in (
                (ids["ann"], [row for row in everything if row[0] == profile]),
                (ids["chief"], everything),
                (str(uuid.uuid4()), []),
                ("", []),
            ):
                with roles.connect(gate) as session:
                    session.execute("set role authenticated")
                    claims = f'{{"sub": "{subject}"}}' if subject else ""
                    session.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
                    assert list(session.execute(statement)) == rows
    finally:
        pipeline.query_none(
            "drop schema auth cascade; drop owned by authenticated; drop role authenticated;"
            "delete from amazon_ads.profile_access"
        )


def test_an_expression_can_reach_into_claims_and_a_loader_that_is_no_longer_named_loads_no_more(
    pipeline: Pipeline, roles: Roles, profile: str
) -> None:
    roles.create("ann", GROUP)
    pipeline.query_none(f"insert into amazon_ads.profile_access (member, profile_id) values ('x-1', '{profile}')")
    claim = "nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'"
    done = prepare(pipeline, AMAZON_ADS_IDENTITY=claim)
    assert done.code == 0, done.output
    with roles.connect("ann") as session:
        session.execute("select set_config('request.jwt.claims', %s, false)", ('{"sub": "x-1"}',))
        assert list(session.execute("select distinct profile_id from amazon_ads.entity_ads")) == [(profile,)]
    assert roles.refused("loader", "insert into amazon_ads.entity_profiles (profile_id) values ('x')")


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("AMAZON_ADS_ANALYST_ROLE", 'x"; drop schema amazon_ads cascade; --', "is not the name of a role"),
        ("AMAZON_ADS_ANALYST_ROLE", OWNER, "the role that owns the tables"),
        ("AMAZON_ADS_LOADER_ROLE", "nobody_at_all", "a role that does not exist"),
        ("AMAZON_ADS_IDENTITY", "current_user) or (true", "is not one plain SQL expression"),
        ("AMAZON_ADS_IDENTITY", "(select rolname from pg_roles)", "is not one plain SQL expression"),
        ("AMAZON_ADS_IDENTITY", "no_such_function()", "AMAZON_ADS_IDENTITY cannot be used: function no_such_function"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(pipeline: Pipeline, setting: str, value: str, says: str) -> None:
    policies = "select policyname, tablename, qual from pg_policies order by 1, 2"
    before = pipeline.query(policies)
    result = prepare(pipeline, **{setting: value})
    assert result.code != 0
    assert setting in result.output
    assert says in result.output
    assert pipeline.query(policies) == before


def test_an_owner_with_few_rights_secures_everything_and_says_what_is_missing(pipeline: Pipeline, roles: Roles) -> None:
    environment = roles.create("plain_owner")
    database = f"plain_{uuid.uuid4().hex[:8]}"
    environment |= {"TARGET_POSTGRES_DATABASE": database, "AMAZON_ADS_ANALYST_ROLE": "readers_to_come"}
    pipeline.query_none(f"create database {database}")
    with closing(psycopg.connect(pipeline.postgres.dsn, dbname=database, autocommit=True)) as there:
        for schema in ("amazon_ads", "amazon_ads_fivetran"):
            there.execute(f"create schema {schema} authorization plain_owner")
        result = prepare(pipeline, **environment)
        assert result.code == 0, result.output
        assert len(result.lines('create role "readers_to_come" nologin')) == 1, result.output
        unsecured = "select relname from pg_class where relnamespace = 'amazon_ads'::regnamespace and relkind = 'r'"
        assert list(there.execute(f"{unsecured} and not relrowsecurity")) == []

        pipeline.query_none("create role readers_to_come nologin")
        assert prepare(pipeline, **environment).code == 0
        unreadable = f"{unsecured} and not has_table_privilege('readers_to_come', oid, 'select')"
        assert list(there.execute(unreadable)) == [("sync_meta",)], "what `prepare` remembers is nobody's to read"
    for statement in (f"drop database {database}", "drop role readers_to_come"):
        pipeline.query_none(statement)
