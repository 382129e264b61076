"""The command behind `make connect`: connections in whichever database `make sync` uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from entities_runner import checks
from entities_runner.account import DATABASE, Choice, UsageError, refuse, settings
from entities_runner.services import running

COMMAND = ".meltano/extractors/tap-amazon-ads-entities/venv/bin/amazon-ads-connect"


def main() -> None:
    """Run the tap's command, `add` without any arguments, with the database and .env of this project."""
    project = Path.cwd()
    try:
        variables = settings(project, os.environ)
        if sys.argv[1:] != ["new-key"]:
            # Whoever makes a key may still be filling in the rest.
            refuse(checks.problems(variables))
            refuse(filter(None, [checks.hostless(variables)]))
        home = Path(variables.get("AMAZON_ADS_SANDBOX_HOME") or project / ".sandbox")
        choice = Choice("prod", not variables.get(DATABASE), stored=True)
        with running(choice, home, variables) as found:
            done = subprocess.run(  # noqa: S603 - our own command
                [str(project / COMMAND), *(sys.argv[1:] or ["add"])],
                env={**variables, **({} if choice.embedded_database else checks.tls(variables)), **found},
                check=False,
            )
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
