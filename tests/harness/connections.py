"""The command that connects accounts, against a sandbox and a database."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET
from harness.consent import follow, press
from harness.person import Person
from harness.pipeline import BIN, TAP
from harness.programs import run_to_end
from tap_amazon_ads_entities.settings import keys

COMMAND = str(BIN / "amazon-ads-connect")


@dataclass
class Connections:
    """Where connections are made and kept.

    Args:
        sandbox: the account.
        postgres: the database.
        folder: current folder of the commands, without a .env.
    """

    sandbox: SandboxProcess
    postgres: EmbeddedPostgres
    folder: Path
    key: str = field(default_factory=keys.new)

    @property
    def settings(self) -> dict[str, str]:
        """Settings of the tap that use the store; the database's password comes from the environment."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": "",
            "connections_url": f"host=127.0.0.1 port={self.postgres.port} user=amazon_ads dbname={self.database}",
            "encryption_keys": self.key,
            "api_url": f"{self.sandbox.url}/{{region}}",
            "token_url": f"{self.sandbox.url}/auth/o2/token",
        }

    @property
    def database(self) -> str:
        """Its name."""
        return self.postgres.database

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of a command."""
        chosen = {**self.settings, **settings}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(TAP)},
            **{f"{TAP}{name.upper()}": value for name, value in chosen.items() if value},
            "PGPASSWORD": self.postgres.password,
        }

    def person(self, *arguments: str, **settings: str) -> Person:
        """Somebody who starts the command at a terminal."""
        return Person([COMMAND, *arguments], self.environment(**settings), self.folder)

    def run(self, *arguments: str, typed: str = "", **settings: str) -> tuple[int, str]:
        """The command without a terminal: exit code and everything it wrote."""
        return run_to_end([COMMAND, *arguments], self.environment(**settings), folder=self.folder, typed=typed)

    def connect(self, label: str, *arguments: str, user: str = "owner") -> Person:
        """Connect a user's account; the person has seen the end."""
        uri = f"http://127.0.0.1:{free_port()}/connected"
        options = ("add", f"--label={label}", f"--redirect-uri={uri}", "--yes", *arguments)
        with self.person(*options) as person:
            if not any(option.startswith("--region") for option in arguments):
                person.waits_for("Regions to look in.*: ")
                person.types("")
            url = person.waits_for(r"http://127\.0\.0\.1:\d+/ap/oa\?\S+")
            follow(press(url, user=user))
            assert person.sees_the_end() == 0, person.shown
        return person

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.postgres.dsn, autocommit=True) as session:
            found = session.execute(statement, parameters)  # type: ignore[call-overload]
            return list(found) if found.description else []

    def reset(self) -> None:
        """Forget every connection, and who may see them."""
        self.query("drop schema if exists private cascade")
