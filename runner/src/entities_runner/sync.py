"""One sync: services, Meltano, and what became of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from entities_runner import pending, process, stops, terminal
from entities_runner.account import TAP, UsageError
from entities_runner.alerts import tell
from entities_runner.database import Database, Slice
from entities_runner.display import SLICES, TOTALS
from entities_runner.launch import child
from entities_runner.progress import Progress
from entities_runner.run import Run
from entities_runner.services import check_connections, running
from entities_runner.shards.folder import SHARD
from entities_runner.summary import STOPPED, summary

_MODES = ("auto", "full", "incremental")
"""What is read of a slice; first what fits it: full where it was never read in full, incremental afterwards."""
_STOPPED = {child.SIGNALS + number: number for number in stops.BY}
"""Exit codes of a run that somebody has ended, and by what: they know, and wait."""


def sync(run: Run, meltano: subprocess.Popen[bytes]) -> int:
    """Sync; what keeps the run from beginning is told as well.

    Args:
        run: the run.
        meltano: waits for its environment.

    Returns:
        The exit code.

    Raises:
        UsageError: the run cannot begin.
    """
    try:
        return _sync(run, meltano)
    except (UsageError, OSError) as error:
        reason = terminal.refused(error) if isinstance(error, OSError) else str(error)
        tell.after(tell.Step("sync", run.run_id, reason), run.folder, run.environment({}))
        raise


def _sync(run: Run, meltano: subprocess.Popen[bytes]) -> int:
    _say(run.choice.sentence())
    mode = _asked("MODE", run.variables.get("MODE") or run.variables.get(f"{TAP}MODE"), _MODES)
    _asked("PROGRESS", run.variables.get("PROGRESS"), (SLICES, TOTALS))
    # Services that other shards use as well outlast this one.
    with running(run.choice, run.home, run.variables, stop=not run.variables.get(SHARD), say=_say) as found:
        check_connections(run.choice, {**run.variables, **found})
        environment = run.environment(found)
        # Settlement looks for sessions of the run's name: ours must not keep it alive.
        database = Database(environment)
        database.check()
        pending.store(run.folder, database)
        return _run(run, {**environment, f"{TAP}MODE": mode, "NO_COLOR": "1"}, database, meltano)


def _asked(name: str, value: str | None, choices: Sequence[str]) -> str:
    """What was asked for; the first one where nothing was."""
    if value and value not in choices:
        message = f"{name} is {value!r}, which is none of {', '.join(choices)}."
        raise UsageError(message)
    return value or choices[0]


def _run(run: Run, environment: Mapping[str, str], database: Database, meltano: subprocess.Popen[bytes]) -> int:
    _say(f"Mode: {environment[f'{TAP}MODE']}. Run: {run.run_id}")
    progress = Progress(run.folder / "logs" / f"{time.strftime('%Y%m%dT%H%M%S')}-{run.run_id[:8]}.log")
    started = time.monotonic()
    code = process.end(meltano, environment, progress.follow, progress.idle)
    if stopped := _STOPPED.get(code):
        # How its parts say that they were interrupted tells nobody more.
        progress.reasons[:] = [f"{STOPPED}{stops.BY[stopped]}"]
    elif code > child.SIGNALS and not progress.reasons:
        progress.reasons.append(f"Meltano: {child.ended(code)}.")
    known = bool(progress.reasons)
    slices = _slices(run, database, progress)
    modes = _modes(slices)
    said = ""
    try:
        said = summary(database.rows(), slices, time.monotonic() - started, modes, run.run_id)
        _say(said)
    except UsageError as error:
        progress.reasons.append(str(error))
    failed = code != 0 or not slices or any(each.status != "success" for each in slices)
    if stopped:
        _say(f"\n{stops.sentence(stopped)}")
        _say(f"The whole log: {progress.log}")
    elif failed:
        # Where the run itself, or its log, says what failed, Meltano's own words add nothing.
        named = known or any(each.status != "success" for each in slices)
        reasons = [each for each in progress.reasons if each not in said]
        _explain(code, progress, [*reasons, *([] if named else progress.trouble or [f"Meltano: {child.ended(code)}."])])
    if not stopped:
        unnamed = failed and all(each.status == "success" for each in slices)
        why = next(iter([*progress.reasons, *progress.trouble]), child.ended(code)) if unnamed else ""
        tell.after(tell.Step("sync", run.run_id, why, whole=not failed), run.folder, environment)
    return code or int(failed)


def _slices(run: Run, database: Database, progress: Progress) -> list[Slice]:
    """What became of the slices, as settled now that nothing more can come."""
    try:
        pending.store(run.folder, database)
        for reason in progress.reasons[:1]:
            if not database.say_why(run.run_id, reason):
                pending.keep(run.folder, run.run_id, reason)
        if why := database.settle(run.run_id, run.origin):
            progress.reasons.append(f"The verdicts of this run are stored by the next one: {why}")
        return database.slices(run.run_id)
    except UsageError as error:
        progress.reasons.append(str(error))
        return []


def _modes(slices: Sequence[Slice]) -> str:
    """How many slices were read in which mode."""
    found = Counter(each.mode for each in slices if each.mode and each.profile_id != "*")
    return " and ".join(f"{number:,} {mode}" for mode, number in sorted(found.items())) or "none"


def _explain(code: int, progress: Progress, lines: list[str]) -> None:
    _say(f"The run failed (exit code {code}).{' Why:' if lines else ''}")
    for line in dict.fromkeys(lines):
        _say(f"  {line}")
    _say(f"The whole log: {progress.log}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
