"""A canary in every secret setting sings nowhere: not in output, not on disk, not in the database."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from harness.canary import Search, canary, canary_key
from harness.pipeline import BIN
from harness.project import ROOT, project
from harness.rogue import Answer, Asked, Rogue
from harness.scenarios import SCENARIOS, Scenario
from harness.secretive import LOADER, Secretive, children, descendants
from psycopg import sql

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from tap_amazon_ads_entities.connections.cipher import Cipher
from tap_amazon_ads_entities.connections.store import Store
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.model import SECRET_SETTINGS

RUN = ("run", "tap-amazon-ads-entities", "target-postgres")
TAP_STARTED = "/bin/tap-amazon-ads-entities --config"
CONFIGURATIONS = project() / ".meltano" / "run"
HASTY = {"max_retries": 1, "request_deadline": 2, "page_size": 10, "mode": "full"}
TELLING = {"status", "forbidden", "expire_token", "profile_gone", "reset", "gzip_cut", "html", "invalid_token"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sizes = {"campaigns": 25, "portfolios": 2, "ad_groups": 1, "ads": 1, "keywords": 1, "targets": 1}
    with SandboxProcess(profiles=2, **sizes) as server:
        yield server


@pytest.fixture(scope="module")
def pipeline(
    postgres: EmbeddedPostgres, sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secretive]:
    made = Secretive(sandbox, postgres, Path(tmp_path_factory.mktemp("canary")))
    made.reset()
    yield made
    made.forget_role()


@pytest.mark.parametrize(
    "form",
    [
        canary("x"),
        quote(canary("x"), safe=""),
        json.dumps({"x": canary("x")}),
        *(b64encode(f"{'i' * length}:{canary('x')}".encode()).decode() for length in range(3)),
        f"cut: {canary('x')[:-5]}",
    ],
    ids=["plain", "in a URL", "in JSON", "base64", "base64, one further", "base64, two further", "cut"],
)
def test_the_search_finds_a_canary_in_every_form_and_place(form: str, tmp_path: Path, pipeline: Secretive) -> None:
    search = replace(Search(("x",)))
    assert search.data(form, "here")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_text(f"\x00\xff{form}")
    assert search.files(tmp_path)
    assert not replace(search, since=time.time() + 60).files(tmp_path)
    pipeline.query_none("create schema planted; create table planted.there (document jsonb)")
    pipeline.query("insert into planted.there values (%s::jsonb) returning 1", json.dumps({"a": [form]}))
    try:
        assert [line for line in search.database(pipeline.postgres.dsn) if line.startswith("planted.there")]
    finally:
        pipeline.query_none("drop schema planted cascade")


def test_make_sync(pipeline: Secretive) -> None:
    output, _ = (run := pipeline.start_sync()).communicate(timeout=300)
    assert run.returncode == 0, output
    assert "Syncing your Amazon Ads account into your Postgres." in output
    assert pipeline.query("select distinct status from amazon_ads.sync_runs") == [("success",)]
    assert pipeline.leaks(output) == []
    assert list(CONFIGURATIONS.rglob("*.config.json")) == []


def test_meltano_killed_under_make_sync(pipeline: Secretive) -> None:
    pipeline.sandbox.control.configure(latency_ms=400)
    left = CONFIGURATIONS / "tap-amazon-ads-entities" / "tap.00000000.config.json"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text(json.dumps(pipeline.settings))
    run = pipeline.start_sync(workers=1, page_size=5)
    ends = time.monotonic() + 120
    pipeline.sandbox.control.clear_requests()
    while not pipeline.sandbox.control.requests():
        assert run.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert not left.exists()
    written = list(CONFIGURATIONS.rglob("*.config.json"))
    assert written
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    (meltano,) = (pid for pid, command in children(run.pid) if "meltano" in command)
    os.kill(meltano, signal.SIGKILL)
    output, _ = run.communicate(timeout=120)
    pipeline.sandbox.control.configure(latency_ms=0)
    assert run.returncode != 0
    assert pipeline.leaks(output) == []


def test_a_run_of_meltano_at_debug_level_with_its_tap_killed(pipeline: Secretive) -> None:
    pipeline.sandbox.control.configure(latency_ms=200)
    run = subprocess.Popen(
        [str(BIN / "meltano"), "--environment=prod", "--log-level=debug", *RUN],
        env=pipeline.environment(mode="full", workers=1, page_size=5, entities=["campaigns"]),
        cwd=project(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ends = time.monotonic() + 60
    # Before it runs, the tap is asked for its catalog.
    while not (
        taps := [pid for pid, command in descendants(run.pid) if TAP_STARTED in command and "--disc" not in command]
    ):
        assert run.poll() is None
        assert time.monotonic() < ends, descendants(run.pid)
        time.sleep(0.05)
    time.sleep(1)
    os.kill(taps[0], signal.SIGKILL)
    output, _ = run.communicate(timeout=120)
    pipeline.sandbox.control.configure(latency_ms=0)
    assert run.returncode != 0
    assert "[debug" in output
    assert pipeline.leaks(output) == []
    assert list(CONFIGURATIONS.rglob("*.config.json")) == []


def test_wrong_secrets_and_a_wrong_password(pipeline: Secretive) -> None:
    secret = pipeline.direct(client_secret=canary("client_secret") + "-wrong")
    assert secret.lines("client_id or client_secret is wrong")
    environment = {"TARGET_POSTGRES_PASSWORD": canary(LOADER) + "-wrong"}
    password = pipeline.meltano(*RUN, environment=environment, entities=["campaigns"])
    assert password.lines("password authentication failed")
    assert pipeline.leaks(secret.output + password.output) == []


@pytest.mark.parametrize(
    ("plugin", "command"),
    [
        ("tap-amazon-ads-entities", ("print",)),
        ("tap-amazon-ads-entities", ("list",)),
        ("target-postgres", ("print", "--format=env")),
    ],
)
def test_meltano_config(pipeline: Secretive, plugin: str, command: tuple[str, ...]) -> None:
    result = pipeline.meltano("config", *command, plugin)
    assert result.code == 0, result.output
    assert pipeline.search.data(result.output, "output") == []
    assert "password" in result.output.lower() or "secret" in result.output.lower()


def kinds_of_failure() -> list[Scenario]:
    """Of the fault suite one scenario for each way to fail; those that only turn pages around have nothing to tell."""
    chosen: dict[object, Scenario] = {}
    for each in sorted(SCENARIOS, key=lambda scenario: scenario.complete):
        for fault in each.faults:
            if fault["kind"] in TELLING and not each.least_seconds:
                chosen.setdefault((fault["kind"], fault.get("status")), each)
    return list({each.name: each for each in chosen.values()}.values())


@pytest.mark.parametrize("scenario", kinds_of_failure(), ids=lambda scenario: scenario.name)
def test_every_fault_at_debug_level(pipeline: Secretive, scenario: Scenario) -> None:
    control = pipeline.sandbox.control
    control.clear_faults()
    first = min(control.counts()["entity_profiles"])
    for each in scenario.faults:
        rule = dict(each)
        match = {name: first if value == "FIRST" else value for name, value in rule.pop("match").items()}
        control.fault(rule.pop("kind"), match=match, **rule)
    _, output = pipeline.tap(noisy=True, **{**scenario.settings, **HASTY})
    control.clear_faults()
    # The exchanges are in the output: form, access token and all.
    assert "send: b'grant_type=refresh_token&client_id=" in output
    assert "&client_secret=***&refresh_token=***'" in output
    assert "Authorization: Bearer ***" in output or "Authorization" not in output
    assert pipeline.search.data(output, "output") == []


def echo(status: int) -> Rogue:
    """A server whose errors repeat the whole request, plain and in base64."""

    def answer(asked: Asked) -> Answer:
        text = f"{dict(asked.headers)} {asked.body.decode()} {b64encode(str(asked.headers).encode()).decode()}"
        return Answer(json.dumps({"code": text, "message": text, "error": text, "details": text}).encode(), status)

    return Rogue(answer)


@pytest.mark.parametrize(
    ("setting", "status"), [("api_url", 401), ("api_url", 429), ("api_url", 500), ("token_url", 400)]
)
def test_errors_that_repeat_the_whole_request(pipeline: Secretive, setting: str, status: int) -> None:
    with echo(status) as server:
        code, output = pipeline.tap(noisy=True, **{**HASTY, "max_retries": 0, setting: server.url})
    assert code == 1
    assert "***" in output
    assert pipeline.search.data(output, "output") == []


def test_such_an_error_in_the_run_log(pipeline: Secretive) -> None:
    with echo(403) as server:
        result = pipeline.direct(**{**HASTY, "api_url": server.url})
    assert result.code == 1
    assert pipeline.query("select 1 from amazon_ads.sync_log where error like '%%Bearer ***%%'")
    assert pipeline.leaks(result.output) == []


@pytest.mark.parametrize("arguments", [("--about",), ("--about", "--format=json"), ("--about", "--format=markdown")])
def test_about(pipeline: Secretive, arguments: tuple[str, ...]) -> None:
    code, output = pipeline.tap("--config=ENV", *arguments)
    assert code == 0
    assert "client_secret" in output
    assert pipeline.search.data(output, "output") == []


@pytest.mark.parametrize("name", sorted(SECRET_SETTINGS))
@pytest.mark.parametrize("kind", ["object", "repeated"])
def test_a_config_with_a_bad_type(pipeline: Secretive, tmp_path: Path, name: str, kind: str) -> None:
    secret = canary(name)
    config = {"client_id": "id", **pipeline.settings, "page_size": "many"}
    config |= {
        "object": {name: {"value": secret}},
        "repeated": {name: [secret], "mode": secret, "api_url": f"http://{secret}", "profile_ids": [secret]},
    }[kind]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    code, output = pipeline.tap(f"--config={path}")
    assert code == 1
    assert "Setting 'page_size' must be a whole number" in output
    assert pipeline.search.data(output, "output") == []


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--config", "cut {0}"),
        ("--config", "[{{{0}}}]"),
        ("--config", "\x00\xff{0}"),
        ("--state", "{{{0}"),
        ("--catalog", "[{{{0}}}]"),
    ],
)
def test_a_file_that_is_no_json_object(pipeline: Secretive, tmp_path: Path, option: str, text: str) -> None:
    path = tmp_path / "file.json"
    inner = json.dumps(pipeline.settings).strip("{}")
    path.write_text(text.format(inner), encoding="latin-1")
    code, output = pipeline.tap("--config=ENV", f"{option}={path}")
    assert code != 0
    assert str(path) in output
    assert "Traceback" not in output
    assert pipeline.search.data(output, "output") == []


RAISE = "import os\ndef crash(*_): raise RuntimeError(str({k: v for k, v in os.environ.items() if 'CANARY' in v}))\n"
CRASHES = {
    "main": "import tap_amazon_ads_entities.singer.run as run\nrun.list_profiles = crash",
    "worker": "import tap_amazon_ads_entities.lists.reader as reader\nreader.Paginator.query = crash",
    "thread": "import threading, tap_amazon_ads_entities.singer.run as run\nlist_profiles = run.list_profiles\n"
    "def begin(session): threading.Thread(target=crash).start(); return list_profiles(session)\n"
    "run.list_profiles = begin",
}


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash(pipeline: Secretive, where: str) -> None:
    code, output = pipeline.tap(program=RAISE + CRASHES[where], **HASTY)
    assert code == 1 or where == "thread"
    assert "RuntimeError" in output
    assert "CLIENT_SECRET': '***'" in output
    assert pipeline.search.data(output, "output") == []


def test_stored_connections(pipeline: Secretive) -> None:
    """The key is a canary too, and so is the password of the database that keeps the connections."""
    key = canary_key("encryption_keys")
    with psycopg.connect(pipeline.postgres.dsn, autocommit=True) as connection:
        hashed = connection.pgconn.encrypt_password(canary("connections_url").encode(), b"keeper", b"scram-sha-256")
        connection.execute("drop role if exists keeper")
        connection.execute(
            sql.SQL("create role keeper login superuser password {}").format(sql.Literal(hashed.decode()))
        )
    password = quote(canary("connections_url"), safe="")
    url = f"postgresql://keeper:{password}@127.0.0.1:{pipeline.postgres.port}/{pipeline.postgres.database}"
    store, cipher = Store(url), Cipher(keys.parse(key))
    store.create()
    try:
        sealed = cipher.seal("own", canary("refresh_token"))
        store.save(label="own", regions=("NA", "EU", "FE"), profile_ids=None, sealed=sealed, key_id=cipher.key_id)
        stored = {"refresh_token": "", "connections_url": url, "encryption_keys": key}
        run = pipeline.meltano("--log-level=debug", *RUN, mode="full", **stored)
        assert run.code == 0, run.output
        environment = pipeline.environment(**stored)
        for command in ("list", "check", "rotate"):
            done = subprocess.run(
                [str(BIN / "amazon-ads-connect"), command],
                env=environment,
                cwd=pipeline.folder,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            run.output += done.stdout + done.stderr
        shown = pipeline.meltano("config", "print", "tap-amazon-ads-entities", **stored)
        wrong = {**stored, "encryption_keys": canary_key("encryption_keys", "B")}
        code, refused = pipeline.tap(noisy=True, **wrong)
        assert code == 1
        assert "own" in refused
        lost = {**stored, "connections_url": url.replace("@127.0.0.1:", "@127.0.0.1:1")}
        code, unreachable = pipeline.tap(**lost)
        assert code == 1
        assert "Traceback" not in unreachable
        assert pipeline.leaks(run.output + shown.output + refused + unreachable) == []
    finally:
        pipeline.query_none("drop schema private cascade; drop role keeper")


def test_the_servers_own_files_hold_the_password_as_a_hash_only(pipeline: Secretive) -> None:
    (hashed,) = pipeline.query("select rolpassword from pg_authid where rolname = 'canary'")[0]
    assert hashed.startswith("SCRAM-SHA-256$")
    assert pipeline.leaks("") == []


def test_git_ignores_what_may_hold_secrets() -> None:
    names = [".env", ".meltano/run/x", ".sandbox/postgres/password", "transform/logs/dbt.log", "transform/target/x"]
    command = ["git", "check-ignore", *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names
