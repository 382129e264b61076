"""Starts dbt: on the database of the run, with its failures in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from entities_runner import catalog, fingerprint, lock, pending, reasons, services
from entities_runner.account import UsageError
from entities_runner.alerts import tell
from entities_runner.database import Database
from entities_runner.launch import child, kept_checks
from entities_runner.maker import only_maker
from entities_runner.run import Run

_PREFIX = re.compile(r"^(?:\x1b\[[0-9;]*m)?\d\d:\d\d:\d\d\s+")
_ERROR = re.compile(r"(?:Compilation|Database|Runtime|Parsing|Validation) Error|Encountered an error")
_END = re.compile(r"^(?:> |> in |CONTEXT:|compiled code at|Done\.|$)")
_LINES = 3
_WITH_CHECKS = Path(__file__).with_name("with_checks.py")
_PREPARE = ("run",)
_BUILD = ("build",)
_NAMED_BY_ITS_SLICES = "this_run_has_no_failed_slice"


def main() -> None:
    """Become dbt, as far as Meltano can tell."""
    child.exit_with(_launch, sys.argv[1:])


def _launch(arguments: Sequence[str]) -> int:
    run = child.this_run()
    held = (lock.hold(run.folder),)
    if tuple(arguments) in {_PREPARE, _BUILD}:
        lock.not_beside(run.folder, run.run_id)
    variables = run.environment(services.start(run.choice, run.home, run.variables))
    database = Database(variables, run.session)
    database.check()
    pending.store(run.folder, database)
    step = _Step(run, database, tuple(arguments), fingerprint.of(run, variables))
    code = _without_dbt(step)
    if code is None:
        with only_maker(database):
            # Another shard may just have done it.
            code = _without_dbt(step)
            if code is None:
                code = _with_dbt(step, variables, held)
    if (code or step.arguments == _BUILD) and not child.stopped():
        reason = f"dbt {' '.join(arguments)} ended with exit code {code}" if code and not _named(step) else ""
        ended = tell.Step("build", run.run_id, reason, whole=code == 0)
        tell.after(ended, run.folder, variables)
    return code


def _named(step: _Step) -> bool:
    """Whether the log of runs says why this one failed."""
    try:
        return any(each.status != "success" for each in step.database.slices(step.run.run_id))
    except UsageError:
        return False


@dataclass(frozen=True)
class _Step:
    """One step of a run.

    Args:
        run: the run.
        database: it is about.
        arguments: for dbt.
        made_from: fingerprint of the sources and settings, which takes reading all of them.
    """

    run: Run
    database: Database
    arguments: tuple[str, ...]
    made_from: str

    @property
    def roles(self) -> list[str]:
        """Roles whose rights are of concern."""
        return fingerprint.roles(self.run)

    @property
    def kept(self) -> tuple[Path, str]:
        """The file of the kept checks, and what they hold for.

        They name the database and nothing of its server, whose port may be another one each time.
        """
        file = kept_checks.place(self.run.common, self.database.name)
        return file, f"{self.made_from} {self.database.name}"


def _without_dbt(step: _Step) -> int | None:
    """What a step has to do where nothing is to be made: the exit code; None where dbt has to look."""
    run, database, arguments = step.run, step.database, step.arguments
    checks = kept_checks.kept(*step.kept) if arguments == _BUILD else []
    if arguments != _PREPARE and not checks:
        return None
    notes = database.unchanged(step.made_from, step.roles)
    if notes is None:
        return None
    if arguments == _PREPARE:
        database.announce(run.run_id, run.origin, run.keep_days)
        sys.stdout.write(f"{notes}tables in schema {run.schema}: nothing to prepare\n")
        return 0
    try:
        database.settle_own(run.run_id, run.origin)
        found = list(kept_checks.findings(database, checks, run.run_id))
    except UsageError as error:
        pending.tell(run.folder, run.run_id, run.origin, str(error), database)
        raise
    for each in found:
        kind = "Failure" if each.fails else "Warning"
        sys.stdout.write(f"{kind} in test {each.name}: it found {each.rows:,} rows\n")
        if each.fails and each.name != _NAMED_BY_ITS_SLICES:
            child.say(f"The check {each.name} found {each.rows:,} rows that are not as they should be.")
    failed = sum(each.fails for each in found)
    sys.stdout.write(f"{len(checks) - len(found)} of {len(checks)} checks found nothing, {failed} failed\n")
    return int(failed > 0)


def _with_dbt(step: _Step, variables: Mapping[str, str], held: tuple[int, ...]) -> int:
    run, database, arguments = step.run, step.database, step.arguments
    lines: list[str] = []

    def follow(output: Iterable[bytes]) -> None:
        for raw in output:
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()
            lines.append(raw.decode("utf-8", "replace"))

    passed = environment(run, variables, step.made_from)
    if arguments == _PREPARE and database.changed_by_others(step.made_from):
        passed["AMAZON_ADS_ANEW"] = "true"
    if not database.takes_options:
        passed["AMAZON_ADS_SEARCH_PATH"] = ""
    command = child.command("dbt", "utilities/dbt-postgres")
    if arguments == _PREPARE:
        command = [str(Path(command[0]).with_name("python")), "-I", str(_WITH_CHECKS)]
    code = child.run([*command, *arguments], passed, follow, errors_too=True, holds=held)
    output = "".join(lines)
    if not code and arguments == _PREPARE:
        notes = catalog.NOTES.findall(output)
        database.bless(step.made_from, step.roles, "".join(f"{note}\n" for note in notes))
    if not code and arguments in {_PREPARE, _BUILD}:
        kept_checks.keep(*step.kept, run.project / "transform" / "target", run.run_id)
    holders = database.lock_holders() if code and "lock timeout" in output else ""
    if code and (reason := words(output, holders)):
        pending.tell(run.folder, run.run_id, run.origin, reason, database)
        child.say(reason)
    return code


def environment(run: Run, variables: Mapping[str, str], made_from: str) -> dict[str, str]:
    """What dbt has to know.

    Args:
        run: the run.
        variables: its settings.
        made_from: their fingerprint and the sources'.
    """
    folder = run.project / "transform"
    return {
        "DBT_PROJECT_DIR": str(folder),
        "DBT_PROFILES_DIR": str(folder / "profiles"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        **variables,
        "AMAZON_ADS_PREPARED": made_from,
    }


def words(output: str, holders: str = "") -> str:
    """Why dbt failed, in a sentence; empty where its output does not say.

    Args:
        output: of dbt.
        holders: who keeps the lock that it did not get.
    """
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
            found.append(reasons.known(text, holders) or text)
    return found[0] if found else ""
