"""The loader by COPY and the one it rests on store the same, and what the database refuses is named."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness import forks
from harness.pipeline import TARGET, Direct, Pipeline
from harness.truth import ALONE
from harness.warehouse import renew

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.process import SandboxProcess
from entities_runner.database import TABLES

STOCK, COPY = TARGET.with_name("target-postgres"), TARGET
TEXT, NUMBER = {"type": ["string", "null"]}, {"type": ["number", "null"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=2, campaigns=40, portfolios=3, ad_groups=1) as server:
        yield server


def load(pipeline: Pipeline, program: Path, lines: bytes, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    path = Direct.config(pipeline)
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    return subprocess.run([program, "--config", path], input=lines, capture_output=True, check=False, timeout=120)


def content(pipeline: Pipeline, table: str) -> list[tuple[Any, ...]]:
    """Every row but for when it was first stored."""
    rows = f"select to_jsonb(t) - array['created_at', 'valid_from'] from amazon_ads.{table} as t order by 1"
    return pipeline.query(rows)


def schema(stream: str, properties: dict[str, Any], *keys: str) -> bytes:
    message = {"type": "SCHEMA", "stream": stream, "key_properties": keys, "schema": {"properties": properties}}
    return json.dumps(message).encode() + b"\n"


def record(stream: str, **values: Any) -> bytes:
    return json.dumps({"type": "RECORD", "stream": stream, "record": values}).encode() + b"\n"


def state(value: int) -> bytes:
    return json.dumps({"type": "STATE", "value": {"n": value}}).encode() + b"\n"


def in_files(lines: bytes, folder: Path, **more: Any) -> bytes:
    """The same, with the rows of the entities in files that BATCH messages name, as the tap writes them."""
    folder.mkdir(exist_ok=True)
    told: list[bytes] = []
    rows: list[bytes] = []
    stream = ""

    def finish() -> None:
        if rows:
            path = folder / f"{stream}-{len(told)}.jsonl"
            path.write_bytes(b"".join(rows))
            message = {"type": "BATCH", "stream": stream, "encoding": {"format": "jsonl"}, "manifest": [path.as_uri()]}
            told.append(json.dumps({**message, **more}).encode() + b"\n")
            rows.clear()

    for line in lines.splitlines(keepends=True):
        message = json.loads(line)
        if message["type"] != "RECORD" or message["stream"] != stream or len(rows) >= 150:
            finish()
        if message["type"] == "RECORD" and message["stream"] not in {"sync_log", "entity_profiles"}:
            stream = message["stream"]
            rows.append(json.dumps(message["record"]).encode() + b"\n")
        else:
            told.append(line)
    finish()
    return b"".join(told)


CHANGES = (
    "select profile_id, entity_type, entity_id, kind, path, old_value, new_value, changed_at"
    " from amazon_ads.entity_changes order by 1, 2, 3, 5"
)


def changed(lines: bytes) -> bytes:
    """The same account, a part of which has other names, states and times of change."""
    new = []
    for number, line in enumerate(lines.splitlines()):
        message = json.loads(line)
        row = message.get("record", {})
        if number % 9 == 0 and "computed_status" in row:
            row |= {"state": "PAUSED", "last_updated_time": "2026-11-01T00:00:00.000Z"}
        new.append(json.dumps(message).encode())
    return b"\n".join(new) + b"\n"


def test_an_account_is_stored_alike_new_and_again(pipeline: Pipeline, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, (tmp_path / "log").open("w") as log, Path(os.devnull).open("rb") as none:
        assert (
            forks.Started(forks.TAP, ["--config=ENV"], pipeline.environment(mode="full"), (none, out, log)).wait() == 0
        )
    lines = (tmp_path / "out").read_bytes()
    stored, states, changes = [], [], []
    for program, as_given in ((STOCK, bytes), (COPY, bytes), (COPY, lambda lines: in_files(lines, tmp_path / "files"))):
        renew(pipeline)
        # A batch that ends in the midst of a stream, and one for every stream.
        for size in (700, 10_000):
            done = load(pipeline, program, as_given(lines), batch_size_rows=size)
            assert done.returncode == 0, done.stderr
        assert pipeline.query(CHANGES) == [], "what is as it was has not changed"
        assert load(pipeline, program, as_given(changed(lines))).returncode == 0
        changes.append(pipeline.query(CHANGES))
        stored.append({table: content(pipeline, table) for table in (*TABLES, "sync_log")})
        states.append(json.loads(done.stdout.splitlines()[-1]))
    assert stored[0] == stored[1] == stored[2]
    assert changes[0] == changes[1] == changes[2] != []
    assert states[0] == states[1] == states[2]
    assert {table for table, rows in stored[1].items() if not rows} == ALONE


@pytest.mark.parametrize("keys", [(), ("id",)])
def test_streams_of_others_are_stored_alike(pipeline: Pipeline, tmp_path: Path, keys: tuple[str, ...]) -> None:
    properties = {
        "id": {"type": ["string"]},
        "name": TEXT,
        "share": NUMBER,
        "at": {"type": ["string", "null"], "format": "date-time"},
        "day": {"type": ["string", "null"], "format": "date"},
        "tags": {"type": ["array", "null"], "items": {"type": "string"}},
        "more": {"type": ["object", "null"]},
    }
    lines = schema("others", properties, *keys)
    lines += record("others", id="1", name='a\t"b"\\N\n', share=1.5, at="2026-01-31T12:00:00+02:00", day="2026-01-31")
    lines += record("others", id="2", name="", tags=["x", "y"], more={"a": [1, None]})
    lines += record("others", id="1", name="the last one counts", share=-0.001, more=None)
    stored = []
    batch = in_files(lines, tmp_path / "files", disposable=True)
    for program, given in ((STOCK, lines), (COPY, lines), (COPY, batch)):
        pipeline.reset()
        assert load(pipeline, program, given + state(1)).returncode == 0
        stored.append(content(pipeline, "others"))
    assert stored[0] == stored[1] == stored[2]
    assert len(stored[1]) == (2 if keys else 3)
    assert list((tmp_path / "files").iterdir()) == [], "what is disposable is removed once it is read"


def named(path: Path, records: int | None = None, **more: Any) -> bytes:
    message: dict[str, Any] = {
        "type": "BATCH",
        "stream": "days",
        "encoding": {"format": "jsonl", **more},
        "manifest": [path.as_uri()],
    }
    if records is not None:
        message["records"] = records
    return json.dumps({**message, "disposable": True}).encode() + b"\n"


def test_records_and_files_of_one_stream_are_stored_in_their_order(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.reset()
    lines = schema("days", {"id": TEXT, "n": NUMBER}, "id")
    for number in range(6):
        path = tmp_path / f"{number} rows.jsonl.gz"
        path.write_bytes(gzip.compress(b"".join(b'{"id":"%d","n":%d}\n' % (n, number) for n in range(number, 9))))
        lines += record("days", id=str(number), n=-1) + named(path, compression="gzip")
    lines += record("days", id="8", n=8)
    assert load(pipeline, COPY, lines + state(1), batch_size_rows=4).returncode == 0
    stored = pipeline.query("select n::int from amazon_ads.days order by id")
    assert [n for (n,) in stored] == [0, 1, 2, 3, 4, 5, 5, 5, 8]


CUT = b'{"id": "1"}\n{"id": "2'


@pytest.mark.parametrize(
    ("content", "keys", "says"),
    [
        (None, ("id",), "days: the file {path} of a BATCH message cannot be read"),
        (CUT, ("id",), "days: a record that is no JSON"),
        # Without a key it is the parent who stores.
        (CUT, (), "days: a record that is no JSON"),
        (CUT[:12], ("id",), "days: the file {path} holds 1 of its 2 records."),
    ],
)
def test_a_file_that_is_not_whole_fails_the_run(
    pipeline: Pipeline, tmp_path: Path, content: bytes | None, keys: tuple[str, ...], says: str
) -> None:
    pipeline.reset()
    path = tmp_path / "rows.jsonl"
    if content is not None:
        path.write_bytes(content)
    done = load(pipeline, COPY, schema("days", {"id": TEXT}, *keys) + named(path, records=2) + state(1))
    assert done.returncode == 1
    assert says.format(path=path) in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b"", "no STATE"
    assert not path.exists()


def test_a_row_that_is_refused_is_named_and_what_came_before_it_is_kept(pipeline: Pipeline) -> None:
    pipeline.reset()
    day = {"id": TEXT, "day": {"type": ["string", "null"], "format": "date"}}
    lines = schema("days", day, "id") + record("days", id="1", day="2026-01-01") + record("days", id="2") + state(1)
    lines += record("days", id="3", day="the 3rd") + record("days", id="4")
    done = load(pipeline, COPY, lines, batch_size_rows=2)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "days: the row id 3 is refused, column day: invalid input syntax for type date" in said
    assert "Traceback" not in said
    assert pipeline.query("select id from amazon_ads.days order by 1") == [("1",), ("2",)]
    assert done.stdout == b"", "no STATE beyond what is stored"


def test_batches_that_overlap_are_stored_in_order(pipeline: Pipeline) -> None:
    pipeline.reset()
    lines = b"".join(schema(stream, {"id": TEXT, "n": NUMBER}, "id") for stream in ("days", "nights"))
    lines += b"".join(record(stream, id=str(n % 3), n=n) for n in range(99) for stream in ("days", "nights", "days"))
    done = load(pipeline, COPY, lines + state(1), batch_size_rows=4)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"n": 1}
    for table in ("days", "nights"):
        assert pipeline.query(f"select id, n::int from amazon_ads.{table} order by 1") == [
            ("0", 96),
            ("1", 97),
            ("2", 98),
        ]


def test_no_state_passes_a_batch_that_fails_while_the_next_ones_are_read(pipeline: Pipeline) -> None:
    pipeline.reset()
    day = {"id": TEXT, "day": {"type": ["string", "null"], "format": "date"}}
    lines = schema("days", day, "id") + schema("others", {"id": TEXT}, "id")
    lines += record("days", id="1", day="the 1st") + record("days", id="2")
    # Nothing of the stream that failed comes after it: only the end can say so.
    lines += b"".join(record("others", id=str(n)) for n in range(9)) + state(1)
    done = load(pipeline, COPY, lines, batch_size_rows=4)
    assert done.returncode == 1
    assert b"days: the row id 1 is refused, column day" in done.stderr
    assert done.stdout == b""
    assert pipeline.query("select count(*) from amazon_ads.days") == [(0,)]


@pytest.fixture
def pooler(pipeline: Pipeline, tmp_path: Path) -> Iterator[int]:
    """The port of a pgbouncer that gives every transaction whichever of two sessions is free."""
    if (program := shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")) is None:
        pytest.skip("no pgbouncer is installed")
    port, settings = free_port(), tmp_path / "pgbouncer.ini"
    known = psycopg.conninfo.conninfo_to_dict(pipeline.postgres.dsn)
    address = " ".join(f"{name}={known[name]}" for name in ("host", "port", "user", "password", "dbname"))
    settings.write_text(
        f"[databases]\n{known['dbname']} = {address} pool_size=2\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
        "ignore_startup_parameters = extra_float_digits,options\n"
    )
    settings.chmod(0o600)
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([program, "-q", *as_nobody, str(settings)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: socket.create_connection(("127.0.0.1", port)).close())
        yield port
    finally:
        server.terminate()
        server.wait()


def until(works: Callable[[], None]) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            works()
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.05)
        else:
            return


def test_nothing_depends_on_a_session_that_a_pooler_may_change(pipeline: Pipeline, pooler: int) -> None:
    pipeline.reset()
    lines = b"".join(schema(stream, {"id": TEXT, "n": NUMBER}, "id") for stream in ("days", "nights"))
    lines += b"".join(record(stream, id=str(n), n=n) for n in range(99) for stream in ("days", "nights"))
    # Again: statements that the first one left prepared in a session would be in the way of the second.
    for _ in range(2):
        done = load(pipeline, COPY, lines, port=pooler, batch_size_rows=4)
        assert done.returncode == 0, done.stderr
    assert pipeline.query("select count(*), sum(n)::int from amazon_ads.days") == [(99, 4851)]


def test_a_constraint_that_refuses_is_named(pipeline: Pipeline) -> None:
    pipeline.reset()
    lines = schema("days", {"id": TEXT, "name": TEXT}, "id") + record("days", id="1", name="x")
    assert load(pipeline, COPY, lines).returncode == 0
    pipeline.query_none("alter table amazon_ads.days add constraint no_y check (name <> 'y')")
    done = load(pipeline, COPY, lines + record("days", id="2", name="y"))
    assert done.returncode == 1
    assert b'days: new row for relation "days" violates check constraint "no_y"' in done.stderr


def test_a_lock_that_does_not_come_is_a_sentence(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.reset()
    lines = schema("days", {"id": TEXT, "name": TEXT}, "id") + record("days", id="1", name="x")
    assert load(pipeline, COPY, lines).returncode == 0
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=1s")
    with psycopg.connect(pipeline.postgres.dsn) as holder:
        holder.execute("lock table amazon_ads.days in share row exclusive mode")
        done = load(pipeline, COPY, lines)
    assert done.returncode == 1
    assert b"lock timeout" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("program", [STOCK, COPY], ids=["stock", "copy"])
def test_an_activated_version_counts_on_what_came_before_it(pipeline: Pipeline, program: Path) -> None:
    pipeline.reset()
    lines = schema("days", {"id": TEXT, "name": TEXT}, "id")
    for version in (1, 2):
        message = {"type": "RECORD", "stream": "days", "version": version, "record": {"id": str(version), "name": "x"}}
        lines += json.dumps(message).encode() + b"\n"
        lines += json.dumps({"type": "ACTIVATE_VERSION", "stream": "days", "version": version}).encode() + b"\n"
    settings = {"activate_version": True, "hard_delete": True, "add_record_metadata": True}
    done = load(pipeline, program, lines, **settings)
    assert done.returncode == 0, done.stderr
    assert pipeline.query("select id from amazon_ads.days") == [("2",)]


def test_a_column_that_is_dropped_between_two_batches_comes_back(pipeline: Pipeline) -> None:
    pipeline.reset()
    lines = schema("days", {"id": TEXT, "name": TEXT}, "id")
    assert load(pipeline, COPY, lines + record("days", id="1", name="x")).returncode == 0
    pipeline.query_none("alter table amazon_ads.days drop column name")
    assert load(pipeline, COPY, lines + record("days", id="1", name="y")).returncode == 0
    assert pipeline.query("select name from amazon_ads.days") == [("y",)]


def test_a_table_without_a_key_of_its_own_is_loaded_as_ever(pipeline: Pipeline) -> None:
    pipeline.reset()
    pipeline.query_none("create schema amazon_ads; create table amazon_ads.days (id text, name text)")
    lines = schema("days", {"id": TEXT, "name": TEXT}, "id") + record("days", id="1", name="x")
    for _ in range(2):
        assert load(pipeline, COPY, lines).returncode == 0
    assert pipeline.query("select id, name from amazon_ads.days") == [("1", "x")]


def test_a_database_that_is_not_there_is_a_sentence(pipeline: Pipeline) -> None:
    done = load(pipeline, COPY, schema("days", {"id": TEXT}, "id"), port=9)
    assert done.returncode == 1
    assert b"port 9 failed: Connection refused" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_record_without_a_schema_and_a_line_that_is_no_json_fail(pipeline: Pipeline) -> None:
    pipeline.reset()
    for lines in (record("days", id="1"), b"{\n", b'{"type": "STRANGE"}\n'):
        assert load(pipeline, COPY, lines).returncode == 1
