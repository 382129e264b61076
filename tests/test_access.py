"""Each analyst sees the profiles they were given, and nothing else, through every table and view."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from harness.pipeline import Pipeline
from harness.roles import GROUP, RELATIONS, Roles, prepare
from harness.truth import KEYS

from amazon_ads_sandbox.process import SandboxProcess

HISTORY = 1 + 2 * len(KEYS) + 5
"""Changes, versions as tables and as views, and views of changes."""

EVENTS = 1
"""Of Amazon's own history."""

DIFFERENCES = 1
"""Of two sources that were compared."""

PEOPLE = ("ann", "ben", "chief", "stranger")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sizes = {"campaigns": 20, "portfolios": 3, "ad_groups": 1, "keywords": 2, "targets": 1, "extensions": 1}
    with SandboxProcess(profiles=3, **sizes) as server:
        yield server


@pytest.fixture(scope="module")
def profiles(pipeline: Pipeline) -> dict[str, str]:
    """Which profile ann and ben are given."""
    first, second, _ = sorted(pipeline.sandbox.control.counts()["entity_profiles"])
    return {"ann": first, "ben": second}


@pytest.fixture(scope="module")
def people(pipeline: Pipeline, profiles: dict[str, str]) -> Iterator[Roles]:
    """Two analysts, one who sees everything, one without membership, one outside the group; nothing is loaded yet."""
    result = pipeline.meltano("run", "dbt-postgres:prepare")
    assert result.code == 0, result.output
    roles = Roles(pipeline)
    for name in PEOPLE:
        roles.create(name, GROUP)
    roles.create("outsider")
    for member, profile in [*profiles.items(), ("chief", "*")]:
        pipeline.query_none(
            f"insert into amazon_ads.profile_access (member, profile_id) values ('{member}', '{profile}')"
        )
    yield roles
    roles.drop()


@pytest.fixture(scope="module")
def loaded(pipeline: Pipeline, people: Roles) -> Roles:
    """After two full runs, between which ads vanished and everything changed; the second makes the views anew."""
    for blocks in (("tap-amazon-ads-entities", "target-postgres"), ("sync",)):
        # Which fills every table.
        result = pipeline.meltano("run", *blocks, mode="full", source="unified", change_events=True)
        assert result.code == 0, result.output
        pipeline.sandbox.control.change(vanish=1, tables=["entity_ads"])
        # Enough for one of them to be a prompt: the others are videos, which have no text that could change.
        pipeline.sandbox.control.change(count=8, create=1)
        pipeline.query_none("update amazon_ads.entity_profiles set account_name = 'other'")
    pipeline.query_none(
        "insert into amazon_ads.sync_differences"
        " (profile_id, entity_type, entity_id, source, compared_with, column_name, kind)"
        " select profile_id, 'ads', '1', 'lists', 'exports', '', 'missing' from amazon_ads.entity_profiles"
    )
    return people


def relations(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Every table and view with the column that holds its profile."""
    return [(str(name), str(column)) for name, column in pipeline.query(RELATIONS)]


def seen(answer: list[tuple[object, ...]]) -> Counter[object]:
    """Rows per profile."""
    return Counter(row[0] for row in answer)


def test_before_a_load_everybody_in_the_group_sees_empty_tables_and_others_are_refused(
    pipeline: Pipeline, people: Roles
) -> None:
    for name, _ in relations(pipeline):
        for person in PEOPLE:
            # Who sees every profile sees also that a run was prepared.
            prepared = name in {"amazon_ads.sync_log", "amazon_ads.sync_runs"} and person == "chief"
            assert people.ask(person, f"select 1 from {name}") == [(1,)] * prepared
        assert people.refused("outsider", f"select 1 from {name}")


def test_each_analyst_sees_their_profile_and_no_other_in_every_table_and_view(
    pipeline: Pipeline, loaded: Roles, profiles: dict[str, str]
) -> None:
    names = relations(pipeline)
    assert len(names) == len(KEYS) + 2 + 7 + 6 + HISTORY + DIFFERENCES + EVENTS
    for name, column in names:
        statement = f"select {column} from {name}"
        if name == "amazon_ads_fivetran.profile":
            statement = "select id from amazon_ads_fivetran.profile"
        elif column == "id":
            pytest.fail(f"{name} has no profile")
        everything = seen(pipeline.query(statement))
        for person, profile in profiles.items():
            assert everything[profile] > 0, name
            assert seen(loaded.ask(person, statement)) == {profile: everything[profile]}, name
        assert seen(loaded.ask("chief", statement)) == everything, name
        assert loaded.ask("stranger", statement) == [], name
        assert loaded.refused("outsider", statement), name
    for person in PEOPLE:
        assert loaded.refused(person, "select 1 from amazon_ads.sync_meta")


def test_each_analyst_sees_their_profile_and_no_other_as_it_was(
    pipeline: Pipeline, loaded: Roles, profiles: dict[str, str]
) -> None:
    for table in KEYS:
        function = f"amazon_ads.{table.removeprefix('entity_')}_as_of"
        statement = f"select profile_id from {function}(now() - interval '1 second')"
        everything = seen(pipeline.query(statement))
        for person, profile in profiles.items():
            assert everything[profile] > 0, function
            assert seen(loaded.ask(person, statement)) == {profile: everything[profile]}, function
        assert seen(loaded.ask("chief", statement)) == everything, function
        assert loaded.ask("stranger", statement) == [], function
        assert loaded.refused("outsider", statement), function
    for function in ("running_run()", "json_changes('x', null, null)", "mark_vanished('x')", "prune_history(1)"):
        assert loaded.refused("chief", f"select amazon_ads.{function}"), function


def test_analysts_see_the_same_verdicts_as_the_owner(
    pipeline: Pipeline, loaded: Roles, profiles: dict[str, str]
) -> None:
    statement = "select id, status, error from amazon_ads.sync_runs where profile_id = '{}' order by 1"
    for person, profile in profiles.items():
        assert loaded.ask(person, statement.format(profile)) == pipeline.query(statement.format(profile))


def test_nobody_reads_the_memberships_of_others(loaded: Roles, profiles: dict[str, str]) -> None:
    for person, profile in profiles.items():
        assert loaded.ask(person, "select member, profile_id from amazon_ads.profile_access") == [(person, profile)]
    assert loaded.ask("stranger", "select 1 from amazon_ads.profile_access") == []
    assert loaded.refused("outsider", "select 1 from amazon_ads.profile_access")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into amazon_ads.profile_access (member, profile_id) values ('ann', '*')",
        "update amazon_ads.profile_access set profile_id = '*'",
        "update amazon_ads.entity_campaigns set name = 'mine'",
        "delete from amazon_ads.entity_campaigns",
        "truncate amazon_ads.sync_log",
        "delete from amazon_ads.entity_changes",
        "update amazon_ads.entity_targets_versions set bid_micros = 1",
        "insert into amazon_ads.sync_slices (profile_id, entity_type) values ('x', 'ads')",
        "alter table amazon_ads.entity_campaigns disable row level security",
        "create table amazon_ads.mine (a int)",
    ],
)
def test_analysts_write_nothing(loaded: Roles, statement: str) -> None:
    for person in ("ann", "chief"):
        assert loaded.refused(person, statement)


_SPIED = ("targets_keywords", "entity_changes", "entity_targets_history", "targets_as_of(now())", "change_events")


def test_a_function_of_an_analyst_sees_no_row_that_policies_hide(loaded: Roles, profiles: dict[str, str]) -> None:
    with loaded.connect("ann") as ann:
        ann.execute(
            "create function pg_temp.spy(text) returns boolean language plpgsql cost 0.0001 as"
            " $$ begin raise notice '%', $1; return true; end $$",
        )
        notices: list[str] = []
        ann.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        for name in _SPIED:
            ann.execute(f"select count(*) from amazon_ads.{name} where pg_temp.spy(profile_id)")  # type: ignore[call-overload]
    assert set(notices) == {profiles["ann"]}


def test_a_role_that_has_a_right_but_no_group_is_told_so(pipeline: Pipeline, loaded: Roles) -> None:
    pipeline.query_none(
        "grant usage on schema amazon_ads to outsider; grant select on amazon_ads.entity_campaigns to outsider"
    )
    assert loaded.refused("outsider", "select 1 from amazon_ads.entity_campaigns")
    pipeline.query_none(
        f"grant {GROUP} to outsider;insert into amazon_ads.profile_access (member, profile_id) values ('outsider', '*')"
    )
    try:
        count = "select count(*) from amazon_ads.entity_campaigns"
        assert loaded.ask("outsider", count) == pipeline.query(count)
    finally:
        pipeline.query_none(
            f"revoke {GROUP} from outsider; delete from amazon_ads.profile_access where member = 'outsider';"
            "revoke all on amazon_ads.entity_campaigns from outsider; revoke all on schema amazon_ads from outsider"
        )


def test_analysts_see_that_the_loader_is_alive_and_cannot_feign_it(
    pipeline: Pipeline, loaded: Roles, profiles: dict[str, str]
) -> None:
    pipeline.query_none(
        "insert into amazon_ads.sync_log"
        " (run_id, profile_id, entity_type, mode, status, started_at, updated_at, details) values"
        f" ('alive', '{profiles['ann']}', 'ads', 'full', 'running', now(), now(), '{{\"session\": \"a-loader\"}}')"
    )
    status = "select status from amazon_ads.sync_runs where run_id = 'alive'"
    try:
        assert loaded.ask("ann", status) == [("error",)]
        with loaded.connect("ben", application_name="a-loader"):
            assert loaded.ask("ann", status) == pipeline.query(status) == [("error",)]
        with psycopg.connect(pipeline.postgres.dsn, application_name="a-loader"):
            assert loaded.ask("ann", status) == pipeline.query(status) == [("running",)]
    finally:
        pipeline.query_none("delete from amazon_ads.sync_log where run_id = 'alive'")


def test_stored_connections_are_closed_to_all_and_the_rest_of_their_schema_is_left_alone(
    pipeline: Pipeline, loaded: Roles
) -> None:
    pipeline.query_none(
        "create schema private; create table private.amazon_ads_connections (label text, refresh_token text);"
        "create table private.others (a int); grant usage on schema private to public;"
        f"grant usage on schema private to {GROUP}; grant all on private.amazon_ads_connections to public;"
        f"grant select (label) on private.amazon_ads_connections to {GROUP};"
        f"grant select on private.others to public"
    )
    try:
        secret = "select label from private.amazon_ads_connections"
        assert not loaded.refused("ann", secret)
        result = prepare(pipeline)
        assert result.code == 0, result.output
        for person in (*PEOPLE, "outsider"):
            assert loaded.refused(person, secret)
        assert pipeline.query(
            f"select has_any_column_privilege('{GROUP}', 'private.amazon_ads_connections', 'select')"
        ) == [(False,)]
        assert loaded.ask("outsider", "select 1 from private.others") == []
        pipeline.query_none("revoke usage on schema private from public")
        for person in (*PEOPLE, "outsider"):
            assert loaded.refused(person, "select 1 from private.others")
    finally:
        pipeline.query_none("drop schema private cascade")


def test_a_second_prepare_changes_nothing_and_locks_nothing(pipeline: Pipeline, loaded: Roles) -> None:
    state = """
        select 'class', oid, xmin::text from pg_class where relnamespace::regnamespace::text like 'amazon_ads%%'
        union all select 'policy', oid, xmin::text from pg_policy
        union all select 'schema', oid, xmin::text from pg_namespace
        union all select 'role', oid, xmin::text from pg_authid
        union all select 'comment', objoid, xmin::text from pg_description where objoid >= 16384
        order by 1, 2, 3
    """
    before = pipeline.query(state)
    with contextlib.closing(loaded.connect("chief", autocommit=False)) as reader:
        for name, _ in relations(pipeline):
            reader.execute(f"select 1 from {name} limit 1")
        result = prepare(pipeline, PGOPTIONS="-c lock_timeout=5s")
    assert result.code == 0, result.output
    assert pipeline.query(state) == before
