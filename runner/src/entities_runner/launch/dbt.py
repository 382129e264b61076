"""Starts dbt: on the database of the run, with its failures in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from entities_runner import catalog, fingerprint, lock, pending, reasons, services
from entities_runner.database import Database
from entities_runner.launch import child
from entities_runner.run import Run

_PREFIX = re.compile(r"^(?:\x1b\[[0-9;]*m)?\d\d:\d\d:\d\d\s+")
_ERROR = re.compile(r"(?:Compilation|Database|Runtime|Parsing|Validation) Error|Encountered an error")
_END = re.compile(r"^(?:> |> in |compiled code at|Done\.|$)")
_LINES = 3
_PREPARE = ("run",)


def main() -> None:
    """Become dbt, as far as Meltano can tell."""
    child.exit_with(_launch, sys.argv[1:])


def _launch(arguments: Sequence[str]) -> int:
    run = child.this_run()
    held = (lock.hold(run.folder),)
    variables = run.environment(services.start(run.choice, run.home, run.variables))
    database = Database(variables, run.session)
    database.check()
    pending.store(run.folder, database)
    prepares = tuple(arguments) == _PREPARE
    made_from, roles = fingerprint.of(run), fingerprint.roles(run)
    if prepares and (notes := database.unchanged(made_from, roles)) is not None:
        database.announce(run.run_id, run.origin, run.keep_days)
        sys.stdout.write(f"{notes}tables in schema {run.schema}: nothing to prepare\n")
        return 0
    lines: list[str] = []

    def follow(output: Iterable[bytes]) -> None:
        for raw in output:
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()
            lines.append(raw.decode("utf-8", "replace"))

    passed = environment(run, variables)
    if not database.takes_options:
        passed["AMAZON_ADS_SEARCH_PATH"] = ""
    command = child.command("dbt", "utilities/dbt-postgres")
    code = child.run([*command, *arguments], passed, follow, errors_too=True, holds=held)
    if prepares and not code:
        database.bless(made_from, roles, "".join(f"{note}\n" for note in catalog.NOTES.findall("".join(lines))))
    if code and (reason := words("".join(lines))):
        pending.tell(run.folder, run.run_id, run.origin, reason, database)
        child.say(reason)
    return code


def environment(run: Run, variables: Mapping[str, str]) -> dict[str, str]:
    """What dbt has to know."""
    folder = run.project / "transform"
    return {
        "DBT_PROJECT_DIR": str(folder),
        "DBT_PROFILES_DIR": str(folder / "profiles"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        **variables,
        "AMAZON_ADS_PREPARED": fingerprint.of(run),
    }


def words(output: str) -> str:
    """Why dbt failed, in a sentence; empty where its output does not say."""
    found: list[str] = []
    lines = iter(_PREFIX.sub("", line).strip() for line in output.splitlines())
    for line in lines:
        if not _ERROR.search(line):
            continue
        taken: list[str] = []
        for each in lines:
            if _END.match(each) or len(taken) == _LINES:
                if taken:
                    break
                continue
            if not _ERROR.search(each):
                taken.append(each)
        if taken:
            text = " ".join(taken)
            found.append(reasons.known(text) or text)
    return found[0] if found else ""
