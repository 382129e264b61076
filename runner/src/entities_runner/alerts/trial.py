"""The command behind `make alert-test`: sends a message to everybody who is to be told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from entities_runner import checks
from entities_runner.account import UsageError, settings
from entities_runner.alerts.receivers import UndeliveredError, receivers

_TEXT = "A test: this is where alerts about Amazon Ads entities arrive.\n"
_FACTS = {"ALERT_RUN": "test", "ALERT_DATABASE": "none", "ALERT_PROBLEMS": "0", "ALERT_WELL_AGAIN": "0"}


def main() -> None:
    """Send it, say what became of it, and exit with 1 where somebody was not told."""
    try:
        variables = settings(Path.cwd(), os.environ)
    except UsageError as error:
        sys.exit(str(error))
    if problems := checks.alert_problems(variables):
        sys.exit(problems[0])
    everybody = receivers(variables)
    if not everybody:
        sys.exit(f"Nobody is to be told: set {checks.ALERT_WEBHOOK} or {checks.ALERT_COMMAND} in .env.")
    failed = False
    for each in everybody:
        try:
            each.send(_TEXT, _FACTS)
        except (UndeliveredError, OSError) as error:
            failed = True
            reason = str(error) if isinstance(error, UndeliveredError) else type(error).__name__
            sys.stdout.write(f"The {each.name} was not told: {reason}.\n")
        else:
            sys.stdout.write(f"The {each.name} was told.\n")
    sys.exit(int(failed))
