"""Stored connections: checked, rotated, altered, revoked; and several of them in one run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.connections import Connections
from harness.pipeline import BIN, Pipeline
from harness.programs import run_to_end
from harness.project import project
from harness.truth import KEYS, all_differences, expected, loaded

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_SECRET, REFRESH_TOKEN, UNAPPROVED_CLIENT_ID
from tap_amazon_ads_entities.settings import keys

RUN = ("run", "tap-amazon-ads-entities", "target-postgres")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=10) as server:
        yield server


@pytest.fixture
def pipeline(connections: Connections, postgres: EmbeddedPostgres, tmp_path: Path) -> Pipeline:
    url = f"{connections.settings['connections_url']} password={postgres.password}"
    settings = {**connections.settings, "connections_url": url, "mode": "full"}
    made = Pipeline(connections.sandbox, postgres, tmp_path, settings)
    made.reset()
    return made


def profiles(connections: Connections) -> dict[str, str]:
    """Profile ids by region."""
    return {row["region"]: row["profile_id"] for row in connections.sandbox.control.truth("entity_profiles")}


def bookmarks(pipeline: Pipeline) -> dict[str, Any]:
    """Every bookmark by stream and profile."""
    document = json.loads((pipeline.folder / "state.json").read_text())
    return {
        f"{stream} {part['context']['profile_id']}": part.get("replication_key_value")
        for stream, state in document["bookmarks"].items()
        for part in state.get("partitions", ())
    }


# --- check, list, rotate, remove ------------------------------------------------------


def test_check_says_what_is_missing_in_words_and_remembers_what_is_well(connections: Connections) -> None:
    connections.connect("owner")
    connections.connect("partner", "--region=NA", user="partner")
    connections.connect("europe", "--region=EU", user="europe")
    connections.connect("gone", "--region=NA", f"--profile={profiles(connections)['NA']}")
    connections.query("update private.amazon_ads_connections set last_validated_at = null")
    connections.query("update private.amazon_ads_connections set regions = '{NA}' where label = 'europe'")
    connections.query("update private.amazon_ads_connections set profile_ids = '{4711}' where label = 'gone'")
    assert connections.sandbox.control.revoke("partner") >= 1
    code, output = connections.run("check")
    assert code == 1
    assert output.splitlines() == [
        "europe: NOT USABLE, 0 profiles",
        "  wrong region: the user has no profile in NA, but 1 in EU; connect it again",
        "  no seller or vendor profile in NA",
        "gone: NOT USABLE, 0 profiles",
        "  profile 4711 is gone: the user no longer sees it in NA",
        "owner: ok, 3 profiles",
        f"  profile {profiles(connections)['FE']} is view-only; its lists can be read",
        "partner: NOT USABLE, 0 profiles",
        "  revoked: the user took the consent back, or it was given to another client_id; connect it again",
    ]
    assert connections.query(
        "select label from private.amazon_ads_connections where last_validated_at is not null"
    ) == [("owner",)]
    assert connections.run("check", "owner")[0] == 0
    code, output = connections.run("check", "nobody")
    assert (code, "No connection is called 'nobody'; there are: 'europe', 'gone'" in output) == (1, True)


def test_check_tells_an_unapproved_client_and_a_view_only_profile(connections: Connections) -> None:
    connections.connect("owner")
    code, output = connections.run("check", client_id=UNAPPROVED_CLIENT_ID)
    assert code == 1
    assert "not approved: client_id is not approved for the Amazon Ads API; apply for access" in output
    connections.sandbox.control.fault("forbidden", match={"endpoint": "v2/profiles", "region": "EU"})
    code, output = connections.run("check")
    assert code == 1
    assert "region EU: not approved, or no access: client_id is not approved" in output
    match = {"endpoint": "sp/campaigns/list", "profile_id": profiles(connections)["FE"]}
    connections.sandbox.control.fault("forbidden", match=match)
    code, output = connections.run("check")
    assert code == 1
    assert f"profile {match['profile_id']} cannot be read: view-only, which is not enough here; " in output


def test_rotation_accepts_old_and_new_and_then_needs_the_new_key_alone(connections: Connections) -> None:
    connections.connect("a")
    connections.connect("b", user="partner")
    old, new = connections.key, connections.run("new-key")[1].strip()
    assert len(keys.parse(f"{new},{old}")) == 2
    code, output = connections.run("rotate", encryption_keys=new)
    assert code == 1
    assert "connection 'a': its token was encrypted with the key" in output
    assert connections.run("check", encryption_keys=f"{new},{old}")[0] == 0
    code, output = connections.run("rotate", encryption_keys=f"{new},{old}")
    assert (code, "2 connections are encrypted with the key" in output) == (0, True)
    assert connections.run("check", encryption_keys=new)[0] == 0
    code, output = connections.run("check", "a", encryption_keys=old)
    assert code == 1
    assert "its token was encrypted with the key" in output
    for key in (old, new):
        assert key not in output


def test_rotation_changes_nothing_when_one_token_cannot_be_read(connections: Connections) -> None:
    connections.connect("a")
    connections.connect("b")
    connections.query("update private.amazon_ads_connections set refresh_token = 'x' where label = 'b'")
    before = connections.query("select * from private.amazon_ads_connections order by label")
    code, output = connections.run("rotate", encryption_keys=f"{keys.new()},{connections.key}")
    assert (code, "connection 'b': its stored token was altered" in output) == (1, True)
    assert connections.query("select * from private.amazon_ads_connections order by label") == before


def test_list_shows_no_secret_and_remove_forgets(connections: Connections) -> None:
    connections.connect("a", "--region=NA", "--region=EU")
    code, output = connections.run("list", encryption_keys="")
    assert code == 0
    header, row = output.splitlines()
    assert header.split("  ")[0] == "label"
    assert row.startswith("a      NA, EU   all       ")
    assert row.endswith("never      " + row.split("  ")[-1])
    assert connections.run("remove", "a", typed="n\n")[0] == 1
    assert connections.run("remove", "a", typed="y\n") == (0, "Forget 'a'? [y/N]: a is forgotten.\n")
    assert (
        connections.run("check")[1]
        == "Error: No connection is stored; make one with amazon-ads-connect add (in the project: make connect).\n"
    )


# --- runs -----------------------------------------------------------------------------


def test_several_connections_are_read_in_one_run_and_each_profile_once(
    pipeline: Pipeline, connections: Connections
) -> None:
    connections.connect("a partner", user="partner")
    connections.connect("b owner")
    result = pipeline.meltano(*RUN)
    assert result.code == 0, result.output
    assert all_differences(pipeline) == []
    assert len(result.lines("is also seen by connection 'b owner'; it is read once")) == 2
    assert connections.query("select count(last_used_at) from private.amazon_ads_connections") == [(2,)]
    served = [
        each["profile_id"] for each in pipeline.sandbox.control.requests() if each["endpoint"] == "portfolios/list"
    ]
    assert sorted(served) == sorted(profiles(connections).values())
    for secret in (CLIENT_SECRET, connections.key, pipeline.postgres.password, "Atz"):
        assert secret not in result.output


def test_a_revoked_connection_costs_the_others_nothing(pipeline: Pipeline, connections: Connections) -> None:
    connections.connect("a partner", user="partner")
    connections.connect("b owner", f"--profile={profiles(connections)['FE']}")
    assert pipeline.direct().code == 0
    before = bookmarks(pipeline)
    assert len(before) == 15
    pipeline.sandbox.control.revoke("partner")
    pipeline.sandbox.control.change(fraction=1.0, seed=1)
    result = pipeline.direct()
    assert result.code == 1
    assert "Traceback" not in result.output
    why = (
        "connection 'a partner': Login with Amazon rejected the credentials (invalid_grant): "
        "refresh_token is wrong, was revoked, or belongs to another client_id."
    )
    assert pipeline.query(
        "select profile_id, entity_type, error from amazon_ads.sync_log where run_id = %s and status <> 'success'",
        result.run_id,
    ) == [("*", "profiles", why)]
    far_east = profiles(connections)["FE"]
    for table in set(KEYS) - {"entity_profiles"}:
        rows = {key: row for key, row in loaded(pipeline, table).items() if key[0] == far_east}
        wanted = {key: row for key, row in expected(pipeline, table).items() if key[0] == far_east}
        assert {key: row["name"] for key, row in rows.items() if "name" in row} == {
            key: row["name"] for key, row in wanted.items() if "name" in row
        }
        assert {key: row["last_updated_time"] for key, row in rows.items()}.keys() == wanted.keys()
    after = bookmarks(pipeline)
    moved = {name for name in after if after[name] != before[name]}
    assert moved
    assert all(name.endswith(far_east) for name in moved)


def test_a_connection_that_is_rejected_under_way_fails_its_own_slices_only(
    pipeline: Pipeline,
    connections: Connections,
) -> None:
    connections.connect("a partner", "--region=NA", user="partner")
    connections.connect("b europe", "--region=EU", user="europe")
    control = pipeline.sandbox.control
    # All access tokens end in the middle of the run; whoever asks for another one first is rejected.
    control.fault("expire_token", match={"endpoint": "sp/adGroups/list"})
    control.fault("status", match={"endpoint": "auth/o2/token"}, after=2, status=400, body={"error": "invalid_grant"})
    result = pipeline.direct()
    assert result.code == 1
    assert "Traceback" not in result.output
    ours = {"a partner": profiles(connections)["NA"], "b europe": profiles(connections)["EU"]}
    failed = pipeline.query(
        "select distinct profile_id, error, entity_type from amazon_ads.sync_log where status <> 'success'"
    )
    ((profile_id, error),) = {row[:2] for row in failed}
    label = next(name for name, each in ours.items() if each == profile_id)
    assert error.startswith(f"connection {label!r}: Login with Amazon rejected the credentials (invalid_grant)")
    moved = bookmarks(pipeline)
    assert not {f"entity_{row[2]} {profile_id}" for row in failed} & {name for name, at in moved.items() if at}
    (other,) = set(ours.values()) - {profile_id}
    for table in set(KEYS) - {"entity_profiles"}:
        wanted = {key for key in expected(pipeline, table) if key[0] == other}
        assert {key for key in loaded(pipeline, table) if key[0] == other} == wanted


ALTERED = "its stored token was altered or belongs to another connection"
DAMAGES = {
    "one bit flipped": (
        (
            "update private.amazon_ads_connections"
            " set refresh_token = set_bit(refresh_token, 150, 1 - get_bit(refresh_token, 150)) where label = %s"
        ),
        ALTERED,
    ),
    "copied from another": (
        (
            "update private.amazon_ads_connections set refresh_token ="
            " (select refresh_token from private.amazon_ads_connections where label = 'well') where label = %s"
        ),
        ALTERED,
    ),
    "of another key": (
        "update private.amazon_ads_connections set key_id = 'another' where label = %s",
        "its token was encrypted with the key another, which is not in encryption_keys",
    ),
    "removed": ("delete from private.amazon_ads_connections where label = %s", "it is not stored"),
}


def test_connections_that_cannot_be_opened_are_errors_by_name_and_the_others_load(
    pipeline: Pipeline,
    connections: Connections,
) -> None:
    for label in (*DAMAGES, "well"):
        connections.connect(label, "--region=NA")
    for label, (damage, _) in DAMAGES.items():
        connections.query(damage, label)
    result = pipeline.direct(connections=[*DAMAGES, "well"], entities=["ads"])
    assert result.code == 1
    assert "Traceback" not in result.output
    ((profile_id, entity, error),) = pipeline.query(
        "select profile_id, entity_type, error from amazon_ads.sync_log where status <> 'success'"
    )
    assert (profile_id, entity) == ("*", "profiles")
    for label, (_, words) in DAMAGES.items():
        assert f"connection {label!r}: {words}" in error
    america = profiles(connections)["NA"]
    wanted = {key for key in expected(pipeline, "entity_ads") if key[0] == america}
    assert loaded(pipeline, "entity_ads").keys() == wanted


def test_when_no_connection_is_left_the_run_ends_in_one_line(pipeline: Pipeline, connections: Connections) -> None:
    connections.connect("a", user="partner")
    connections.connect("b", user="europe")
    pipeline.sandbox.control.revoke("partner")
    pipeline.sandbox.control.revoke("europe")
    result = pipeline.direct()
    assert result.code == 1
    ((profile_id, error),) = pipeline.query("select profile_id, error from amazon_ads.sync_log")
    assert profile_id == "*"
    assert "connection 'a': Login with Amazon rejected" in error
    assert "connection 'b': Login with Amazon rejected" in error


def tap_alone(pipeline: Pipeline, **settings: str) -> tuple[int, str]:
    """Exit code and log of a tap without a loader."""
    return run_to_end([BIN / "tap-amazon-ads-entities", "--config=ENV"], pipeline.environment(**settings))


def test_a_store_that_cannot_be_used_is_said_in_one_sentence(pipeline: Pipeline, connections: Connections) -> None:
    code, output = tap_alone(pipeline)
    assert code == 1
    assert "No connection is stored in the database that connections_url names; make one with" in output
    connections.connect("a", "--region=NA")
    nowhere = "host=127.0.0.1 port=9 user=u password=pw-4711"
    for settings, words in (
        ({"encryption_keys": ""}, "Setting 'encryption_keys' is missing"),
        ({"encryption_keys": "short"}, "Setting 'encryption_keys' holds something that is no key at place 1"),
        ({"refresh_token": REFRESH_TOKEN}, "Settings 'refresh_token' and 'connections_url' are both set"),
        ({"encryption_keys": keys.new()}, "connection 'a': its token was encrypted with the key"),
        ({"connections_url": nowhere}, "The database of the connections cannot be used"),
        ({"connections_url": "user=u pw-4711"}, "'connections_url' is neither a postgresql:// address nor a libpq"),
    ):
        code, output = tap_alone(pipeline, **settings)
        assert code == 1
        assert words in output
        assert "Traceback" not in output
        for secret in (connections.key, "pw-4711", REFRESH_TOKEN, pipeline.postgres.password):
            assert secret not in output


def test_a_role_that_may_only_read_the_store_syncs_and_a_warning_says_what_it_could_not_do(
    pipeline: Pipeline,
    connections: Connections,
) -> None:
    connections.connect("a", "--region=NA")
    connections.query(
        "create role reader login password 'readers';"
        " grant usage on schema private to reader; grant select on private.amazon_ads_connections to reader"
    )
    url = f"host=127.0.0.1 port={pipeline.postgres.port} dbname={connections.database} user=reader password=readers"
    code, output = tap_alone(pipeline, connections_url=url)
    assert code == 0
    assert "last_used_at of the connections was not updated: The database of the connections refused" in output
    code, output = connections.run("check", connections_url=url)
    assert code == 1
    assert "The database of the connections refused: permission denied for table amazon_ads_connections" in output


def test_make_connect_uses_the_database_of_the_sync(connections: Connections) -> None:
    connections.connect("a", "--region=NA")
    variables = {**connections.environment(connections_url=""), **connections.postgres.environment()}
    done = run_to_end([BIN / "entities-connect", "check"], variables, folder=project())
    assert done == (0, "a: ok, 1 profile\n")
