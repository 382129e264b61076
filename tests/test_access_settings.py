"""Who may see what is a setting: other roles, another identity, a loader that owns nothing, an owner with few rights."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

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


@pytest.fixture
def roles(pipeline: Pipeline) -> Iterator[Roles]:
    made = Roles(pipeline)
    yield made
    made.drop()


def test_a_loader_that_owns_nothing_loads_a_full_sync(pipeline: Pipeline, roles: Roles) -> None:
    owner = {"AMAZON_ADS_OWNER_USER": OWNER, "AMAZON_ADS_OWNER_PASSWORD": pipeline.postgres.password}
    environment = {**roles.create("loader"), **owner, "AMAZON_ADS_LOADER_ROLE": "loader"}
    for mode in ("full", "incremental"):
        result = pipeline.meltano("run", "sync", mode=mode, environment=environment)
        assert result.code == 0, result.output
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

    assert prepare(pipeline).code == 0
    assert pipeline.query("select 1 from pg_policies where policyname = 'amazon_ads_loader_loads'") == []
    refused = "insert into amazon_ads.entity_profiles (profile_id) values ('x')"
    assert roles.refused("loader", refused)


def test_the_identity_can_come_from_an_expression_as_supabase_has_it(pipeline: Pipeline, roles: Roles) -> None:
    ids = {name: str(uuid.uuid4()) for name in ("ann", "chief")}
    result = pipeline.meltano("run", "sync", mode="full")
    assert result.code == 0, result.output
    profile = min(pipeline.sandbox.control.counts()["entity_profiles"])
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
        for step in (("run-operation", "prepare"), ("run",)):
            done = dbt(pipeline, *step, **settings)
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
                    assert list(session.execute(statement)) == rows  # type: ignore[call-overload]
        claim = "nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'"
        assert prepare(pipeline, **{**settings, "AMAZON_ADS_IDENTITY": claim}).code == 0
        with roles.connect(gate) as session:
            session.execute("set role authenticated")
            session.execute("select set_config('request.jwt.claims', %s, false)", (f'{{"sub": "{ids["ann"]}"}}',))
            assert list(session.execute("select distinct profile_id from amazon_ads.entity_ads")) == [(profile,)]
    finally:
        assert prepare(pipeline).code == 0
        roles.drop(["authenticated"])
        pipeline.query_none("drop schema auth cascade")


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("AMAZON_ADS_ANALYST_ROLE", 'x"; drop schema amazon_ads cascade; --', "is not the name of a role"),
        ("AMAZON_ADS_ANALYST_ROLE", "pg_read_all_data", "is not the name of a role"),
        ("AMAZON_ADS_ANALYST_ROLE", OWNER, "the role that owns the tables"),
        ("AMAZON_ADS_LOADER_ROLE", GROUP, "analysts would be able to write"),
        ("AMAZON_ADS_LOADER_ROLE", "nobody_at_all", "a role that does not exist"),
        ("AMAZON_ADS_IDENTITY", "current_user) or (true", "is not one plain SQL expression"),
        ("AMAZON_ADS_IDENTITY", "current_user); drop schema amazon_ads; --", "is not one plain SQL expression"),
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
    there = psycopg.connect(pipeline.postgres.dsn, dbname=database, autocommit=True)
    try:
        for schema in ("amazon_ads", "amazon_ads_fivetran"):
            there.execute(f"create schema {schema} authorization plain_owner")  # type: ignore[call-overload]
        result = pipeline.meltano("run", "sync", mode="full", environment=environment)
        assert result.code == 0, result.output
        assert len(result.lines("create role \"readers_to_come\" nologin")) == 1, result.output
        unsecured = "select relname from pg_class where relnamespace = 'amazon_ads'::regnamespace and relkind = 'r'"
        assert list(there.execute(f"{unsecured} and not relrowsecurity")) == []  # type: ignore[call-overload]

        pipeline.query_none("create role readers_to_come nologin")
        assert prepare(pipeline, **environment).code == 0
        unreadable = f"{unsecured} and not has_table_privilege('readers_to_come', oid, 'select')"
        assert list(there.execute(unreadable)) == []  # type: ignore[call-overload]
        there.execute("drop owned by plain_owner, readers_to_come cascade; drop role readers_to_come")
    finally:
        there.close()
        pipeline.query_none(f"drop database {database} with (force)")
