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

import pytest
from harness.canary import Search, canary
from harness.pipeline import BIN, ROOT
from harness.rogue import Answer, Asked, Rogue
from harness.scenarios import SCENARIOS, Scenario
from harness.secretive import LOADER, Secretive, children

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from tap_amazon_ads_entities.settings import SECRET_SETTINGS

RUN = ("run", "tap-amazon-ads-entities", "target-postgres")
CONFIGURATIONS = ROOT / ".meltano" / "run"
HASTY = {"max_retries": 1, "request_deadline": 4, "page_size": 10, "mode": "full"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sizes = {"campaigns": 25, "portfolios": 2, "ad_groups": 1, "ads": 1, "keywords": 1, "targets": 1}
    with SandboxProcess(profiles=2, **sizes) as server:
        yield server


@pytest.fixture(scope="module")
def pipeline(
    postgres: EmbeddedPostgres, sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Secretive:
    made = Secretive(sandbox, postgres, Path(tmp_path_factory.mktemp("canary")))
    made.reset()
    return made


@pytest.mark.parametrize(
    "form",
    [
        canary("x"),
        quote(canary("x"), safe=""),
        json.dumps({"x": canary("x")}),
        *(b64encode(f"{'i' * length}:{canary('x')}".encode()).decode() for length in range(3)),
        f"cut: {canary('x')[:-5]}",
    ],
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
    (meltano,) = children(run.pid)
    os.kill(meltano, signal.SIGKILL)
    output, _ = run.communicate(timeout=120)
    pipeline.sandbox.control.configure(latency_ms=0)
    assert run.returncode != 0
    assert pipeline.leaks(output) == []


def test_a_run_of_meltano_at_debug_level_with_its_tap_killed(pipeline: Secretive) -> None:
    pipeline.sandbox.control.configure(latency_ms=200)
    run = subprocess.Popen(
        [str(BIN / "meltano"), "--environment=sandbox", "--log-level=debug", *RUN],
        env=pipeline.environment(mode="full", workers=1, page_size=5, entities=["campaigns"]),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    pipeline.sandbox.control.clear_requests()
    while not pipeline.sandbox.control.requests():
        assert run.poll() is None
        time.sleep(0.05)
    for pid in children(run.pid):
        if "tap-amazon-ads-entities" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)
    output, _ = run.communicate(timeout=120)
    pipeline.sandbox.control.configure(latency_ms=0)
    assert run.returncode != 0
    assert "[debug" in output
    assert pipeline.leaks(output) == []
    assert list(CONFIGURATIONS.rglob("*.config.json")) == []


def test_wrong_secrets_and_a_wrong_password(pipeline: Secretive) -> None:
    found = pipeline.meltano(*RUN, client_secret=canary("client_secret") + "-wrong")
    assert found.lines("client_id or client_secret is wrong")
    wrong = pipeline.meltano(*RUN, environment={"TARGET_POSTGRES_PASSWORD": canary(LOADER) + "-wrong"})
    assert wrong.lines("password authentication failed")
    assert pipeline.leaks(found.output + wrong.output) == []


@pytest.mark.parametrize("command", [("print",), ("print", "--format=env"), ("list",)], ids=" ".join)
@pytest.mark.parametrize("plugin", ["tap-amazon-ads-entities", "target-postgres"])
def test_meltano_config(pipeline: Secretive, command: tuple[str, ...], plugin: str) -> None:
    result = pipeline.meltano("config", *command, plugin)
    assert result.code == 0, result.output
    assert pipeline.search.data(result.output, "output") == []
    assert "password" in result.output.lower() or "secret" in result.output.lower()


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if not each.least_seconds], ids=lambda scenario: scenario.name
)
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
    assert "send: b'client_id=" in output
    assert "Authorization: Bearer ***" in output or "Authorization" not in output
    assert pipeline.search.data(output, "output") == []


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_errors_that_echo_the_whole_request(pipeline: Secretive, status: int) -> None:
    def echo(asked: Asked) -> Answer:
        text = f"{dict(asked.headers)} {asked.body.decode()} {b64encode(str(asked.headers).encode()).decode()}"
        return Answer(json.dumps({"code": text, "message": text, "error": text, "details": text}).encode(), status)

    with Rogue(echo) as server:
        for settings in ({"api_url": server.url}, {"token_url": server.url}):
            code, output = pipeline.tap(noisy=True, **HASTY, **settings)
            assert code == 1
            assert "***" in output
            assert pipeline.search.data(output, "output") == []
        result = pipeline.direct(**{**HASTY, "api_url": server.url})
    assert result.code == 1
    assert pipeline.query("select 1 from amazon_ads.sync_log where error like '%%***%%'")
    assert pipeline.leaks(result.output) == []


@pytest.mark.parametrize("arguments", [("--about",), ("--about", "--format=json"), ("--about", "--format=markdown")])
def test_about(pipeline: Secretive, arguments: tuple[str, ...]) -> None:
    code, output = pipeline.tap("--config=ENV", *arguments)
    assert code == 0
    assert "client_secret" in output
    assert pipeline.search.data(output, "output") == []


@pytest.mark.parametrize("name", sorted(SECRET_SETTINGS))
@pytest.mark.parametrize("kind", ["list", "object", "twice"])
def test_a_config_with_a_bad_type(pipeline: Secretive, tmp_path: Path, name: str, kind: str) -> None:
    secret = canary(name)
    config = {"client_id": "id", **pipeline.settings, "page_size": "many"}
    config |= {
        "list": {name: [secret]},
        "object": {name: {"value": secret}},
        "twice": {name: secret, "mode": secret, "api_url": f"http://{secret}", "profile_ids": [secret]},
    }[kind]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    code, output = pipeline.tap(f"--config={path}")
    assert code == 1
    assert "Setting 'page_size' must be a whole number" in output
    assert pipeline.search.data(output, "output") == []


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-3], lambda text: f"[{text}]", lambda text: text.replace(":", "")]
)
@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
def test_a_file_that_is_no_json_object(pipeline: Secretive, tmp_path: Path, damage: object, option: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(damage(json.dumps(pipeline.settings)))  # type: ignore[operator]
    code, output = pipeline.tap("--config=ENV", f"{option}={path}")
    assert code != 0
    assert str(path) in output
    assert "Traceback" not in output
    assert pipeline.search.data(output, "output") == []


RAISE = "import os\ndef crash(*_): raise RuntimeError(str({k: v for k, v in os.environ.items() if 'CANARY' in v}))\n"
CRASHES = {
    "main": "import tap_amazon_ads_entities.tap as tap\ntap.list_profiles = crash",
    "worker": "import tap_amazon_ads_entities.reader as reader\nreader.Paginator.query = crash",
    "thread": "import threading\nthreading.Timer(0.5, crash).start()",
}


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash(pipeline: Secretive, where: str) -> None:
    code, output = pipeline.tap(program=RAISE + CRASHES[where], **HASTY)
    assert code == 1 or where == "thread"
    assert "RuntimeError" in output
    assert "CLIENT_SECRET': '***'" in output
    assert pipeline.search.data(output, "output") == []


def test_the_servers_own_files_hold_the_password_as_a_hash_only(pipeline: Secretive) -> None:
    (hashed,) = pipeline.query("select rolpassword from pg_authid where rolname = 'canary'")[0]
    assert hashed.startswith("SCRAM-SHA-256$")
    assert pipeline.leaks("") == []


def test_git_ignores_what_may_hold_secrets() -> None:
    names = [".env", ".meltano/run/x", ".sandbox/postgres/password", "transform/logs/dbt.log", "transform/target/x"]
    command = ["git", "check-ignore", *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names
