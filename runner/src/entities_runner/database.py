"""What the runner asks the database: whether it is there, whether a full sync is complete, what a run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from entities_runner.account import UsageError

SCHEMA = "amazon_ads"
TABLES = (
    "entity_profiles",
    "entity_portfolios",
    "entity_campaigns",
    "entity_ad_groups",
    "entity_ads",
    "entity_targets",
)

# A profile is complete when each of its entities was read in full once; new profiles make the next run a full one.
_INCOMPLETE = """
select exists (
    select 1
    from amazon_ads.entity_profiles as profile
    cross join unnest(array['portfolios', 'campaigns', 'ad_groups', 'ads', 'targets']) as entity (type)
    where not exists (
        select 1 from amazon_ads.sync_log as log
        where
            log.profile_id = profile.profile_id and log.entity_type = entity.type
            and log.mode = 'full' and log.status = 'success'
    )
) or not exists (select 1 from amazon_ads.entity_profiles)
"""


@dataclass(frozen=True)
class Slice:
    """One slice of a run."""

    profile_id: str | None
    entity_type: str
    status: str
    error: str | None
    request_id: str | None


class Database:
    """The database the data goes into.

    Args:
        variables: TARGET_POSTGRES_* as target-postgres takes them.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Connect later."""
        self._host = variables["TARGET_POSTGRES_HOST"]
        self._port = variables.get("TARGET_POSTGRES_PORT") or "5432"
        self._name = variables.get("TARGET_POSTGRES_DATABASE") or ""
        self._user = variables.get("TARGET_POSTGRES_USER") or ""
        self._password = variables.get("TARGET_POSTGRES_PASSWORD") or ""

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=self._host,
            port=self._port,
            dbname=self._name,
            user=self._user,
            password=self._password,
            connect_timeout=10,
            application_name="entities-sync",
        )

    def check(self) -> None:
        """Make sure that it answers.

        Raises:
            UsageError: it does not.
        """
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else "no answer"
            message = (
                f"The database {self._name} at {self._host}:{self._port} cannot be reached ({reason}). "
                "Start it, or correct TARGET_POSTGRES_* in .env."
            )
            raise UsageError(message) from error

    def needs_full_sync(self) -> bool:
        """Whether some profile's entity has never been read in full."""
        with self._connect() as connection:
            try:
                row = connection.execute(_INCOMPLETE).fetchone()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return True
        return bool(row and row[0])

    def rows(self) -> dict[str, int]:
        """Rows per table; tables that are not there are left out."""
        found: dict[str, int] = {}
        with self._connect() as connection:
            connection.autocommit = True
            for table in TABLES:
                statement = sql.SQL("select count(*) from {}").format(sql.Identifier(SCHEMA, table))
                try:
                    row = connection.execute(statement).fetchone()
                except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                    continue
                found[table] = int(str(row[0])) if row else 0
        return found

    def slices(self, run_id: str) -> list[Slice]:
        """What became of the slices of a run."""
        statement = (
            "select profile_id, entity_type, status, error, request_id from amazon_ads.sync_runs"
            " where run_id = %s order by profile_id, entity_type"
        )
        fallback = statement.replace("sync_runs", "sync_log")
        with self._connect() as connection:
            connection.autocommit = True
            for query in (statement, fallback):
                try:
                    return [Slice(*row) for row in connection.execute(query, (run_id,))]  # type: ignore[arg-type]
                except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                    continue
        return []
