"""After a step of a run: who has to be told what, and whether that has arrived."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from entities_runner.account import UsageError
from entities_runner.alerts import causes, memory
from entities_runner.alerts.causes import RUN
from entities_runner.alerts.memory import Told
from entities_runner.alerts.receivers import Receiver, UndeliveredError, receivers
from entities_runner.database import Database

_LINES = 20
_SESSION = "entities-alert"


@dataclass(frozen=True)
class Step:
    """A step that has ended.

    Args:
        name: tap, loader, build or sync.
        run_id: of its run.
        reason: why the run as a whole failed, where that is not in the database.
        whole: whether the step proves that the run is well as a whole.
        over: steps that come no later than this one: what they told of the whole run it can call well again.
    """

    name: str
    run_id: str
    reason: str = ""
    whole: bool = False
    over: frozenset[str] = field(default=frozenset({"tap", "loader", "build", "sync"}))


def after(step: Step, folder: Path, variables: Mapping[str, str]) -> None:
    """Tell what is new. Whatever goes wrong here costs the run nothing but a line in its log.

    Args:
        step: what has ended.
        folder: the project's, for what cannot be remembered in the database.
        variables: the settings in force.
    """
    everybody = receivers(variables)
    if not everybody:
        return
    try:
        _after(step, folder, variables, everybody)
    except Exception as error:  # noqa: BLE001 - its text could hold anything
        note(f"nothing was sent ({type(error).__name__}); the next run tries again.")


def _after(step: Step, folder: Path, variables: Mapping[str, str], everybody: Sequence[Receiver]) -> None:
    there = _Place(variables)
    database = _reachable(variables)
    if database is None:
        known = memory.kept(folder)
        now = {**{key: each.text for key, each in known.items()}, **_reason(step)}
        memory.keep(folder, _told(step, now, known, everybody, there))
        return
    with database.transaction() as connection:
        if not memory.turn(connection, database):
            note("another run is sending just now; what it does not say, the next run does.")
            return
        before = memory.stored(connection, database)
        known = {**memory.kept(folder), **before}
        now = {**causes.of(database, step.run_id, known), **_reason(step)}
        if RUN in known and RUN not in now and not (step.whole and known[RUN].step in step.over):
            now[RUN] = known[RUN].text
        memory.store(connection, database, before, _told(step, now, known, everybody, there))
    memory.keep(folder, {})


@dataclass(frozen=True)
class _Place:
    """The database that is told of, in words."""

    variables: Mapping[str, str]

    def __str__(self) -> str:
        host, name = (self.variables.get(f"TARGET_POSTGRES_{part}") for part in ("HOST", "DATABASE"))
        return causes.line(f"{name} at {host}") if host else "the embedded Postgres"


def _reason(step: Step) -> dict[str, str]:
    return {RUN: causes.line(f"the run failed: {step.reason}")} if step.reason else {}


def _reachable(variables: Mapping[str, str]) -> Database | None:
    """The database, where it answers and is prepared."""
    if not variables.get("TARGET_POSTGRES_HOST"):
        return None
    database = Database(variables, _SESSION)
    try:
        database.check()
        with database.transaction() as connection:
            row = connection.execute(
                "select to_regclass(%s) is not null", (database.table("sync_state").as_string(connection),)
            ).fetchone()
    except UsageError:
        return None
    return database if row == (True,) else None


def _told(
    step: Step, now: Mapping[str, str], known: Mapping[str, Told], everybody: Sequence[Receiver], place: _Place
) -> dict[str, Told]:
    """Send each receiver what is new to it; what all of them know afterwards."""
    told = deepcopy(dict(known))
    for key, text in now.items():
        told.setdefault(key, Told(text, []))
        if key == RUN and step.reason:
            told[key].step = step.name
    for each in _untried(everybody, known, step.run_id):
        new = [key for key in now if each.name not in told[key].told]
        well = [key for key, one in told.items() if key not in now and each.name in one.told]
        if not new and not well:
            continue
        facts = {
            "ALERT_RUN": step.run_id,
            "ALERT_DATABASE": str(place),
            "ALERT_PROBLEMS": str(len(new)),
            "ALERT_WELL_AGAIN": str(len(well)),
        }
        try:
            each.send(message(facts, [told[key].text for key in new], [told[key].text for key in well]), facts)
        except (UndeliveredError, OSError) as error:
            reason = str(error) if isinstance(error, UndeliveredError) else type(error).__name__
            note(f"the {each.name} was not told: {reason}; the next run tries again.")
            for key in (*new, *well):
                told[key].refused[each.name] = step.run_id
            continue
        note(f"the {each.name} was told of {len(new):,} new problems and {len(well):,} that are well again.")
        for key in new:
            told[key].told.append(each.name)
        for key in well:
            told[key].told.remove(each.name)
        for one in told.values():
            one.refused.pop(each.name, None)
    names = {each.name for each in everybody}
    return {key: one for key, one in told.items() if key in now or names.intersection(one.told)}


def _untried(everybody: Sequence[Receiver], known: Mapping[str, Told], run_id: str) -> list[Receiver]:
    """Who has not failed to be told by this run: what an earlier step could not tell waits for the next one."""
    tried = {(name, run) for one in known.values() for name, run in one.refused.items() if run}
    return [each for each in everybody if (each.name, run_id) not in tried]


def message(facts: Mapping[str, str], new: Sequence[str], well: Sequence[str]) -> str:
    """What people read: both lists, not longer than anybody reads."""
    lines = [f"Amazon Ads entities in {facts['ALERT_DATABASE']}, run {facts['ALERT_RUN'] or 'without id'}"]
    for title, texts in (("Wrong", new), ("Well again", well)):
        if texts:
            lines += [f"{title} ({len(texts):,}):", *(f"- {text}" for text in texts[:_LINES])]
        if len(texts) > _LINES:
            lines.append(f"- and {len(texts) - _LINES:,} more; the view sync_state has them all")
    return "\n".join(lines) + "\n"


def note(text: str) -> None:
    """A line in the run's log."""
    sys.stderr.write(f"Alerts: {text}\n")
    sys.stderr.flush()
