"""The connections in Postgres: one private table, refresh tokens as ciphertext only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tap_amazon_ads_entities.connections.model import StoredConnection
from tap_amazon_ads_entities.errors import ConnectionStoreError

APPLICATION = "amazon-ads-connections"

# Only the owner of the table (the role that ran `add`) gets in; nothing is granted to anybody.
_CREATE = """
create schema if not exists private;
revoke all on schema private from public;
create table if not exists private.amazon_ads_connections (
    label text primary key,
    regions text[] not null,
    profile_ids text[],
    refresh_token bytea not null,
    key_id text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    last_validated_at timestamptz
);
revoke all on private.amazon_ads_connections from public;
comment on table private.amazon_ads_connections is 'Connections to Amazon accounts; made by amazon-ads-connect.';
comment on column private.amazon_ads_connections.profile_ids is 'Profiles to read; null for every one.';
comment on column private.amazon_ads_connections.refresh_token is 'AES-256-GCM ciphertext, bound to the label.';
comment on column private.amazon_ads_connections.key_id is 'Fingerprint of the key that encrypted it.';
"""

_SELECT = """
select label, regions, profile_ids, refresh_token as sealed, key_id, created_at, last_used_at, last_validated_at
from private.amazon_ads_connections order by label
"""

# A connection that is made again keeps the moment it was first made.
_UPSERT = """
insert into private.amazon_ads_connections
    (label, regions, profile_ids, refresh_token, key_id, last_validated_at)
values (%s, %s, %s, %s, %s, now())
on conflict (label) do update set
    regions = excluded.regions, profile_ids = excluded.profile_ids, refresh_token = excluded.refresh_token,
    key_id = excluded.key_id, last_validated_at = excluded.last_validated_at
"""


class Store:
    """Reads and writes connections.

    Args:
        url: libpq connection string or postgresql:// address; a password may come from PGPASSFILE or PGPASSWORD.
    """

    def __init__(self, url: str) -> None:
        """Connect later."""
        self._url = url

    def create(self) -> None:
        """Make schema and table unless they are there.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        with self._session() as session:
            # A role that may use the table need not be allowed to create schemas.
            found = session.execute("select to_regclass('private.amazon_ads_connections')").fetchone()
            if found is None or found[0] is None:
                session.execute(_CREATE)

    def all(self) -> list[StoredConnection]:
        """Every connection, by label; none where nothing was ever stored.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        with self._session() as session:
            try:
                return _read(session, _SELECT)
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return []

    def save(
        self,
        *,
        label: str,
        regions: Sequence[str],
        profile_ids: Sequence[str] | None,
        sealed: bytes,
        key_id: str,
    ) -> None:
        """Keep a connection that was found usable just now; one of the same label is replaced.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        ids = None if profile_ids is None else list(profile_ids)
        self._write(_UPSERT, (label, list(regions), ids, sealed, key_id))

    def renew(self, label: str, sealed: bytes, key_id: str) -> None:
        """Amazon replaced the refresh token of a connection; one that was removed meanwhile stays so.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        statement = "update private.amazon_ads_connections set refresh_token = %s, key_id = %s where label = %s"
        self._write(statement, (sealed, key_id, label))

    def remove(self, label: str) -> bool:
        """Forget a connection.

        Returns:
            Whether there was one.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        return self._write("delete from private.amazon_ads_connections where label = %s", (label,)) > 0

    def used(self, labels: Iterable[str]) -> None:
        """A run got a token with these.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        statement = "update private.amazon_ads_connections set last_used_at = now() where label = any(%s)"
        self._write(statement, (list(labels),))

    def validated(self, label: str) -> None:
        """It was found usable just now.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        statement = "update private.amazon_ads_connections set last_validated_at = now() where label = %s"
        self._write(statement, (label,))

    def reseal(self, seal: Callable[[StoredConnection], tuple[bytes, str]]) -> int:
        """Encrypt every token anew, all of them or none.

        Args:
            seal: the new ciphertext and key id of a connection; an error it raises leaves everything as it was.

        Returns:
            How many there are.

        Raises:
            ConnectionStoreError: the database cannot be reached or refuses.
        """
        with self._session() as session:
            found = _read(session, f"{_SELECT} for update")
            for stored in found:
                session.execute(
                    "update private.amazon_ads_connections set refresh_token = %s, key_id = %s where label = %s",
                    (*seal(stored), stored.label),
                )
        return len(found)

    def _write(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._session() as session:
            return session.execute(statement, values).rowcount

    @contextmanager
    def _session(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """One transaction; libpq's own words, which never hold the password, say what went wrong."""
        try:
            with psycopg.connect(self._url, connect_timeout=10, application_name=APPLICATION) as session:
                yield session
        except psycopg.ProgrammingError as error:
            if isinstance(error, (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)):
                message = "No connection is stored in the database that connections_url names."
            elif error.sqlstate is None:
                # libpq quotes the string it cannot read, password included.
                message = "Setting 'connections_url' is neither a postgresql:// address nor a libpq connection string."
            else:
                message = f"The database of the connections refused: {_reason(error)}."
            raise ConnectionStoreError(message) from None
        except psycopg.Error as error:
            message = (
                f"The database of the connections cannot be used ({_reason(error)}). "
                "Start it, or correct connections_url."
            )
            raise ConnectionStoreError(message) from None


def _read(session: psycopg.Connection[tuple[Any, ...]], statement: str) -> list[StoredConnection]:
    with session.cursor(row_factory=dict_row) as cursor:
        return [_stored(row) for row in cursor.execute(statement)]


def _stored(columns: dict[str, Any]) -> StoredConnection:
    ids = columns["profile_ids"]
    return StoredConnection(
        **{**columns, "regions": tuple(columns["regions"]), "profile_ids": None if ids is None else tuple(ids)},
    )


def _reason(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].removesuffix(".") if lines else type(error).__name__
