"""Commands that start, stop, show and query the two services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import click

from amazon_ads_sandbox import places
from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.postgres import SANDBOX_DATABASE, EmbeddedPostgres, PostgresError, users
from amazon_ads_sandbox.postgres.binaries import program

_NO_SESSION = 2
"""Exit code of psql that got no session."""


def _postgres(database: str = SANDBOX_DATABASE) -> EmbeddedPostgres:
    return EmbeddedPostgres(places.home(), database=database)


def _start_postgres(database: str = SANDBOX_DATABASE) -> EmbeddedPostgres:
    try:
        return _postgres(database).start()
    except PostgresError as error:
        raise click.ClickException(str(error)) from error


@click.command()
def up() -> None:
    """Start the account and Postgres in the background."""
    server = _postgres()
    try:
        users.keep(server)
    except PostgresError as error:
        raise click.ClickException(str(error)) from error
    try:
        api = BackgroundSandbox(places.home()).start()
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"sandbox account  {api.url}")
    click.echo(f"postgres         127.0.0.1:{server.port}, database {server.database}, user amazon_ads")


@click.command()
def down() -> None:
    """Stop both."""
    BackgroundSandbox(places.home()).stop()
    _postgres().stop()
    click.echo("stopped")


@click.command()
def status() -> None:
    """Say what runs."""
    api, server = BackgroundSandbox(places.home()), _postgres()
    click.echo(f"sandbox account  {api.url if api.running() else 'stopped'}")
    click.echo(f"postgres         {f'127.0.0.1:{server.port}' if server.pid() else 'stopped'}")


@click.command()
@click.option("--database", default=SANDBOX_DATABASE, help="Database of the embedded Postgres.")
@click.argument("sql", nargs=-1)
def psql(database: str, sql: tuple[str, ...]) -> None:
    """Answer SQL, or open a prompt without any. Starts Postgres when needed.

    With TARGET_POSTGRES_HOST set, it connects there instead of to the embedded Postgres.
    """
    elsewhere = bool(os.environ.get("TARGET_POSTGRES_HOST"))
    settings = dict(os.environ) if elsewhere else _start_postgres(database).environment()
    # The wheel's psql has no TLS, which servers elsewhere may want.
    installed = shutil.which("psql") if elsewhere else None
    environment = {
        **os.environ,
        "PGHOST": settings["TARGET_POSTGRES_HOST"],
        "PGPORT": settings.get("TARGET_POSTGRES_PORT", "5432"),
        "PGUSER": settings.get("TARGET_POSTGRES_USER", ""),
        "PGPASSWORD": settings.get("TARGET_POSTGRES_PASSWORD", ""),
        "PGDATABASE": settings.get("TARGET_POSTGRES_DATABASE", ""),
        "PGOPTIONS": f"-c search_path={os.environ.get('AMAZON_ADS_SCHEMA') or 'amazon_ads'},public",
        "PGCLIENTENCODING": "UTF8",
    }
    arguments = ["--command", " ".join(sql)] if sql else []
    done = subprocess.run(  # noqa: S603 - the wheel's own program
        [installed or program("psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1", *arguments],
        env=environment,
        check=False,
    )
    if done.returncode == _NO_SESSION and elsewhere and not installed:
        click.echo(
            "If the server wants TLS: the psql that comes with this has none; install psql (PostgreSQL's client).",
            err=True,
        )
    sys.exit(done.returncode)


@click.group()
def postgres() -> None:
    """Start or stop Postgres alone."""


@postgres.command("start")
def postgres_start() -> None:
    """Start it."""
    click.echo(f"127.0.0.1:{_start_postgres().port}")


@postgres.command("stop")
def postgres_stop() -> None:
    """Stop it."""
    _postgres().stop()


COMMANDS: tuple[click.Command, ...] = (up, down, status, psql, postgres)
