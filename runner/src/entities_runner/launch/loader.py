"""Starts the loader: into the database of the run, with its failures in words."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from entities_runner import batches, lock, pending, reasons, services
from entities_runner.account import UsageError
from entities_runner.alerts import tell
from entities_runner.database import Database
from entities_runner.launch import child
from entities_runner.launch.quiet import Quiet
from entities_runner.run import Run

_PLUGIN = "loaders/target-postgres"
_COPYING, _STOCK = "target-postgres-copy", "target-postgres"
_OVER = frozenset({"tap", "loader"})
"""Steps whose failures this one can call well again; what the build says stands until the next build."""
_LOOKS_ONLY = frozenset({"--about", "--help", "--version"})


def main() -> None:
    """Become the loader, as far as Meltano can tell."""
    child.exit_with(_launch, sys.argv[1:])


def _launch(arguments: Sequence[str]) -> int:
    run = child.this_run()
    copying = _copies(run.variables)
    command = child.command(_COPYING if copying else _STOCK, _PLUGIN)
    if _LOOKS_ONLY.intersection(arguments):
        return child.run([*command, *arguments], run.environment({}))
    held = lock.hold(run.folder)
    environment = run.environment(services.start(run.choice, run.home, run.variables))
    environment["PGOPTIONS"] = " ".join(filter(None, (environment.get("PGOPTIONS"), *_bounds(environment))))
    quiet = Quiet(run.folder / "logs" / f"loader-{run.run_id}.log")
    with batches.asked_for(run) if copying else contextlib.nullcontext(()) as files:
        code = child.run([*command, *arguments, "--config=ENV"], environment, quiet.follow, holds=(held, *files))
    database = Database(environment, run.session)
    if code:
        child.say(_explain(run, database, quiet.text, code))
    else:
        database.settle_stored(run.run_id, run.origin)
    # The last step that comes in every run: after a failure Meltano starts no other.
    if not child.stopped():
        step = tell.Step("loader", run.run_id, whole=_well(database, run, code), over=_OVER)
        tell.after(step, run.folder, environment)
    return code


def _well(database: Database, run: Run, code: int) -> bool:
    """Whether tap and loader have done their work; a tap that never began leaves the loader without any."""
    try:
        return code == 0 and bool(database.slices(run.run_id))
    except UsageError:
        return False


def _copies(variables: Mapping[str, str]) -> bool:
    """Whether the loader is the one by COPY: where it is installed, unless the one it rests on is wanted."""
    return variables.get("AMAZON_ADS_LOADER") != "stock" and Path(child.command(_COPYING, _PLUGIN)[0]).exists()


def _bounds(environment: dict[str, str]) -> tuple[str, ...]:
    """Every lock and statement of the loader has a bound, and names mean what they mean in Postgres."""
    if not Database(environment).can_take_options():
        return ()
    return (
        "-c search_path=pg_catalog,pg_temp",
        f"-c lock_timeout={environment.get('AMAZON_ADS_LOCK_TIMEOUT') or 60}s",
        f"-c statement_timeout={environment.get('AMAZON_ADS_STATEMENT_TIMEOUT') or 1800}s",
    )


def _explain(run: Run, database: Database, text: str, code: int) -> str:
    """Why the loader ended, kept where people look."""
    holders = database.lock_holders() if "lock timeout" in text else ""
    words = reasons.known(text, holders) or reasons.last_line(text) or child.ended(code)
    reason = f"the loader ended: {words}"
    pending.tell(run.folder, run.run_id, run.origin, reason, database)
    return reason[0].upper() + reason[1:]
