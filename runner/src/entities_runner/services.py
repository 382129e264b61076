"""The sandbox and the embedded Postgres for one run: started when needed, stopped when we started them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.postgres import ACCOUNT_DATABASE, SANDBOX_DATABASE, EmbeddedPostgres, PostgresError
from entities_runner.account import TAP, Choice, UsageError


def database_of(choice: Choice) -> str:
    """The database of the embedded Postgres that a choice uses."""
    return ACCOUNT_DATABASE if choice.environment == "prod" else SANDBOX_DATABASE


@contextmanager
def running(choice: Choice, home: Path) -> Iterator[dict[str, str]]:
    """Run what the choice needs.

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
        yield variables
