"""What a log that has grown for years costs: a run, the questions of the README, what keeps the log."""

from __future__ import annotations

import secrets
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from harness.pipeline import BIN, Pipeline
from harness.project import project
from log_history import PROFILE, write

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess

SIZES = (0, 100_000, 1_350_000, 5_500_000)
OLD = 1_350_000
"""Rows of the log that an earlier version left behind."""

RUNS, QUERIES = 3, 5

MEMBERS = {"a member of one profile": ("bench_one", PROFILE), "a member of `*`": ("bench_all", "*")}

QUESTIONS = {
    "how fresh": "select * from amazon_ads.sync_state where true{profile}",
    "failed within a day": "select * from amazon_ads.sync_runs"
    " where status = 'error' and started_at > now() - interval '1 day'{profile}",
    "last ten runs": "select * from amazon_ads.sync_runs where true{profile}{slice} order by started_at desc limit 10",
    "stale": "select * from amazon_ads.sync_state where freshness in ('stale', 'never'){profile}",
    "errors in a row": "select count(*), sum(consecutive_errors) from amazon_ads.sync_state where true{profile}",
}
"""Those of the README, over all profiles or one."""

_PRUNE = (
    "delete from amazon_ads.sync_log where ctid in (select ctid from amazon_ads.sync_log"
    " where settled_at is not null and created_at < now() - make_interval(days => {days}) limit 100000)"
)
STEPS = {
    "`settle_runs`, nothing open": "select amazon_ads.settle_runs('x', 'y', 'alive')",
    "forgetting what is old: nothing is": _PRUNE.format(days=400),
    "forgetting 100,000 rows of many": _PRUNE.format(days=10),
}

_UNDO = """
drop table amazon_ads.sync_slices cascade;
drop index amazon_ads.sync_log_created_at_idx;
alter table amazon_ads.sync_log
    drop column settled_at cascade, drop column settled_status cascade, drop column settled_error cascade;
create table amazon_ads.sync_run_markers as
    select run_id, min(started_at) - interval '10 seconds' as started_at from amazon_ads.sync_log group by run_id
"""
"""As it was before verdicts were kept."""


@dataclass
class Log:
    """A database with a log of some size.

    Args:
        pipeline: the pipeline that syncs into it.
        password: of the members.
        rows: of the history.
    """

    pipeline: Pipeline
    password: str
    rows: int = 0

    def fill(self, rows: int) -> None:
        """Write a history beside the log of the first sync."""
        with psycopg.connect(self.pipeline.postgres.dsn, autocommit=True) as connection:
            self.rows = write(connection, rows)
            for member in MEMBERS.values():
                connection.execute("insert into amazon_ads.profile_access (member, profile_id) values (%s, %s)", member)

    def sync(self) -> float:
        """Seconds of what `make sync` runs."""
        return self._timed("entities-sync")

    def prepare(self) -> float:
        """Seconds of the first step of a run."""
        return self._timed("meltano", "--environment=prod", "run", "dbt-postgres:prepare")

    def _timed(self, program: str, *arguments: str) -> float:
        started = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own programs
            [str(BIN / program), *arguments],
            env=self.pipeline.environment(),
            cwd=project(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return time.perf_counter() - started

    def rows_scanned(self) -> int:
        """Rows of the log that were read without an index, since the database was made."""
        statement = "select seq_tup_read from pg_stat_user_tables where relname = 'sync_log'"
        return int(self.pipeline.query(statement)[0][0])

    def seconds(self, statement: str, member: str | None = None) -> float:
        """The median of a statement of which nothing remains."""
        login = f" user={member} password={self.password}" if member else ""
        with psycopg.connect(self.pipeline.postgres.dsn + login) as connection:
            return statistics.median(_seconds(connection, statement) for _ in range(QUERIES))


def _seconds(connection: psycopg.Connection, statement: str) -> float:
    started = time.perf_counter()
    connection.execute(statement)
    ended = time.perf_counter()
    connection.rollback()
    return ended - started


@contextmanager
def logs(sizes: Sequence[int]) -> Iterator[list[Log]]:
    """Databases of one server with logs of these sizes; the same small account is synced into all of them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sandbox = stack.enter_context(SandboxProcess(profiles=4, campaigns=50))
        server = stack.enter_context(EmbeddedPostgres(folder, free_port()))
        first = Log(Pipeline(sandbox, server, folder), secrets.token_urlsafe())
        first.sync()
        for name, _ in MEMBERS.values():
            first.pipeline.query_none(
                f"create role {name} login password '{first.password}' in role amazon_ads_analyst"
            )
        made = [_copy(first, size) for size in sizes]
        for log, size in zip(made, sizes, strict=True):
            log.fill(size)
        yield made


def _copy(log: Log, size: int) -> Log:
    """The same database and bookmarks under other names."""
    there = log.pipeline
    name, home = f"log_{size}", there.folder / str(size)
    home.mkdir()
    shutil.copy2(there.folder / "meltano.db", home)
    server = EmbeddedPostgres(there.folder, there.postgres.port, "postgres")
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} template {there.postgres.database}")
    database = EmbeddedPostgres(there.folder, there.postgres.port, name)
    return Log(Pipeline(there.sandbox, database, home), log.password)


def growing_log() -> Iterator[str]:
    """A run and the questions of the README, as the log grows."""
    with logs(SIZES) as made:
        yield "\n## The run log\n"
        yield "500 profiles over 400 days, a tenth of the slices failed. Seconds of `make sync` with nothing new:\n"
        yield "| rows in `sync_log` | seconds | times an empty log | rows read without an index |"
        yield "|---:|---:|---:|---:|"
        yield from _runs(made)
        yield "\nMilliseconds of the questions under [Is it all there?](../README.md#is-it-all-there), and of what"
        yield "keeps the log:\n"
        yield f"| | who | {' | '.join(f'{log.rows:,}' for log in made)} |"
        yield f"|---|---|{'---:|' * len(made)}"
        yield from _questions(made)
        old = min(made, key=lambda log: abs(log.rows - OLD))
        old.pipeline.query_none(_UNDO)
        first, later = old.prepare(), old.prepare()
        yield f"\nThe first `prepare` on {old.rows:,} rows that an earlier version left takes {first:.0f} s, every"
        yield f"later one {later:.0f} s."


def _runs(made: Sequence[Log]) -> Iterator[str]:
    """Interleaved: whatever else the machine does, it does to all sizes."""
    scanned = [log.rows_scanned() for log in made]
    rounds = [[log.sync() for log in made] for _ in range(RUNS)]
    seconds = [statistics.median(each) for each in zip(*rounds, strict=True)]
    for log, each, before in zip(made, seconds, scanned, strict=True):
        read = (log.rows_scanned() - before) / RUNS
        yield f"| {log.rows:,} | {each:.1f} | {each / seconds[0]:.2f} | {read:,.0f} |"


def _questions(made: Sequence[Log]) -> Iterator[str]:
    one = {"profile": f" and profile_id = '{PROFILE}'", "slice": " and entity_type = 'campaigns'"}
    for question, statement in QUESTIONS.items():
        yield _row(f"{question}, one profile", "the owner", made, statement.format(**one))
        yield _row(f"{question}, all profiles", "the owner", made, statement.format(profile="", slice=""))
        for who, (member, _) in MEMBERS.items():
            yield _row(f"{question}, all they see", who, made, statement.format(profile="", slice=""), member)
    for step, statement in STEPS.items():
        yield _row(step, "the owner", made, statement)


def _row(what: str, who: str, made: Sequence[Log], statement: str, member: str | None = None) -> str:
    cells = [f"{log.seconds(statement, member) * 1000:,.1f}" for log in made]
    return f"| {what} | {who} | {' | '.join(cells)} |"


PARTS = (growing_log,)
