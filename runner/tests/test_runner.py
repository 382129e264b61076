from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from entities_runner.account import (
    CONNECTIONS_URL,
    CREDENTIALS,
    ENCRYPTION_KEYS,
    Choice,
    UsageError,
    choose,
    settings,
)
from entities_runner.bookmarks import _partitions
from entities_runner.database import Database, Slice
from entities_runner.leftovers import no_leftovers
from entities_runner.process import run
from entities_runner.progress import Progress
from entities_runner.services import running
from entities_runner.summary import STOPPED, summary

ALL = dict.fromkeys(CREDENTIALS, "x")
OWN = {"TARGET_POSTGRES_HOST": "db", "TARGET_POSTGRES_USER": "me", "TARGET_POSTGRES_DATABASE": "ads"}


def test_without_credentials_it_is_the_sandbox() -> None:
    choice = choose({})
    assert (choice.environment, choice.embedded_database) == ("sandbox", True)
    assert choice.sentence() == (
        "Syncing the sandbox account (no credentials are configured) into the embedded Postgres in .sandbox."
    )


def test_with_credentials_it_is_the_real_account() -> None:
    assert choose(ALL).sentence() == "Syncing your Amazon Ads account into the embedded Postgres in .sandbox."
    own = choose({**ALL, **OWN})
    assert own.sentence() == "Syncing your Amazon Ads account into your Postgres."


@pytest.mark.parametrize("missing", CREDENTIALS)
def test_half_a_set_of_credentials_is_an_error_that_names_the_other_half(missing: str) -> None:
    with pytest.raises(UsageError, match=f"{missing} is missing"):
        choose({name: value for name, value in ALL.items() if name != missing})


STORED = dict.fromkeys((*CREDENTIALS[:-1], ENCRYPTION_KEYS), "x")


def test_with_a_key_and_no_refresh_token_it_is_the_stored_connections() -> None:
    choice = choose(STORED)
    assert (choice.environment, choice.stored) == ("prod", True)
    assert choice.sentence() == "Syncing your stored connections into the embedded Postgres in .sandbox."
    assert choose({**STORED, CONNECTIONS_URL: "host=db"}).stored
    assert not choose({**STORED, CREDENTIALS[-1]: "x"}).stored


@pytest.mark.parametrize("missing", STORED)
def test_half_of_what_stored_connections_need_is_an_error_that_names_the_other_half(missing: str) -> None:
    with pytest.raises(UsageError, match="is missing"):
        choose({**{name: value for name, value in STORED.items() if name != missing}, CONNECTIONS_URL: "host=db"})


def test_a_refresh_token_beside_a_store_is_an_error() -> None:
    with pytest.raises(UsageError, match="are both set: keep the one that shall be used"):
        choose({**ALL, CONNECTIONS_URL: "host=db"})


def test_connections_are_kept_in_the_database_of_the_sync_and_its_password_apart(tmp_path: Path) -> None:
    own = {
        "TARGET_POSTGRES_HOST": "db",
        "TARGET_POSTGRES_USER": "me and you",
        "TARGET_POSTGRES_DATABASE": "ads",
        "TARGET_POSTGRES_PASSWORD": "hush",
    }
    with running(Choice("prod", embedded_database=False, stored=True), tmp_path, own) as found:
        assert found == {
            CONNECTIONS_URL: "host=db port=5432 user='me and you' dbname=ads",
            "PGPASSWORD": "hush",
        }
    chosen = {**own, CONNECTIONS_URL: "host=elsewhere"}
    with running(Choice("prod", embedded_database=False, stored=True), tmp_path, chosen) as found:
        assert found == {}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=file\nB=file\nEMPTY=\n")
    assert settings(tmp_path, {"A": "environment"}) == {"A": "environment", "B": "file"}


def test_a_database_that_is_down_gets_one_line() -> None:
    database = Database({"TARGET_POSTGRES_HOST": "127.0.0.1", "TARGET_POSTGRES_PORT": "9", "TARGET_POSTGRES_USER": "u"})
    with pytest.raises(UsageError, match=r"at 127\.0\.0\.1:9 cannot be reached .* correct TARGET_POSTGRES_\* in \.env"):
        database.check()


def test_progress_shows_slices_and_keeps_trouble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(tmp_path / "logs" / "run.log")
    lines = [
        b"2026-11-24T16:11:50.6Z [info     ] tap-x slice done profile=1 entity=ads rows=1234 pages=2 retries=0\n",
        b"2026-11-24T16:11:50.6Z [info     ] tap-x METRIC: nothing failed\n",
        b"2026-11-24T16:11:50Z [error] tap-x slice failed profile=2 entity=ads rows=0 error=HTTP 403 request_id=R1\n",
        b"2026-11-24T16:11:50.6Z [error    ] meltano could not connect\n",
        b"2026-11-24T16:11:50Z [info     ] dbt-postgres 22:11:16  There is no role r for analysts\n",
        b"2026-11-24T16:11:50Z [info ] loader FAILED: The loader ended: the disk of the database is full\n",
        b"2026-11-24T16:11:50Z [info ] tap-x Setting 'a' is not known; did you mean 'b'?\n",
        "│ sqlite3.OperationalError: database is locked │\n".encode(),
        b"2026-11-24T16:11:50Z [info     ] dbt-postgres 22:11:16    AMAZON_ADS_LOADER_ROLE names x, a role that\n",
        b"2026-11-24T16:11:50.6Z [error    ] meltano Block run completed\n",
        b"ModuleNotFoundError: No module named 'meltano'\n",
    ]
    progress.follow(lines)
    shown = capsys.readouterr().out
    assert "1  ads             1,234 rows       2 pages" in shown
    assert "2  ads         FAILED  HTTP 403 (request id R1)" in shown
    assert "  There is no role r for analysts\n" in shown
    assert progress.trouble == ["could not connect", "AMAZON_ADS_LOADER_ROLE names x, a role that"]
    assert progress.reasons == [
        "The loader ended: the disk of the database is full",
        "Setting 'a' is not known; did you mean 'b'?",
        "Meltano's own database is locked by another process; wait for it, or end it",
        "ModuleNotFoundError: No module named 'meltano'",
    ]
    assert progress.log.read_bytes() == b"".join(lines)


def test_text_from_outside_cannot_drive_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "no\nFAILED nothing\x1b[2J\u202e\x9b"
    text = summary({}, [Slice("1", "ads", "error", evil, "R\x1b1")], 1.0, "full", "r1")
    assert r"profile 1, ads: no\nFAILED nothing\x1b[2J\u202e\x9b (request id R\x1b1)" in text
    Progress(tmp_path / "run.log").follow(["entity accepted: 1 rows \x1b]0;title\x07 \u202e\n".encode()])
    assert capsys.readouterr().out == "  entity accepted: 1 rows \\x1b]0;title\\x07 \\u202e\n"


def test_the_summary_names_every_failure() -> None:
    slices = [Slice("1", "ads", "success", None, None), Slice("2", "ads", "error", "HTTP 403", "R1")]
    text = summary({"entity_ads": 1234}, slices, 12.3, "2 full", "r1")
    assert "entity_ads" in text
    assert "1,234" in text
    assert "1 slice succeeded, 1 failed (2 full), 12 s" in text
    assert "FAILED  profile 2, ads: HTTP 403 (request id R1)" in text


def test_many_failures_are_told_by_their_reasons_and_add_up() -> None:
    slices = [Slice(str(10_000 + n), "ads", "success", None, None) for n in range(1_000)]
    slices += [Slice(str(20_000 + n), "ads", "error", f"HTTP 500 of {20_000 + n}", f"R{n}") for n in range(1_030)]
    slices += [Slice(str(30_000 + n), "targets", "error", f"HTTP 429 {'x' * n}", None) for n in range(7)]
    slices += [Slice("*", "profiles", "error", "HTTP 401", "P1")]
    text = summary({f"t{n}": n for n in range(7)}, slices, 12.3, "2 full", "r1")
    lines = text.splitlines()
    assert len(lines) <= 26
    assert "1,000 slices succeeded, 1,038 failed" in text
    failed = [line for line in lines if "FAILED" in line]
    assert failed[:2] == ["  FAILED  1 × HTTP 401", "  FAILED  1,030 × HTTP 500 of …"]
    assert "          profiles of all profiles (request id P1)" in lines
    assert "          ads of profile 20000 (request id R0) and 1,029 more" in lines
    counts = [int(line.split()[1].replace(",", "")) for line in failed]
    assert sum(counts) == 1_038
    assert "for 4 other reasons" in failed[-1]
    assert "where run_id = 'r1' and status <> 'success'" in text


def test_what_a_stopped_run_had_not_read_is_counted_and_no_failure() -> None:
    aborted = f"aborted: {STOPPED}Ctrl-C"
    slices = [
        Slice("1", "ads", "success", None, None),
        Slice("2", "ads", "error", aborted, None),
        Slice("*", "profiles", "error", aborted, None),
        Slice(None, "run", "error", aborted, None),
    ]
    text = summary({}, slices, 2.0, "2 full", "r1")
    assert "1 slice succeeded, 0 failed" in text
    assert "1 slice had not been read to the end" in text
    assert "FAILED" not in text


def test_an_interrupt_ends_the_whole_group(tmp_path: Path) -> None:
    """A child that ignores SIGINT, and a grandchild, are gone some seconds after Ctrl-C."""
    marker = tmp_path / "grandchild"
    child = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); open({str(marker)!r}, 'w')"
        ".write(str(p.pid)); time.sleep(60)"
    )
    runner = (
        "import sys; from entities_runner import process; process._GRACE = 1.0;"
        f"sys.exit(process.run([sys.executable, '-c', {child!r}], __import__('os').environ, list))"
    )
    started = subprocess.Popen([sys.executable, "-c", runner])
    for _ in range(200):
        if marker.exists() and marker.read_text():
            break
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    assert started.wait(20) == 130
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(int(marker.read_text()), 0)
            time.sleep(0.05)
            if Path(f"/proc/{marker.read_text()}/stat").read_text().split()[2] == "Z":
                raise ProcessLookupError


def test_what_runs_writes_for_its_user_alone(tmp_path: Path) -> None:
    previous = os.umask(0o022)
    try:
        assert run(["touch", str(tmp_path / "file")], os.environ, list) == 0
        Progress(tmp_path / "logs" / "run.log").follow([b"line\n"])
    finally:
        os.umask(previous)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("file", "logs", "logs/run.log")}
    assert modes == {"file": 0o600, "logs": 0o700, "logs/run.log": 0o600}


def test_settings_that_a_killed_meltano_left_go_before_and_after_a_run(tmp_path: Path) -> None:
    folder = tmp_path / ".meltano" / "run" / "tap-amazon-ads-entities"
    folder.mkdir(parents=True)
    left, kept = folder / "tap.0199-uuid.config.json", folder / "tap.properties.json"
    for path in (left, kept):
        path.write_text("{}")
    with no_leftovers(tmp_path):
        assert not left.exists()
        left.write_text("{}")
    assert not left.exists()
    assert kept.exists()


def test_the_exit_code_is_the_commands() -> None:
    assert run([sys.executable, "-c", "raise SystemExit(3)"], os.environ, list) == 3


@pytest.mark.parametrize("sql", ["select 'a', \"b\", $1, $$x$$, `id`, 5 % 2 like '%s' -- \\", ""])
def test_make_psql_hands_on_sql_as_it_was_written(sql: str, tmp_path: Path) -> None:
    command = tmp_path / "entities-psql"
    command.write_text('#!/bin/sh\nprintf "%s|%s" "$#" "$1"\n')
    command.chmod(0o755)
    given = [f"SQL={sql}"] if sql else []
    done = subprocess.run(
        ["make", "--no-print-directory", "--old-file=install", "psql", f"BIN={tmp_path}", *given],  # noqa: S607 - the first on the PATH
        cwd=Path(__file__).resolve().parents[2],
        env={name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{1 if sql else 0}|{sql}"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_password_keeps_its_number_sign(quote: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"TARGET_POSTGRES_PASSWORD={quote}a #b{quote}\n")
    assert settings(tmp_path, {})["TARGET_POSTGRES_PASSWORD"] == "a #b"


# --- the bookmarks that are held against the database ---------------------------------------------------


def test_the_run_that_wrote_a_bookmark_is_found_in_either_layout_of_the_state() -> None:
    def partition(profile_id: str, **more: object) -> dict[str, object]:
        return {"context": {"profile_id": profile_id}, **more}

    older = {"version": 1, "partitions": [partition("1", run_id="a"), partition("2")]}
    shared = {"x": {"run_id": "b"}, "y": 7, "z": {}}
    newer = [partition(str(number), shared=key) for number, key in enumerate(("x", "x", "y", "z", "none", None, ["x"]))]
    state = {"entity_ads": older, "entity_targets": {"version": 2, "shared": shared, "partitions": newer}}
    runs = {(profile_id, entity): run_id for profile_id, entity, _, run_id in _partitions({"bookmarks": state})}
    assert runs == {
        ("1", "ads"): "a",
        ("2", "ads"): None,
        ("0", "targets"): "b",
        ("1", "targets"): "b",
        **{(str(number), "targets"): None for number in range(2, 7)},
    }
