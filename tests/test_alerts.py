"""People are told once of what is wrong, once when it is well again, and never at the cost of the run."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from harness.pipeline import BIN, Pipeline
from harness.programs import run_to_end
from harness.warehouse import renew

from amazon_ads_sandbox.process import SandboxProcess
from entities_runner import checks
from entities_runner.alerts import receivers, tell
from entities_runner.alerts.tell import Step

SECRET = "T0/B0/s3cr3t-path"
BARE = ("run", "tap-amazon-ads-entities", "target-postgres")


class Hook:
    """A webhook that keeps what it gets."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status = 200
        self.location = ""
        self.waits = 0.0
        self.drips = False
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert list(body) == ["text"]
                time.sleep(hook.waits)
                if hook.drips:
                    # An answer that never ends, and is never silent for long.
                    with contextlib.suppress(OSError):
                        while hook.drips:
                            self.wfile.write(b"H")
                            time.sleep(0.1)
                    return
                if hook.status == 200:
                    hook.texts.append(body["text"])
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("Location", hook.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/{SECRET}"

    def taken(self) -> list[str]:
        """What has come since it was last asked for."""
        texts, self.texts = self.texts, []
        return texts


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=2, campaigns=12, portfolios=2, ad_groups=1, keywords=2, targets=1) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(pipeline: Pipeline) -> Pipeline:
    """A database with a good run."""
    assert pipeline.direct().code == 0
    pipeline.query(
        "select amazon_ads.settle_runs(run_id, '', 'stored')"
        " from (select distinct run_id from amazon_ads.sync_log) as run"
    )
    return pipeline


def first(pipeline: Pipeline) -> str:
    return str(pipeline.query("select min(profile_id) from amazon_ads.entity_profiles")[0][0])


def break_slice(pipeline: Pipeline, entity: str, error: str | None, *, stale: bool = False) -> None:
    """What the runs of a slice amount to, as the verdicts leave it."""
    pipeline.query(
        "update amazon_ads.sync_slices set consecutive_errors = %s, last_error = %s,"
        " last_success_at = now() - %s * interval '1 hour' where profile_id = %s and entity_type = %s returning 1",
        int(error is not None),
        error,
        30 if stale else 0,
        first(pipeline),
        entity,
    )


@pytest.fixture
def told(loaded: Pipeline, hook: Hook) -> Iterator[dict[str, str]]:
    """Settings under which nothing has been told and all is well."""
    loaded.query("delete from amazon_ads.sync_meta where name like 'alert %%' returning 1")
    yield {**loaded.environment(), checks.ALERT_WEBHOOK: hook.url}
    for entity in ("ads", "targets"):
        break_slice(loaded, entity, None)


def test_every_way_to_run_tells_a_failure_once_and_once_that_it_is_over(
    pipeline: Pipeline, hook: Hook, tmp_path: Path
) -> None:
    renew(pipeline)
    file = tmp_path / "mails"
    settings = {
        checks.ALERT_WEBHOOK: hook.url,
        checks.ALERT_COMMAND: f'(cat; echo "$ALERT_PROBLEMS/$ALERT_WELL_AGAIN/$TARGET_POSTGRES_PASSWORD") >> {file}',
    }
    rule = {"endpoint": "sp/targets/list"}
    pipeline.sandbox.control.fault("forbidden", match=rule, times=None)
    try:
        failed = pipeline.meltano("run", "sync", environment=settings)
        assert failed.code == 1
        (text,) = hook.taken()
        assert "Wrong (2):" in text
        assert "targets: " in text
        assert "2/0/\n" in file.read_text(), "the command gets facts, and no secret"
        assert failed.lines("Alerts: the webhook was told of 2 new problems"), failed.output[-2000:]
        again = pipeline.meltano(*BARE, environment=settings)
        assert again.code == 1
        assert hook.taken() == []
    finally:
        pipeline.sandbox.control.clear_faults()
    healed = pipeline.meltano(*BARE, environment=settings)
    assert healed.code == 0, healed.output[-2000:]
    (text,) = hook.taken()
    assert "Well again (2):" in text
    assert "Wrong" not in text
    assert file.read_text().count("Well again") == 1
    assert pipeline.query("select 1 from amazon_ads.sync_meta where name like 'alert %%'") == []
    for result in (failed, again, healed):
        assert SECRET not in result.output
        assert SECRET not in str(pipeline.query("select * from amazon_ads.sync_log"))


def test_short_and_stale_slices_are_causes_of_their_own(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    step = Step("loader", "r1", whole=True)
    break_slice(loaded, "ads", "sp/ads/list: gave 10 of 5,000 rows")
    break_slice(loaded, "targets", None, stale=True)
    loaded.query("update amazon_ads.sync_slices set last_full_sync_at = now() - interval '30 hours' returning 1")
    tell.after(step, tmp_path, told)
    (text,) = hook.taken()
    assert "gave 10 of 5,000 rows" in text
    assert "targets: stale, last complete at" in text
    break_slice(loaded, "ads", "sp/ads/list: gave 11 of 5,001 rows")
    tell.after(step, tmp_path, told)
    assert hook.taken() == [], "other numbers are no other cause"
    break_slice(loaded, "ads", "HTTP 403 <!channel> \u202e")
    tell.after(step, tmp_path, told)
    (text,) = hook.taken()
    assert r"HTTP 403 &lt;!channel&gt; \u202e" in text
    assert "Well again (1):" in text, "it is not short any more"


def test_nobody_is_told_of_slices_that_were_stopped_or_that_those_before_are_well(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    stopped = "aborted: the run was stopped by Ctrl-C"
    break_slice(loaded, "ads", "HTTP 500")
    tell.after(Step("loader", "r1"), tmp_path, told)
    assert "Wrong (1):" in hook.taken()[0]
    for entity in ("ads", "targets"):
        break_slice(loaded, entity, stopped)
    tell.after(Step("loader", "r2"), tmp_path, told)
    assert hook.taken() == []
    break_slice(loaded, "ads", None)
    tell.after(Step("loader", "r3"), tmp_path, told)
    (text,) = hook.taken()
    assert "Well again (1):" in text
    assert "HTTP 500" in text


@pytest.mark.parametrize("trouble", ["down", "slow", "drips", "500", "redirect", "nowhere"])
def test_a_receiver_in_trouble_costs_nothing_and_is_told_by_the_next_run(
    loaded: Pipeline,
    hook: Hook,
    told: dict[str, str],
    tmp_path: Path,
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(receivers, "WEBHOOK_SECONDS", 1.0)
    break_slice(loaded, "ads", "HTTP 500")
    settings = dict(told)
    says = {
        "down": "cannot be reached",
        "slow": "within 1 s",
        "drips": "within 1 s",
        "500": "HTTP 500",
        "redirect": "HTTP 302",
        "nowhere": "cannot be reached (gaierror)",
    }[trouble]
    if trouble == "nowhere":
        settings[checks.ALERT_WEBHOOK] = f"https://nobody.invalid/{SECRET}"
    if trouble == "down":
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            settings[checks.ALERT_WEBHOOK] = f"http://127.0.0.1:{unused.getsockname()[1]}/{SECRET}"
    hook.status = {"500": 500, "redirect": 302}.get(trouble, 200)
    hook.location = hook.url if trouble == "redirect" else ""
    hook.waits = 3.0 if trouble == "slow" else 0.0
    hook.drips = trouble == "drips"
    begun = time.monotonic()
    tell.after(Step("loader", "r1"), tmp_path, settings)
    assert time.monotonic() - begun < 20, "no receiver keeps a run"
    said = capfd.readouterr().err
    assert "Alerts: the webhook was not told: it " in said
    assert says in said
    assert SECRET not in said
    hook.status, hook.location, hook.waits, hook.drips = 200, "", 0.0, False
    time.sleep(2.5 if trouble == "slow" else 0)
    hook.taken()
    tell.after(Step("loader", "r2"), tmp_path, told)
    assert len(hook.taken()) == 1


def test_a_command_is_ended_in_time_with_all_it_started_and_the_webhook_is_told_once(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "COMMAND_SECONDS", 0.5)
    break_slice(loaded, "ads", "HTTP 500")
    mark = tmp_path / "late"
    tell.after(Step("loader", "r1"), tmp_path, {**told, checks.ALERT_COMMAND: f"(sleep 2; touch {mark}) & wait"})
    tell.after(Step("loader", "r2"), tmp_path, {**told, checks.ALERT_COMMAND: "exit 3"})
    assert len(hook.taken()) == 1
    left = f"cat > {tmp_path}/mail; (sleep 2; touch {mark}) > {tmp_path}/closed &"
    tell.after(Step("loader", "r3"), tmp_path, {**told, checks.ALERT_COMMAND: left})
    assert "HTTP 500" in (tmp_path / "mail").read_text()
    time.sleep(2)
    assert not mark.exists(), "neither what it waits for nor what it leaves in the background"


def test_a_receiver_that_fails_is_tried_once_a_run_whatever_comes_up(
    loaded: Pipeline, told: dict[str, str], tmp_path: Path
) -> None:
    tries = tmp_path / "tries"
    settings = {**told, checks.ALERT_COMMAND: f"cat >> {tries}; echo --- >> {tries}; exit 3"}
    del settings[checks.ALERT_WEBHOOK]
    break_slice(loaded, "ads", "HTTP 500")
    tell.after(Step("loader", "r1"), tmp_path, settings)
    tell.after(Step("sync", "r1", "the database went away"), tmp_path, settings)
    assert tries.read_text().count("---") == 1
    settings[checks.ALERT_COMMAND] = f"cat > {tries}"
    tell.after(Step("loader", "r2"), tmp_path, settings)
    assert "Wrong (2):" in tries.read_text(), "what came up after the first attempt is not forgotten"
    assert "the database went away" in tries.read_text()


def test_a_slice_whose_moment_is_infinite_is_stale(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    loaded.query(
        "update amazon_ads.sync_slices set last_success_at = 'infinity', last_full_sync_at = 'infinity'"
        " where profile_id = %s and entity_type = 'targets' returning 1",
        first(loaded),
    )
    try:
        tell.after(Step("loader", "r1"), tmp_path, told)
    finally:
        loaded.query("update amazon_ads.sync_slices set last_success_at = now(), last_full_sync_at = now() returning 1")
    (text,) = hook.taken()
    assert "targets: stale, last complete at an unknown time" in text


def test_machines_on_one_database_tell_it_once(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    break_slice(loaded, "ads", "HTTP 500")
    hook.waits = 0.5
    machines = [
        threading.Thread(target=tell.after, args=(Step("loader", f"r{number}"), tmp_path / str(number), told))
        for number in range(4)
    ]
    for each in machines:
        each.start()
    for each in machines:
        each.join()
    tell.after(Step("loader", "r9"), tmp_path / "9", told)
    assert len(hook.taken()) == 1


def test_a_database_that_is_gone_is_told_once_and_that_it_is_back(
    hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    gone = {**told, "TARGET_POSTGRES_PORT": "9"}
    for _ in range(2):
        tell.after(Step("tap", "r1", "The database cannot be reached"), tmp_path, gone)
    (text,) = hook.taken()
    assert "the run failed: The database cannot be reached" in text
    assert (tmp_path / "alerts.json").stat().st_mode & 0o777 == 0o600
    tell.after(Step("loader", "r2"), tmp_path, told)
    assert hook.taken() == [], "a loader without work proves nothing"
    tell.after(Step("loader", "r3", whole=True), tmp_path, told)
    (text,) = hook.taken()
    assert "Well again (1):" in text
    assert not (tmp_path / "alerts.json").exists()


def test_what_the_build_said_stands_until_the_next_build(hook: Hook, told: dict[str, str], tmp_path: Path) -> None:
    tell.after(Step("build", "r1", "the checks found rows"), tmp_path, told)
    loader = Step("loader", "r2", whole=True, over=frozenset({"tap", "loader"}))
    tell.after(loader, tmp_path, told)
    assert len(hook.taken()) == 1
    tell.after(Step("build", "r2", whole=True), tmp_path, told)
    assert "Well again" in hook.taken()[0]


def test_a_thousand_causes_are_one_message_of_a_readable_length(
    loaded: Pipeline, hook: Hook, told: dict[str, str], tmp_path: Path
) -> None:
    with psycopg.connect(loaded.postgres.dsn, autocommit=True) as connection:
        connection.execute(
            "insert into amazon_ads.sync_slices (profile_id, entity_type, consecutive_errors, last_error,"
            " last_success_at) select 'p' || n, 'ads', 1, repeat('x', 5000), now() from generate_series(1, 1000) as n"
        )
        try:
            tell.after(Step("loader", "r1"), tmp_path, told)
        finally:
            connection.execute("delete from amazon_ads.sync_slices where profile_id like 'p%'")
    (text,) = hook.taken()
    assert "Wrong (1,000):" in text
    assert "and 980 more" in text
    assert len(text) < 8_000


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/x", "ftp://127.0.0.1/", "https://", "https://a b", "x", "https://a:b/"]
)
def test_a_webhook_that_is_no_safe_address_is_refused_without_being_shown(url: str) -> None:
    (problem,) = checks.problems({checks.ALERT_WEBHOOK: url})
    assert problem.startswith("AMAZON_ADS_ALERT_WEBHOOK is neither")
    assert url not in problem.replace("an https address", "") or url == "x"


def test_the_settings_can_be_tried(hook: Hook, tmp_path: Path) -> None:
    command = [BIN / "entities-alert-test"]
    path = {"PATH": "/usr/bin:/bin"}
    code, output = run_to_end(command, path, folder=tmp_path)
    assert (code, output.startswith("Nobody is to be told: set AMAZON_ADS_ALERT_WEBHOOK")) == (1, True)
    (tmp_path / ".env").write_text(f"AMAZON_ADS_ALERT_WEBHOOK={hook.url}\nAMAZON_ADS_ALERT_COMMAND=false\n")
    code, output = run_to_end(command, path, folder=tmp_path)
    assert (code, output) == (1, "The webhook was told.\nThe command was not told: its exit code is 1.\n")
    assert len(hook.taken()) == 1
