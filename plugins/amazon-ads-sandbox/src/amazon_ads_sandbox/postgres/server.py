"""Starts, stops and finds the embedded Postgres."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from amazon_ads_sandbox import places
from amazon_ads_sandbox.postgres import home as homes
from amazon_ads_sandbox.postgres import processes, programs
from amazon_ads_sandbox.postgres.error import PostgresError
from amazon_ads_sandbox.service import Service
from amazon_ads_sandbox.waiting import wait_gone

SANDBOX_DATABASE = "sandbox"
ACCOUNT_DATABASE = "amazon_ads"
"""A real account's rows never share a database with the made-up ones."""

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LOG_LINES = 5
_ORPHAN_SECONDS = 1.0


class EmbeddedPostgres(Service):
    """One server with its data in `home`/postgres.

    Args:
        home: the state folder.
        port: on 127.0.0.1; default: AMAZON_ADS_SANDBOX_PG_PORT, else 54390 or, where that is taken, a free one.
        database: the database to use in it; created when it is not there.
    """

    def __init__(self, home: Path, port: int | None = None, database: str = SANDBOX_DATABASE) -> None:
        """Touch nothing yet."""
        self.database = database
        self.home = home.resolve() / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.password_file = self.home / "password"
        self.pass_file = self.home / "pgpass"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port it listens on, or would."""
        if self.pid() is not None and (port := processes.recorded_port(self.data)):
            return port
        return self._port or places.configured_postgres_port() or places.DEFAULT_POSTGRES_PORT

    @property
    def password(self) -> str:
        """The generated password; known once the server has been started."""
        return self.password_file.read_text().strip()

    @property
    def dsn(self) -> str:
        """Connection string of the owner."""
        return f"host=127.0.0.1 port={self.port} user={programs.USER} dbname={self.database} password={self.password}"

    def environment(self) -> dict[str, str]:
        """The database settings of target-postgres and dbt."""
        return {
            "TARGET_POSTGRES_HOST": "127.0.0.1",
            "TARGET_POSTGRES_PORT": str(self.port),
            "TARGET_POSTGRES_USER": programs.USER,
            "TARGET_POSTGRES_PASSWORD": self.password,
            "TARGET_POSTGRES_DATABASE": self.database,
        }

    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return processes.server_pid(self.data)

    @property
    def launched(self) -> bool:
        """Whether the last `start` found it stopped."""
        return self._process is not None

    def start(self) -> EmbeddedPostgres:
        """Start it unless it runs; recover from a crash; create it the first time.

        Raises:
            PostgresError: it cannot be started.
        """
        homes.make(self.home)
        try:
            with places.alone(self.home / "lock"):
                self._process = None
                if self.pid() is None:
                    if not (self.data / "PG_VERSION").exists():
                        programs.create(self.home)
                    processes.clear_stale_pid_file(self.data)
                    self._launch()
                self._wait()
        except OSError as error:
            message = f"the embedded Postgres in {self.home} cannot be started: {error.strerror or error}"
            raise PostgresError(message) from error
        return self

    def stop(self) -> None:
        """Stop it; connections are closed."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it as a crash would: every process of it at once."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            self._wait_gone(pid)

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def _signal(self, number: int) -> None:
        pid = self.pid()
        if pid is not None:
            os.kill(pid, number)
            self._wait_gone(pid)

    def _wait_gone(self, pid: int) -> None:
        if not wait_gone(pid, _STOP_SECONDS):
            message = f"the embedded Postgres (process {pid}) does not stop; see {self.log}"
            raise PostgresError(message)

    def _launch(self) -> None:
        port = self._choose_port()
        # libpq reads it where no password is given; it must stay readable to us, whoever runs the server.
        homes.write_private(self.pass_file, f"127.0.0.1:{port}:*:{programs.USER}:{self.password}\n")
        self._process = programs.launch(self.home, port)

    def _choose_port(self) -> int:
        """The port asked for, or the default one unless another copy of the project has it."""
        port = self.port
        ends = time.monotonic() + _ORPHAN_SECONDS
        while not places.is_free(port) and time.monotonic() < ends:
            # Children of a killed server hold its port for a moment.
            time.sleep(0.05)
        if places.is_free(port):
            return port
        if self._port is None and places.configured_postgres_port() is None:
            return places.free_port()
        message = f"port {port} on 127.0.0.1 is taken by another program; set AMAZON_ADS_SANDBOX_PG_PORT to a free one"
        raise PostgresError(message)

    def _wait(self) -> None:
        """Wait until it answers; one that was just dying when we looked is launched again."""
        ends = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends:
            try:
                self._ensure_database()
            except psycopg.OperationalError:
                if self._process is None:
                    # A killed server takes a moment to be gone.
                    if self.pid() is None:
                        processes.clear_stale_pid_file(self.data)
                        self._launch()
                elif self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        tail = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:] if self.log.exists() else []
        message = f"the embedded Postgres does not answer; the end of {self.log}: {' | '.join(tail)}"
        raise PostgresError(message)

    def _ensure_database(self) -> None:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=programs.USER,
            password=self.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", (self.database,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(self.database)))
