"""The tap at work: its database answers and is prepared, and its STATE is held against it."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from entities_runner import ahead, batches, bookmarks, fingerprint, lock, pending, services
from entities_runner.account import UsageError
from entities_runner.database import Database
from entities_runner.launch import child, dbt
from entities_runner.launch.siblings import without_siblings
from entities_runner.maker import only_maker
from entities_runner.run import Run

_ENTRY = "tap_amazon_ads_entities.tap:TapAmazonAdsEntities.cli"
_TESTS = "--test"


def launch(run: Run, command: Sequence[str], arguments: Sequence[str]) -> int:
    """Run the tap to its end.

    Args:
        run: the run it belongs to.
        command: the tap.
        arguments: its arguments, as Meltano gives them.

    Returns:
        Its exit code.
    """
    if any(argument.startswith(_TESTS) for argument in arguments):
        return child.run([*command, *arguments, "--config=ENV"], _environment(run))
    held = (lock.tap_alone(run.folder), lock.hold(run.folder))
    lock.not_beside(run.folder, run.run_id)
    batches.remove_left_overs(run)
    python = str(Path(command[0]).with_name("python"))
    with child.waiting(ahead.waiting(python, _ENTRY, [*command, *arguments]), held) as tap:
        environment = _environment(run) | batches.settings(run)
        database = Database(environment, run.session)
        database.check()
        _prepare(run, database, environment)
        with _alive(database), _held_state(run, database, arguments) as passed:
            return child.end(tap, environment, [*passed, "--config=ENV"])


def _environment(run: Run) -> dict[str, str]:
    started = services.start(run.choice, run.home, run.variables)
    return without_siblings(run.environment(started), run.project)


def _prepare(run: Run, database: Database, environment: Mapping[str, str]) -> None:
    """Tables as they should be, earlier runs with their verdicts, and the row of this run."""
    pending.store(run.folder, database)
    made_from = fingerprint.of(run, environment)
    if not database.prepared(made_from):
        with only_maker(database):
            if not database.prepared(made_from):
                _make(run, environment, made_from)
                return
    database.announce(run.run_id, run.origin, run.keep_days)


def _make(run: Run, environment: Mapping[str, str], made_from: str) -> None:
    command = [*child.command("dbt", "utilities/dbt-postgres", own=False), "run-operation", "prepare"]
    code, output = child.heard(command, dbt.environment(run, environment, made_from))
    sys.stderr.write(output)
    if code:
        raise UsageError(dbt.words(output) or "The tables could not be prepared.")


@contextmanager
def _alive(database: Database) -> Iterator[None]:
    """A session that lasts as long as the tap: by its name everybody sees that the run is alive."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(psycopg.Error):
            stack.callback(database.open().close)
        yield


@contextmanager
def _held_state(run: Run, database: Database, arguments: Sequence[str]) -> Iterator[list[str]]:
    """The arguments, with a STATE whose bookmarks are held against the database."""
    place = _place_of_state(arguments)
    state = _document(place[1]) if place else None
    if place is None or state is None or not bookmarks.hold(state, database):
        yield list(arguments)
        return
    with tempfile.NamedTemporaryFile("w", dir=run.folder, prefix="state-", suffix=".json") as file:
        json.dump(state, file)
        file.flush()
        passed = list(arguments)
        passed[place[0]] = f"--state={file.name}" if passed[place[0]].startswith("--state=") else file.name
        yield passed


def _place_of_state(arguments: Sequence[str]) -> tuple[int, Path] | None:
    """Where the STATE is named among the arguments."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--state="):
            return index, Path(argument.removeprefix("--state="))
        if argument == "--state" and index + 1 < len(arguments):
            return index + 1, Path(arguments[index + 1])
    return None


def _document(path: Path) -> dict[str, object] | None:
    """A STATE; what cannot be read is left to the tap, which refuses it in words."""
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
