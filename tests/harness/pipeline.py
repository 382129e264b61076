"""Runs the real pipeline against a sandbox and an embedded Postgres."""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from entities_runner import bookmarks
from entities_runner.database import Database
from harness import forks
from harness.project import ROOT, project

BIN = Path(sys.executable).parent
TAP = "TAP_AMAZON_ADS_ENTITIES_"
TARGET = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres-copy"
_HUB_NOWHERE = "http://127.0.0.1:9"
_TIMEOUT = 540


@dataclass
class Result:
    """How a run ended."""

    code: int
    output: str
    run_id: str

    def lines(self, pattern: str) -> list[str]:
        """The lines of the output that match."""
        return [line for line in self.output.splitlines() if re.search(pattern, line)]


@dataclass
class Pipeline:
    """One sandbox, one database, one folder for state.

    Args:
        sandbox: the account.
        postgres: the database.
        folder: for Meltano's own database and the state of direct runs.
        settings: settings of the tap beside the defaults.
    """

    sandbox: SandboxProcess
    postgres: EmbeddedPostgres
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def environment(self, **settings: Any) -> dict[str, str]:
        """Everything Meltano, tap, loader and dbt need; the Hub leads nowhere."""
        chosen = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "api_url": f"{self.sandbox.url}/{{region}}",
            "token_url": f"{self.sandbox.url}/auth/o2/token",
            **self.settings,
            **settings,
        }
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith((TAP, "TARGET_POSTGRES", "MODE"))
            },
            **{f"{TAP}{name.upper()}": _text(value) for name, value in chosen.items()},
            **self.postgres.environment(),
            "MELTANO_PROJECT_ROOT": str(project()),
            "AMAZON_ADS_SANDBOX_HOME": str(self.folder),
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder}/meltano.db",
            "MELTANO_HUB_URL": _HUB_NOWHERE,
            "MELTANO_AUTO_INSTALL": "false",
            "NO_COLOR": "1",
        }

    def meltano(self, *arguments: str, environment: Mapping[str, str] | None = None, **settings: Any) -> Result:
        """`meltano …` to its end."""
        run_id = str(uuid.uuid4())
        variables = {**self.environment(**settings), "MELTANO_RUN_ID": run_id, **(environment or {})}
        return Result(*forks.run_meltano(["--environment=prod", *arguments], variables, project()), run_id)

    def start_direct(self, announced: Callable[[], None] = lambda: None, **settings: Any) -> Direct:
        """Start tap and loader joined by a pipe, with a state file, as in any Singer pipeline.

        Args:
            announced: called once the row of the run is there.
            settings: of the tap.
        """
        return Direct(self, settings, announced)

    def direct(self, **settings: Any) -> Result:
        """Tap and loader joined by a pipe, to their end."""
        return self.start_direct(**settings).wait()

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.postgres.dsn, autocommit=True) as connection:
            return list(connection.execute(statement, parameters))  # type: ignore[call-overload]

    def hold(self) -> int:
        """Hold the state of direct runs against the database, as a job does before its tap starts."""
        path = self.folder / "state.json"
        state = json.loads(path.read_text()) if path.exists() else {}
        changed = bookmarks.hold(state, Database(self.postgres.environment()))
        path.write_text(json.dumps(state))
        return changed

    def reset(self) -> None:
        """Empty the database, forget all state, and be healthy."""
        self.query_none("drop schema if exists amazon_ads_fivetran cascade; drop schema if exists amazon_ads cascade")
        self.forget()

    def forget(self) -> None:
        """Forget all state, and be healthy."""
        for name in ("meltano.db", "state.json"):
            (self.folder / name).unlink(missing_ok=True)
        self.sandbox.control.clear_faults()
        self.sandbox.control.configure(latency_ms=0, rate_limit=None, token_ttl_seconds=3600)

    def announce(self, run_id: str, session: str) -> None:
        """What the first step of a job does: settle what is over, leave the row of the run."""
        if self.query("select to_regclass('amazon_ads.sync_slices') is null")[0][0]:
            return
        with psycopg.connect(self.postgres.dsn, autocommit=True) as connection:
            connection.execute("select amazon_ads.announce_run(%s::text, 'tests', %s::text)", (run_id, session))

    def query_none(self, statement: str) -> None:
        """Run a statement."""
        with psycopg.connect(self.postgres.dsn, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)


class Direct:
    """A tap and a loader that are running."""

    def __init__(self, pipeline: Pipeline, settings: Mapping[str, Any], announced: Callable[[], None]) -> None:
        self.run_id = str(uuid.uuid4())
        self._state = pipeline.folder / "state.json"
        self._tap_log = (pipeline.folder / "tap.log").open("w+")
        self._target_log = (pipeline.folder / "target.log").open("w+")
        session = f"tap-amazon-ads-entities {self.run_id}"
        environment = {**pipeline.environment(**settings), "PGAPPNAME": session}
        environment |= {f"{TAP}RUN_ID": self.run_id, f"{TAP}LOADER_SESSION": session}
        pipeline.announce(self.run_id, session)
        announced()
        state = ["--state", str(self._state)] if self._state.exists() else []
        source, sink = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
        self._states, states = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
        with source, sink, states, Path(os.devnull).open("rb") as nothing:
            self.tap = forks.Started(forks.TAP, ["--config=ENV", *state], environment, (nothing, sink, self._tap_log))
            self.target = forks.Started(
                forks.TARGET, ["--config", str(self.config(pipeline))], environment, (source, states, self._target_log)
            )

    @staticmethod
    def config(pipeline: Pipeline) -> Path:
        """The loader's settings in a file."""
        variables = pipeline.environment()
        settings = {name: variables[name] for name in pipeline.postgres.environment()}
        path = pipeline.folder / "target.json"
        path.write_text(
            json.dumps(
                {
                    **{
                        name.removeprefix("TARGET_POSTGRES_").lower(): int(value) if name.endswith("PORT") else value
                        for name, value in settings.items()
                    },
                    "default_target_schema": "amazon_ads",
                    "use_copy": True,
                    "validate_records": False,
                    "add_record_metadata": False,
                    "activate_version": False,
                    "sanitize_null_text_characters": True,
                },
            ),
        )
        path.chmod(0o600)
        return path

    def wait(self) -> Result:
        """Wait for both, keep the newest state, and join their exit codes as Meltano does."""
        with self._states:
            states = self._states.read().splitlines()
        codes = (self.tap.wait(_TIMEOUT), self.target.wait(_TIMEOUT))
        if states:
            self._state.write_bytes(states[-1])
        output = ""
        for log in (self._tap_log, self._target_log):
            log.seek(0)
            output += log.read()
            log.close()
        return Result(next((abs(code) for code in codes if code), 0), output, self.run_id)
