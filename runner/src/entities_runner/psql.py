"""The command behind `make psql`: SQL on whichever database `make sync` uses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from entities_runner.account import UsageError, choose, settings
from entities_runner.services import database_of


def main() -> None:
    """Become the sandbox's psql command, with .env read as Meltano reads it (a shell would choke on a `|`)."""
    command = str(Path(sys.executable).parent / "amazon-ads-sandbox")
    variables = settings(Path.cwd(), os.environ)
    try:
        database = database_of(choose(variables))
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    os.execve(command, [command, "psql", f"--database={database}", *sys.argv[1:]], variables)  # noqa: S606 - our own


if __name__ == "__main__":
    main()
