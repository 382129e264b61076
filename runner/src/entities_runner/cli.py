"""The command behind `make sync`."""

from __future__ import annotations

import fcntl
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from entities_runner import process
from entities_runner.account import TAP, Choice, UsageError, choose, settings
from entities_runner.database import Database
from entities_runner.leftovers import no_leftovers
from entities_runner.progress import Progress
from entities_runner.services import running
from entities_runner.summary import summary

_MODES = ("full", "incremental")


def main() -> None:
    """Sync, and exit with what the run deserves."""
    project = Path.cwd()
    try:
        with _only_one(project), no_leftovers(project):
            sys.exit(_sync(project))
    except UsageError as error:
        _say(str(error))
        sys.exit(1)


def _sync(project: Path) -> int:
    variables = settings(project, os.environ)
    choice = choose(variables)
    _say(choice.sentence())
    home = Path(variables.get("AMAZON_ADS_SANDBOX_HOME") or project / ".sandbox")
    with running(choice, home, variables) as found:
        database = Database({**variables, **found})
        database.check()
        mode = _mode(variables, database)
        return _run(project, choice, {**variables, **found}, database, mode)


def _mode(variables: Mapping[str, str], database: Database) -> str:
    """As asked for; else full until the database holds a complete full sync, incremental from then on."""
    asked = variables.get("MODE") or variables.get(f"{TAP}MODE")
    if asked:
        if asked not in _MODES:
            message = f"MODE is {asked!r}, which is none of {', '.join(_MODES)}."
            raise UsageError(message)
        return asked
    return "full" if database.needs_full_sync() else "incremental"


def _run(project: Path, choice: Choice, variables: Mapping[str, str], database: Database, mode: str) -> int:
    run_id = str(uuid.uuid4())
    _say(f"Mode: {mode}. Run: {run_id}")
    environment = {
        **variables,
        "MELTANO_PROJECT_ROOT": str(project),
        "MELTANO_RUN_ID": run_id,
        f"{TAP}MODE": mode,
        f"{TAP}RUN_ID": run_id,
        "NO_COLOR": "1",
    }
    progress = Progress(project / ".sandbox" / "logs" / f"{time.strftime('%Y%m%dT%H%M%S')}-{run_id[:8]}.log")
    started = time.monotonic()
    # Our own lock has made sure that nobody else runs: whatever Meltano still believes to run is dead.
    command = [
        str(Path(sys.executable).parent / "meltano"),
        f"--environment={choice.environment}",
        "run",
        "--force",
        "sync",
    ]
    code = process.run(command, environment, progress.follow)
    slices = database.slices(run_id)
    _say(summary(database.rows(), slices, time.monotonic() - started, mode))
    failed = code != 0 or not slices or any(each.status != "success" for each in slices)
    if failed:
        # Where the run log names the failed slices, Meltano's own words add nothing.
        named = any(each.status != "success" for each in slices)
        _explain(code, progress, [] if named else progress.trouble)
    return code or int(failed)


def _explain(code: int, progress: Progress, lines: list[str]) -> None:
    _say("")
    _say(f"The run failed (exit code {code}).{' What the log says:' if lines else ''}")
    for line in dict.fromkeys(lines):
        _say(f"  {line}")
    _say(f"The whole log: {progress.log}")


@contextmanager
def _only_one(project: Path) -> Iterator[None]:
    """Two runs in one project directory would break each other.

    Raises:
        UsageError: another one is under way.
    """
    folder = project / ".sandbox"
    folder.mkdir(exist_ok=True)
    with (folder / "sync.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = "Another sync is under way in this folder; wait for it to end."
            raise UsageError(message) from error
        yield


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
