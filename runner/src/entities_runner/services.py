"""The sandbox and the embedded Postgres for a run: started when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from amazon_ads_sandbox.postgres import ACCOUNT_DATABASE, SANDBOX_DATABASE, EmbeddedPostgres, PostgresError, users
from entities_runner import stops
from entities_runner.account import CONNECTIONS_URL, DATABASE, REAL, TAP, Choice, UsageError

Say = Callable[[str], object]
"""Takes a line on what is being done, which may last."""


def _quietly(_: str) -> None:
    """Nobody is waiting."""


def database_of(choice: Choice) -> str:
    """The database of the embedded Postgres that a choice uses."""
    return ACCOUNT_DATABASE if choice.environment == REAL else SANDBOX_DATABASE


def start_database(choice: Choice, home: Path, started: ExitStack | None = None, say: Say = _quietly) -> dict[str, str]:
    """Start the embedded Postgres where it does not run yet.

    Args:
        choice: which of its databases is used.
        home: the state folder.
        started: leaves it, which stops it if a call like this has started it and nobody else uses it by then; without
            it, it is used until this process ends, and stays.
        say: told if it has to be started.

    Returns:
        The variables that point programs at it.

    Raises:
        UsageError: it cannot be started.
    """
    postgres = EmbeddedPostgres(home, database=database_of(choice))
    if postgres.pid() is None:
        say(f"{'Starting' if postgres.data.is_dir() else 'Creating'} the embedded Postgres ...")
    try:
        if started is None:
            users.join(postgres)
        else:
            started.enter_context(users.shared(postgres))
    except PostgresError as error:
        raise UsageError(str(error)) from error
    return postgres.environment()


def start(
    choice: Choice,
    home: Path,
    environment: Mapping[str, str],
    started: ExitStack | None = None,
    say: Say = _quietly,
) -> dict[str, str]:
    """Start what the choice needs and does not run yet.

    Args:
        choice: what will be done.
        home: the state folder.
        environment: the variables in force.
        started: stops each service which this call has started, Postgres once nobody uses it; without it they stay.
        say: told what has to be started.

    Returns:
        The variables that point tap and loader at it.

    Raises:
        UsageError: it cannot be started.
    """
    variables: dict[str, str] = {}
    # Each takes a second to come up: neither waits for the other.
    with ThreadPoolExecutor(1) as meanwhile:
        account = None if choice.environment == REAL else meanwhile.submit(_made_up_account, home, started, say)
        if choice.embedded_database:
            variables |= start_database(choice, home, started, say)
    if account is not None:
        variables |= account.result()
    if choice.stored and not environment.get(CONNECTIONS_URL):
        variables |= _connections({**environment, **variables})
    return variables


@contextmanager
def running(
    choice: Choice, home: Path, environment: Mapping[str, str], *, stop: bool = True, say: Say = _quietly
) -> Iterator[dict[str, str]]:
    """Run what the choice needs, and stop at the end what was started for it.

    Args:
        choice: what will be done.
        home: the state folder.
        environment: the variables in force.
        stop: false where others may use it by then.
        say: told what has to be started.

    Yields:
        The variables that point tap and loader at it.

    Raises:
        UsageError: it cannot be started.
    """
    stack = ExitStack()
    try:
        # Half started, nobody would know of it and stop it.
        with stops.later():
            found = start(choice, home, environment, stack if stop else None, say)
        yield found
    finally:
        with stops.later():
            stack.close()


def check_connections(choice: Choice, environment: Mapping[str, str]) -> None:
    """Make sure that a connection is stored, before anything that takes long is done for none.

    Args:
        choice: what will be done.
        environment: the variables that point the tap at its services.

    Raises:
        UsageError: none is.
    """
    if not choice.stored:
        return
    try:
        address = make_conninfo(environment[CONNECTIONS_URL], password=environment.get("PGPASSWORD") or None)
        with psycopg.connect(address, connect_timeout=10) as connection:
            row = connection.execute("select exists (select from private.amazon_ads_connections)").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        row = (False,)
    except psycopg.Error:
        # Whoever reads the connections says what is wrong.
        return
    if row == (False,):
        message = "No connection is stored yet: connect an account with `make connect`."
        raise UsageError(message)


def _made_up_account(home: Path, started: ExitStack | None, say: Say) -> dict[str, str]:
    from amazon_ads_sandbox.background import BackgroundSandbox  # noqa: PLC0415 - start-up, for a real account

    sandbox = BackgroundSandbox(home)
    if not sandbox.running():
        say("Starting the made-up account ...")
        try:
            sandbox.start()
        except RuntimeError as error:
            raise UsageError(str(error)) from error
        if started is not None:
            started.callback(sandbox.stop)
    return {
        f"{TAP}API_URL": f"{sandbox.url}/{{region}}",
        f"{TAP}TOKEN_URL": f"{sandbox.url}/auth/o2/token",
    }


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
