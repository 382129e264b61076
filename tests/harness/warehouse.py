"""A database of its own with our tables and views in it, without an account: dbt and SQL alone."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from entities_runner import fingerprint
from entities_runner.account import CREDENTIALS
from entities_runner.database import Database
from entities_runner.launch import kept_checks
from entities_runner.run import Run
from harness.forks import run_dbt
from harness.pipeline import Pipeline, Result
from harness.project import project
from harness.roles import DBT

ORIGIN = "this-copy"
_OPEN: set[str] = set()
SNAPSHOT = """
    select 'class', n.nspname || '.' || c.relname, c.oid::text, c.xmin::text
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname !~ '^(pg_|information_schema)'
    union all
    select 'column', a.attrelid::regclass::text || '.' || a.attname, a.atttypid::text, a.xmin::text
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname !~ '^(pg_|information_schema)'
    union all select 'function', p.oid::regprocedure::text, p.oid::text, p.xmin::text from pg_proc as p
    where p.oid >= 16384
    union all select 'policy', p.polname, p.oid::text, p.xmin::text from pg_policy as p
    union all select 'schema', n.nspname, n.oid::text, n.xmin::text from pg_namespace as n where n.nspname !~ '^pg_'
    union all select 'comment', d.description, d.objoid::text, d.xmin::text from pg_description as d
    where d.objoid >= 16384
    order by 1, 2, 3, 4
"""
"""Everything that DDL leaves behind."""


@dataclass(frozen=True)
class Warehouse:
    """One database.

    Args:
        postgres: the server.
        database: its name in it.
        transform: the dbt project; default: today's.
        settings: variables beside the defaults.
    """

    postgres: EmbeddedPostgres
    database: str
    transform: Path | None = None
    settings: dict[str, str] | None = None

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A session of the owner, or of whom the options name."""
        return psycopg.connect(self.postgres.dsn, **{"dbname": self.database, "autocommit": True, **options})

    def ask(self, statement: str, *parameters: Any, **options: Any) -> list[tuple[Any, ...]]:
        """What the owner is answered, or whom the options name."""
        with self.connect(**options) as connection:
            done = connection.execute(statement, parameters or None)  # type: ignore[call-overload]
            return list(done) if done.description else []

    def snapshot(self) -> list[tuple[Any, ...]]:
        """All that there is."""
        return self.ask(SNAPSHOT)

    def with_settings(self, **settings: str) -> Warehouse:
        """The same database under other settings."""
        return replace(self, settings={**(self.settings or {}), **settings})

    def environment(self, **settings: str) -> dict[str, str]:
        """What dbt needs to know."""
        folder = self.transform or project() / "transform"
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TARGET_", "AMAZON_ADS_"))},
            **self.postgres.environment(),
            "TARGET_POSTGRES_DATABASE": self.database,
            "DBT_PROJECT_DIR": str(folder),
            "DBT_PROFILES_DIR": str(folder / "profiles"),
            "DBT_VERSION_CHECK": "false",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_WRITE_JSON": "false",
            "AMAZON_ADS_ORIGIN": ORIGIN,
            "MELTANO_RUN_ID": str(uuid.uuid4()),
            "NO_COLOR": "1",
            **(self.settings or {}),
            **settings,
        }

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Dbt at work."""
        return subprocess.Popen(
            [str(DBT), *arguments],
            env=self.environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dbt(self, *arguments: str, **settings: str) -> Result:
        """Dbt to its end."""
        environment = self.environment(**settings)
        return Result(*run_dbt(arguments, environment), environment["MELTANO_RUN_ID"])

    def prepare(self, **settings: str) -> Result:
        """The tables alone, as they are before a load that Meltano does not run."""
        return self.dbt("run-operation", "prepare", **settings)

    def begin(self, **settings: str) -> Result:
        """The first step of a job: tables and views."""
        return self.dbt("run", **settings)

    def make(self, **settings: str) -> None:
        """Tables and views."""
        done = self.begin(**settings)
        assert done.code == 0, done.output


@contextmanager
def warehouse(postgres: EmbeddedPostgres, template: Warehouse | None = None) -> Iterator[Warehouse]:
    """A new database, empty or a copy; gone in the end."""
    # The same names again and again: dbt parses anew for a database that it has not seen.
    name = next(name for name in (f"w_{number}" for number in count()) if name not in _OPEN)
    made = Warehouse(postgres, name)
    _OPEN.add(name)
    copied = f" template {template.database}" if template else ""
    admin = {"dbname": "postgres", "autocommit": True}
    with psycopg.connect(postgres.dsn, **admin) as connection:  # type: ignore[arg-type]
        connection.execute(f"create database {made.database}{copied}")  # type: ignore[call-overload]
    try:
        yield made
    finally:
        _OPEN.discard(name)
        with psycopg.connect(postgres.dsn, **admin) as connection:  # type: ignore[arg-type]
            connection.execute(f"drop database {made.database} with (force)")  # type: ignore[call-overload]


@lru_cache(maxsize=1)
def made(postgres: EmbeddedPostgres) -> Warehouse:
    """One with all tables and views, to copy from: made once for a server."""
    template = Warehouse(postgres, f"made_{uuid.uuid4().hex[:10]}")
    # Made under a name that will be used again: what dbt parses for it holds.
    with warehouse(postgres) as new:
        new.make()
        new.ask("truncate amazon_ads.sync_log")
        with psycopg.connect(postgres.dsn, dbname="postgres", autocommit=True) as connection:
            statement = f"create database {template.database} template {new.database}"
            connection.execute(statement)  # type: ignore[call-overload]
    return template


def renew(pipeline: Pipeline) -> None:
    """Forget everything, and begin with tables and views as the first step of a job leaves them."""
    name = pipeline.postgres.environment()["TARGET_POSTGRES_DATABASE"]
    with psycopg.connect(pipeline.postgres.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")  # type: ignore[call-overload]
        template = remembered(pipeline.postgres)
        connection.execute(f"create database {name} template {template}")  # type: ignore[call-overload]
    pipeline.forget()
    # What the checks compile to is the same for all pipelines of this process.
    checks = kept_checks.place(pipeline.folder, name)
    if not checks.is_symlink():
        checks.unlink(missing_ok=True)
        checks.symlink_to(_checks() / checks.name)


@lru_cache(maxsize=1)
def _checks() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="entities-checks-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@lru_cache(maxsize=1)
def remembered(postgres: EmbeddedPostgres) -> str:
    """A database like `made`, as a run knows it again, to copy from: it does not start dbt to prepare it."""
    name = f"remembered_{uuid.uuid4().hex[:10]}"
    template = made(postgres)
    with psycopg.connect(postgres.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {name} template {template.database}")  # type: ignore[call-overload]
    environment = {**postgres.environment(), "TARGET_POSTGRES_DATABASE": name}
    run = Run.of(project(), {**environment, **dict.fromkeys(CREDENTIALS, "any")})
    sources = fingerprint.of(run, run.environment({}))
    with psycopg.connect(postgres.dsn, dbname=name, autocommit=True) as connection:
        connection.execute("update amazon_ads.sync_meta set value = %s where name = 'prepared'", (sources,))
    Database(environment).bless(sources, fingerprint.roles(run), "")
    return name
