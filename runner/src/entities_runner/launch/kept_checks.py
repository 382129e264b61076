"""The checks of the post-step as dbt has compiled them, kept for runs in which dbt would have nothing else to do.

Starting dbt takes longer than a run that finds nothing new. What it compiled holds as long as sources, settings and the
database are what they were; the checks themselves are made every time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from psycopg import sql

from entities_runner.database import Database

_AT_ONCE = 4
_DIGITS = 12
_RUN = "%(run_id)s"
_SHORTEST = 12
"""Letters of a run's id that no other text of a check has by chance."""


@dataclass(frozen=True)
class Finding:
    """A check that found rows.

    Args:
        name: of the check.
        rows: how many.
        fails: whether the run fails by it.
    """

    name: str
    rows: int
    fails: bool


def place(folder: Path, database: str) -> Path:
    """The file for a database: one each, so that two can take turns."""
    return folder / f"checks-{hashlib.sha256(database.encode()).hexdigest()[:_DIGITS]}.json"


def keep(file: Path, key: str, target: Path, run_id: str) -> None:
    """Keep what dbt has just compiled, where it compiled every check.

    Args:
        file: to keep it in.
        key: what it holds for.
        target: dbt's folder for what it made.
        run_id: of the run that was checked.
    """
    if len(run_id) < _SHORTEST:
        return
    nodes = _document(target / "manifest.json").get("nodes", {})
    tests = {name: node for name, node in nodes.items() if node.get("resource_type") == "test"}
    results = {each.get("unique_id"): each for each in _document(target / "run_results.json").get("results", ())}
    kept = []
    for name, node in tests.items():
        compiled, config = results.get(name, {}).get("compiled_code"), node.get("config", {})
        if not compiled or _is_special(config):
            return
        kept.append(
            {
                "name": node["name"],
                "statement": compiled.replace("%", "%%").replace(f"'{run_id}'", _RUN),
                "fails": str(config.get("severity", "error")).lower() == "error",
            }
        )
    if kept:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as written:
            json.dump({"key": key, "checks": kept}, written)


def _is_special(config: Mapping[str, Any]) -> bool:
    """Whether a check counts anything but rows."""
    usual = {"fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0", "limit": None}
    return any(config.get(name, value) != value for name, value in usual.items())


def kept(file: Path, key: str) -> list[dict[str, Any]]:
    """The checks that are kept for this key; none where there are none."""
    document = _document(file)
    return list(document.get("checks", ())) if document.get("key") == key else []


def findings(database: Database, checks: list[dict[str, Any]], run_id: str) -> Iterator[Finding]:
    """Make every check.

    Raises:
        UsageError: the database refuses.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        shares = pool.map(lambda share: _counts(database, checks[share::_AT_ONCE], run_id), range(_AT_ONCE))
        counts = [*zip_longest(*shares)]
    for check, count in zip(checks, chain.from_iterable(counts), strict=False):
        if count:
            yield Finding(check["name"], count, check["fails"])


def _counts(database: Database, checks: list[dict[str, Any]], run_id: str) -> list[int]:
    """How many rows each of them finds, in one session and a transaction each."""
    found: list[int] = []
    with database.session() as connection:
        for check in checks:
            counted = sql.SQL("select count(*) from ({}) as found").format(sql.SQL(check["statement"]))
            with database.bounded(connection):
                row = connection.execute(counted, {"run_id": run_id}).fetchone()
            found.append(int(str(row[0])) if row else 0)
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
