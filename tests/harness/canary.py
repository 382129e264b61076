"""Secrets that can be recognised anywhere, and the search for them in texts, files and the database."""

from __future__ import annotations

import os
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

_ONCE = secrets.token_hex(4)
"""What an earlier test left behind is not found again."""

_INSTALLED = frozenset(
    {".venv", ".tools", ".git", "venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)


def canary(name: str) -> str:
    """A secret that is altered by every way of encoding it, around a core that none but base64 alters."""
    return f"Atzr|{core(name)}/+='\"\\%&end"


def canary_key(name: str, fill: str = "A") -> str:
    """An encryption key, 32 bytes in base64, whose text holds the core of a canary."""
    return core(name).ljust(43, fill)[:43] + "="


def core(name: str) -> str:
    """The part of a canary that stays itself percent-encoded, escaped in JSON, and cut at either end."""
    return f"CANARY{name.replace('_', '').upper()}{_ONCE}"


def _needles(name: str) -> Iterator[bytes]:
    """What gives a canary away: its core, and its core in base64 wherever it may begin in a longer text."""
    found = core(name).encode()
    yield found
    for offset in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            text = encode(bytes(offset) + found).rstrip(b"=")
            # The first and last characters depend on the neighbours.
            yield text[(0, 2, 3)[offset] : len(text) - 1]


@dataclass
class Search:
    """Looks for canaries.

    Args:
        names: of the canaries.
        since: epoch seconds; files that are older are left out.
        passed: files that the user passed, which hold canaries rightly.
    """

    names: Iterable[str]
    since: float = 0.0
    passed: frozenset[Path] = frozenset()
    _wanted: dict[bytes, str] = field(init=False)

    def __post_init__(self) -> None:
        self._wanted = {needle: name for name in self.names for needle in _needles(name)}

    def data(self, data: bytes | str, where: str) -> list[str]:
        """What a text or a file's content gives away."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        return [f"{where}: {name} as {needle.decode()}" for needle, name in self._wanted.items() if needle in raw]

    def files(self, *folders: Path) -> list[str]:
        """What the files below some folders give away, their names included."""
        found: list[str] = []
        for folder in folders:
            for top, below, names in os.walk(folder):
                below[:] = [name for name in below if name not in _INSTALLED]
                for name in names:
                    path = Path(top, name)
                    if path not in self.passed and path.is_file() and path.stat().st_mtime >= self.since:
                        found += self.data(f"{path}\n".encode() + path.read_bytes(), str(path))
        return found

    def database(self, dsn: str) -> list[str]:
        """What the rows of every table and view, the comments and the sessions' statements give away."""
        found: list[str] = []
        with psycopg.connect(dsn, autocommit=True) as connection:
            relations = connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where table_schema not in ('pg_catalog', 'information_schema')"
                " union all values ('pg_catalog', 'pg_stat_activity'), ('pg_catalog', 'pg_description'),"
                " ('pg_catalog', 'pg_authid'), ('pg_catalog', 'pg_settings')",
            ).fetchall()
            for relation in relations:
                rows = connection.execute(
                    sql.SQL("select row.*::text from {} as row").format(sql.Identifier(*relation))
                )
                found += self.data("\n".join(str(row) for row in rows), ".".join(relation))
        return found
