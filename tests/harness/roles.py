"""Real database roles that look at what was loaded."""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
from psycopg import sql

from harness.forks import run_dbt
from harness.pipeline import Pipeline, Result
from harness.project import ROOT, project

DBT = ROOT / ".meltano/utilities/dbt-postgres/venv/bin/dbt"
GROUP = "amazon_ads_analyst"

RELATIONS = """
select n.nspname || '.' || c.relname, coalesce(
    (select a.attname::text from pg_attribute as a where a.attrelid = c.oid and a.attname = 'profile_id'), 'id'
)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('amazon_ads', 'amazon_ads_fivetran') and c.relkind in ('r', 'v')
    and c.relname not in ('sync_meta', 'profile_access')
order by 1
"""


class Roles:
    """Login roles with passwords of their own, gone at the end.

    Args:
        pipeline: whose database they look at.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Nobody yet."""
        self._pipeline = pipeline
        self._passwords: dict[str, str] = {}

    def create(self, name: str, *groups: str) -> dict[str, str]:
        """A role that can log in; its settings as a loader's."""
        self._passwords[name] = secrets.token_urlsafe()
        self._owner("create role {} login password {}", sql.Identifier(name), sql.Literal(self._passwords[name]))
        for group in groups:
            self._owner("grant {} to {}", sql.Identifier(group), sql.Identifier(name))
        return {"TARGET_POSTGRES_USER": name, "TARGET_POSTGRES_PASSWORD": self._passwords[name]}

    def connect(self, name: str, **options: Any) -> psycopg.Connection[Any]:
        """A session of that role."""
        settings = {"user": name, "password": self._passwords[name], "autocommit": True, **options}
        return psycopg.connect(self._pipeline.postgres.dsn, **settings)

    def ask(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        """What that role is answered."""
        with self.connect(name) as connection:
            return list(connection.execute(statement))

    def refused(self, name: str, statement: str) -> bool:
        """Whether it lacks the right."""
        try:
            self.ask(name, statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
        return False

    def drop(self) -> None:
        """Forget them."""
        for name in self._passwords:
            self._owner("drop owned by {0}; drop role {0}", sql.Identifier(name))

    def _owner(self, statement: str, *parts: sql.Composable) -> None:
        with psycopg.connect(self._pipeline.postgres.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*parts))


def dbt(pipeline: Pipeline, *arguments: str, **environment: str) -> Result:
    """Dbt alone, which is quicker than through Meltano."""
    folders = {
        "DBT_PROJECT_DIR": str(project() / "transform"),
        "DBT_PROFILES_DIR": str(project() / "transform/profiles"),
    }
    variables = {**pipeline.environment(), **folders, "DBT_VERSION_CHECK": "false", **environment}
    return Result(*run_dbt(arguments, variables), "")


def prepare(pipeline: Pipeline, **environment: str) -> Result:
    """Prepare, with other settings."""
    return dbt(pipeline, "run", **environment)
