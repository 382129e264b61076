"""The sandbox and the embedded Postgres for one run: started when needed, stopped when we started them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.postgres import ACCOUNT_DATABASE, SANDBOX_DATABASE, EmbeddedPostgres, PostgresError
from entities_runner.account import CONNECTIONS_URL, DATABASE, TAP, Choice, UsageError


def database_of(choice: Choice) -> str:
    """The database of the embedded Postgres that a choice uses."""
    return ACCOUNT_DATABASE if choice.environment == "prod" else SANDBOX_DATABASE


@contextmanager
def running(choice: Choice, home: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run what the choice needs.

    Args:
        choice: what will be done.
        home: the state folder.
        environment: the variables in force.

    Yields:
        The variables that point tap and loader at it.

    Raises:
        UsageError: it cannot be started.
    """
    variables: dict[str, str] = {}
    with ExitStack() as stack:
        if choice.embedded_database:
            postgres = EmbeddedPostgres(home, database=database_of(choice))
            started = postgres.pid() is None
            try:
                postgres.start()
            except PostgresError as error:
                raise UsageError(str(error)) from error
            if started:
                stack.callback(postgres.stop)
            variables |= postgres.environment()
        if choice.environment == "sandbox":
            sandbox = BackgroundSandbox(home)
            if not sandbox.running():
                try:
                    sandbox.start()
                except RuntimeError as error:
                    raise UsageError(str(error)) from error
                stack.callback(sandbox.stop)
            variables |= {
                f"{TAP}API_URL": f"{sandbox.url}/{{region}}",
                f"{TAP}TOKEN_URL": f"{sandbox.url}/auth/o2/token",
            }
        if choice.stored and not environment.get(CONNECTIONS_URL):
            variables |= _connections({**environment, **variables})
        yield variables


def _connections(database: Mapping[str, str]) -> dict[str, str]:
    """Connections are stored beside the data; the password stays in a variable of its own."""
    parts = {
        "host": database[DATABASE],
        "port": database.get("TARGET_POSTGRES_PORT") or "5432",
        "user": database.get("TARGET_POSTGRES_USER"),
        "dbname": database.get("TARGET_POSTGRES_DATABASE"),
    }
    url = make_conninfo(**{name: value for name, value in parts.items() if value})
    password = database.get("TARGET_POSTGRES_PASSWORD")
    return {CONNECTIONS_URL: url, **({"PGPASSWORD": password} if password else {})}
