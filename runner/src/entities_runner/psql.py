"""The command behind `make psql`: SQL on whichever database `make sync` uses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from entities_runner.account import DATABASE, UsageError
from entities_runner.checks import tls
from entities_runner.run import Run
from entities_runner.services import database_of


def main() -> None:
    """Become the sandbox's psql command, with .env read as Meltano reads it (a shell would choke on a `|`)."""
    command = str(Path(sys.executable).parent / "amazon-ads-sandbox")
    try:
        run = Run.of(Path.cwd(), os.environ)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    variables = {**run.variables, "AMAZON_ADS_SCHEMA": run.schema}
    if run.choice.embedded_database:
        variables.pop(DATABASE, None)
        variables["PGSSLMODE"] = "disable"
    else:
        variables |= tls(run.variables)
    database = database_of(run.choice)
    os.execve(command, [command, "psql", f"--database={database}", *sys.argv[1:]], variables)  # noqa: S606 - our own


if __name__ == "__main__":
    main()
