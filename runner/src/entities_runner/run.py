"""One run: its project, its id, and what tap, loader and dbt have to know of account and database.

Every way to start a run comes through here: `make sync`, `meltano run`, `meltano schedule run`, cron. So they all read
the same account into the same database.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from entities_runner.account import (
    AUTO,
    CONNECTIONS_URL,
    CREDENTIALS,
    ENCRYPTION_KEYS,
    MADE_UP,
    TAP,
    Choice,
    choose,
    settings,
)
from entities_runner.checks import schema_of, tls

SESSION = "tap-amazon-ads-entities"


@dataclass(frozen=True)
class Run:
    """A run, as far as it is known before anything is started.

    Args:
        project: the project's folder.
        home: where the embedded Postgres and the made-up account keep their things.
        run_id: the run.
        choice: which account, which database.
        variables: the settings in force.
    """

    project: Path
    home: Path
    run_id: str
    choice: Choice
    variables: Mapping[str, str]

    @classmethod
    def of(cls, project: Path, environment: Mapping[str, str]) -> Run:
        """The run that this process belongs to.

        Raises:
            UsageError: account and database cannot be told.
        """
        variables = settings(project, environment)
        choice = choose(variables, variables.get("MELTANO_ENVIRONMENT") or AUTO)
        home = Path(variables.get("AMAZON_ADS_SANDBOX_HOME") or project / ".sandbox")
        return cls(project, home, variables.get("MELTANO_RUN_ID") or _meltanos_run_id(), choice, variables)

    @property
    def folder(self) -> Path:
        """Locks, logs, and what is remembered between runs: the project's, wherever its services keep their data."""
        return self.project / ".sandbox"

    @property
    def common(self) -> Path:
        """What the shards of a project remember together."""
        return self.home if self.home.is_dir() else self.folder

    @property
    def schema(self) -> str:
        """The schema the tables are in."""
        return schema_of(self.variables)

    @property
    def keep_days(self) -> dict[str, int]:
        """How long log and history are kept, by the function that forgets what is older."""
        return {
            "prune_log": int(self.variables.get("AMAZON_ADS_LOG_RETENTION_DAYS") or 400),
            "prune_history": int(self.variables.get("AMAZON_ADS_HISTORY_RETENTION_DAYS") or 730),
        }

    @property
    def session(self) -> str:
        """application_name of the run's database sessions, by which `sync_runs` sees that it is alive."""
        return f"{SESSION} {self.run_id}"

    @property
    def origin(self) -> str:
        """This copy of the project: whoever holds its lock knows that its earlier runs are over."""
        return hashlib.sha256(f"{socket.gethostname()}:{self.project}".encode()).hexdigest()[:16]

    def environment(self, services: Mapping[str, str]) -> dict[str, str]:
        """The environment of tap, loader and dbt.

        Args:
            services: the variables that point at what was started for the run.
        """
        variables = {**self.variables, **services}
        if self.choice.environment == MADE_UP:
            # Whatever .env says of a real account, or of a database, is not for the made-up one.
            variables |= {CONNECTIONS_URL: "", ENCRYPTION_KEYS: "", f"{TAP}CONNECTIONS": "[]"}
            variables |= dict(zip(CREDENTIALS, (CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN), strict=True))
        if self.choice.embedded_database:
            # It has no TLS, and listens on this machine alone.
            variables |= {"TARGET_POSTGRES_SSL_ENABLE": "false", "PGSSLMODE": "disable"}
        return {
            # The loader wants both said; an empty password leaves it to libpq (PGPASSFILE, ~/.pgpass).
            "TARGET_POSTGRES_PORT": "5432",
            "TARGET_POSTGRES_PASSWORD": "",
            **variables,
            **_home(self.project),
            **tls(variables),
            "MELTANO_PROJECT_ROOT": str(self.project),
            "MELTANO_RUN_ID": self.run_id,
            f"{TAP}RUN_ID": self.run_id,
            f"{TAP}LOADER_SESSION": self.session,
            "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": self.schema,
            "AMAZON_ADS_SCHEMA": self.schema,
            "AMAZON_ADS_SESSION": self.session,
            "AMAZON_ADS_ORIGIN": self.origin,
            "PGAPPNAME": self.session,
        }


def _home(project: Path) -> dict[str, str]:
    """A user without a home, as services and containers have it, gets one where `make` puts it: Meltano logs there."""
    try:
        usable = os.access(Path.home(), os.W_OK)
    except RuntimeError:
        # A number without a name.
        usable = False
    return {} if usable else {"HOME": str(project / ".tools" / "home")}


def _meltanos_run_id() -> str:
    """One id for all parts of a run: they have Meltano as their parent, and it tells its own id to none of them."""
    import psutil  # noqa: PLC0415 - start-up, where the id is known already

    parent = os.getppid()
    try:
        started = psutil.Process(parent).create_time()
    except psutil.Error:
        return str(uuid.uuid4())
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{socket.gethostname()}:{parent}:{started}"))
