"""Other targets in environments of their own, and the databases they load."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness.warehouse import Warehouse
from psycopg.conninfo import conninfo_to_dict
from pythons import CleanEnvironment, python

ROWS = {"profiles": 4, "portfolios": 20, "campaigns": 190, "ad_groups": 380, "ads": 760, "targets": 2940}
"""Of the made-up account as it comes."""
KINDS = ("profile_id", "budget_micros", "bidding", "start_date", "synced_at")
"""Columns of entity_campaigns of every kind: text, a number, JSON, a day, a moment."""


@dataclass(frozen=True)
class Messages:
    """What the tap wrote.

    Args:
        file: Singer messages.
    """

    file: Path

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of a stream."""
        lines = map(json.loads, self.file.read_text().splitlines())
        return [each["record"] for each in lines if each["type"] == "RECORD" and each["stream"] == stream]

    def campaigns(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The campaigns by their key; several profiles use the same ids."""
        return {(each["profile_id"], each["campaign_id"]): each for each in self.records("entity_campaigns")}

    def schemas(self) -> str:
        """The SCHEMA messages alone."""
        return "".join(line for line in self.file.open() if json.loads(line)["type"] == "SCHEMA")


def environment(folder: Path, *packages: str) -> CleanEnvironment:
    """A clean one with these packages."""
    program = python("3.11") or python("3.12") or python("3.10")
    if program is None:
        pytest.skip("no Python from 3.10 to 3.12 on this machine")
    clean = CleanEnvironment(program, folder / "target")
    clean.shell("pip install --quiet " + " ".join(f"'{name}'" for name in packages))
    return clean


def load(target: CleanEnvironment, program: str, messages: Messages, config: dict[str, Any]) -> None:
    """Pipe the messages into a target."""
    (target.folder / "config.json").write_text(json.dumps(config))
    target.shell(f"{program} --config config.json < '{messages.file}' > state.json")
    assert json.loads((target.folder / "state.json").read_text().splitlines()[-1])["bookmarks"]


def connection(database: Warehouse) -> dict[str, Any]:
    """How a target reaches it."""
    found = conninfo_to_dict(database.postgres.dsn)
    return {
        "host": found["host"],
        "port": int(str(found["port"])),
        "user": found["user"],
        "password": found["password"],
    }


def counts(database: Warehouse) -> dict[str, int]:
    """Rows of every table of entities."""
    return {name: database.ask(f"select count(*) from amazon_ads.entity_{name}")[0][0] for name in ROWS}
