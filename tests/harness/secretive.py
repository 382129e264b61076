"""A pipeline whose every secret is a canary, in folders of its own."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from harness.canary import Search, canary
from harness.pipeline import BIN, TAP, Pipeline
from harness.programs import run_to_end
from harness.project import project
from tap_amazon_ads_entities.settings.model import SECRET_SETTINGS

LOADER = "loader_password"
ACCESS = "access_token"
ROLE = "canary"

# Every connection says what it sends and receives, on standard output.
_NOISY = "import http.client; http.client.HTTPConnection.debuglevel = 1"


@dataclass
class Secretive(Pipeline):
    """A pipeline that must give nothing away; what it writes goes below one folder, and into the project."""

    search: Search = field(init=False)

    def __post_init__(self) -> None:
        self.home, self.temporary = (self._made(name) for name in ("home", "tmp"))
        self.search = Search(
            (*SECRET_SETTINGS, LOADER, ACCESS),
            since=time.time() - 1,
            passed=frozenset({self.folder / "target.json"}),
        )
        self.settings = {name: canary(name) for name in ("client_secret", "refresh_token")}
        self.sandbox.control.configure(**self.settings, token_prefix=canary(ACCESS))
        with psycopg.connect(self.postgres.dsn, autocommit=True) as connection:
            hashed = connection.pgconn.encrypt_password(canary(LOADER).encode(), ROLE.encode(), b"scram-sha-256")
            statement = sql.SQL("create role {} login superuser password {}")
            connection.execute(statement.format(sql.Identifier(ROLE), sql.Literal(hashed.decode())))

    def forget_role(self) -> None:
        """Remove the loader's role, and all it made."""
        self.reset()
        self.query_none(f"drop owned by {ROLE} cascade; drop role {ROLE}")

    def _made(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        return path

    def environment(self, **settings: Any) -> dict[str, str]:
        """As ever, with the canaries in it."""
        return {
            **super().environment(**settings),
            "TARGET_POSTGRES_USER": ROLE,
            "TARGET_POSTGRES_PASSWORD": canary(LOADER),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
        }

    def leaks(self, output: str) -> list[str]:
        """Whatever some output, the files written since the start and the database give away."""
        return [
            *self.search.data(output, "output"),
            *self.search.files(self.folder, project(), self.postgres.home),
            *self.search.database(self.postgres.dsn),
        ]

    def tap(self, *arguments: str, program: str = "", noisy: bool = False, **settings: Any) -> tuple[int, str]:
        """The tap alone, at debug level: its exit code and all it writes, records and STATE included.

        Args:
            arguments: of the tap; none for a run with its settings from the environment.
            program: Python that runs first.
            noisy: let the HTTP library print every exchange, too.
            settings: of the tap.
        """
        setup = (
            f"{_NOISY if noisy else ''}\n{program}\nfrom tap_amazon_ads_entities.tap import TapAmazonAdsEntities as T"
        )
        return run_to_end(
            [BIN / "python", "-c", f"{setup}\nT.cli()", *(arguments or ("--config=ENV",))],
            {**self.environment(**settings), f"{TAP}LOGLEVEL": "DEBUG"},
            folder=self.folder,
        )

    def start_sync(self, **settings: Any) -> subprocess.Popen[str]:
        """What `make sync` runs, as for a real account and one's own Postgres."""
        return subprocess.Popen(
            [str(BIN / "entities-sync")],
            env={**self.environment(**settings), "MODE": "full"},
            cwd=project(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def children(pid: int) -> list[tuple[int, str]]:
    """The processes a process has started: their ids and commands."""
    return [(child, command) for child, parent, command in _processes() if parent == pid]


def descendants(pid: int) -> list[tuple[int, str]]:
    """The same, with the processes that these have started, and so on."""
    found: list[tuple[int, str]] = []
    parents, listed = {pid}, _processes()
    while parents:
        below = [(child, command) for child, parent, command in listed if parent in parents]
        found += below
        parents = {child for child, _ in below}
    return found


def _processes() -> list[tuple[int, int, str]]:
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return [(int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3]
