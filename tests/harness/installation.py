"""A project folder as a user has it: an .env of its own, its own embedded Postgres and made-up account."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import SANDBOX_DATABASE, EmbeddedPostgres
from harness.forks import run_meltano
from harness.pipeline import BIN, TAP, Result
from harness.programs import run_to_end
from harness.project import make_project

_OURS = (TAP, "TARGET_POSTGRES", "AMAZON_ADS", "MELTANO", "MODE", "PG")
_TIMEOUT = 300


class Installation:
    """A project that nothing has run in yet.

    Args:
        folder: where; created.
        home: the state folder, if not the project's .sandbox.
        env: the content of .env.
    """

    def __init__(self, folder: Path, home: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        self.folder = make_project(folder)
        self.home = home or folder / ".sandbox"
        self._ports = {
            "AMAZON_ADS_SANDBOX_PORT": str(free_port()),
            "AMAZON_ADS_SANDBOX_PG_PORT": str(free_port()),
            **({"AMAZON_ADS_SANDBOX_HOME": str(home)} if home else {}),
        }
        self.env(env or {})

    def env(self, variables: Mapping[str, str]) -> None:
        """Write .env."""
        lines = [f"{name}={json.dumps(value) if ' ' in value else value}\n" for name, value in variables.items()]
        (self.folder / ".env").write_text("".join(lines))

    def environment(self, **more: str) -> dict[str, str]:
        """A shell's environment: nothing of ours but the ports that keep copies apart."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return {**plain, **self._ports, "MELTANO_AUTO_INSTALL": "false", "NO_COLOR": "1", **more}

    def run(self, *command: str, **more: str) -> Result:
        """A command of ours to its end, as a shell in the project's folder runs it."""
        name, *arguments = command
        variables = self.environment(**more)
        if name == "meltano":
            return Result(*run_meltano(arguments, variables, self.folder), "")
        done = run_to_end([BIN / name, *arguments], variables, folder=self.folder, timeout=_TIMEOUT)
        return Result(*done, "")

    def sync(self, **more: str) -> Result:
        """`make sync`."""
        return self.run("entities-sync", **more)

    def postgres(self, database: str = SANDBOX_DATABASE) -> EmbeddedPostgres:
        """The project's embedded Postgres, with a database of it; running."""
        return EmbeddedPostgres(self.home, int(self._ports["AMAZON_ADS_SANDBOX_PG_PORT"]), database).start()

    def control(self) -> SandboxControl:
        """The project's made-up account; running."""
        return SandboxControl(self._account().url)

    def _account(self) -> BackgroundSandbox:
        subprocess.run(
            [str(BIN / "amazon-ads-sandbox"), "up"], env=self.environment(), cwd=self.folder, check=True, timeout=60
        )
        return BackgroundSandbox(self.home)

    def query(self, statement: str, database: str = SANDBOX_DATABASE) -> list[tuple[Any, ...]]:
        """Ask one of its databases."""
        with psycopg.connect(self.postgres(database).dsn, autocommit=True) as connection:
            found = connection.execute(statement)  # type: ignore[call-overload]
            return list(found) if found.description else []

    def counts(self, database: str = SANDBOX_DATABASE) -> dict[str, int]:
        """Rows per table."""
        tables = ("profiles", "portfolios", "campaigns", "ad_groups", "ads", "targets")
        statement = " union all ".join(f"select '{name}', count(*) from amazon_ads.entity_{name}" for name in tables)
        return {str(name): int(number) for name, number in self.query(statement, database)}

    def stop(self) -> None:
        """Stop what runs."""
        self.run("amazon-ads-sandbox", "down")


EVERYTHING = {"profiles": 4, "portfolios": 20, "campaigns": 190, "ad_groups": 380, "ads": 760, "targets": 2940}
"""Rows of the made-up account as it comes."""
