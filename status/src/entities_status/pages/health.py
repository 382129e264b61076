"""Profiles by entities, and one slice in detail."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from entities_status import evidence
from entities_status.judgement import Judged, Level, judge, worst
from entities_status.questions import health
from entities_status.reader import Row, Session

_ALWAYS = ("portfolios", "campaigns", "ad_groups", "ads", "targets")
ENTITIES = (*_ALWAYS, "ad_extensions", "change_events")
_RUNS = 20


@dataclass(frozen=True)
class Line:
    """A profile with a cell per entity."""

    profile: Row
    cells: list[Judged]

    @cached_property
    def level(self) -> Level:
        """The worst of its cells."""
        return worst(cell.level for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """Every slice.

    Args:
        entities: the columns: those that were ever read.
        lines: what is not well comes first.
        counts: slices per level.
        whole: what the newest runs could not do beside all slices, such as listing the profiles of a region.
        gone: profiles that the account no longer lists; nobody reads them, and they are not judged.
    """

    entities: list[str]
    lines: list[Line]
    counts: dict[Level, int]
    whole: list[Row]
    gone: list[Row]

    @cached_property
    def level(self) -> Level:
        """The worst of all."""
        return Level.ERROR if self.whole else worst(line.level for line in self.lines)

    @property
    def slices(self) -> list[Judged]:
        """All of them."""
        return [cell for line in self.lines for cell in line.cells]


def grid(session: Session) -> Grid:
    """Every slice of every profile that the role sees."""
    profiles = {str(row["profile_id"]): row for row in session.ask(health.PROFILES)}
    rows = {_key(row): row for row in session.ask(health.SLICES, profile=None, entity=None)}
    running = {_key(row) for row in session.ask(health.RUNNING)}
    known = {entity for _, entity in [*rows, *running]}
    entities = [entity for entity in ENTITIES if entity in known] or list(_ALWAYS)
    # A slice may be there before the profile's row is.
    for profile_id in sorted({profile_id for profile_id, _ in rows} - set(profiles)):
        profiles[profile_id] = {"profile_id": profile_id, "account_name": None, "country_code": None, "region": None}
    gone = _gone(session)
    lines = [
        Line(profile, [_judged(profile_id, entity, rows, running) for entity in entities])
        for profile_id, profile in profiles.items()
        if profile_id not in gone
    ]
    lines.sort(key=lambda line: -line.level)
    counts = Counter(cell.level for line in lines for cell in line.cells)
    whole = [row for row in session.ask(health.WHOLE_RUNS) if row["status"] == "error"]
    missing = [{**profiles[profile_id], **row} for profile_id, row in gone.items()]
    return Grid(entities, lines, {level: counts.get(level, 0) for level in Level}, whole, missing)


def _gone(session: Session) -> dict[str, Row]:
    return {str(row["profile_id"]): row for row in session.ask(health.GONE)}


def _key(row: Row) -> tuple[str, str]:
    return str(row["profile_id"]), str(row["entity_type"])


def _judged(profile_id: str, entity: str, rows: dict[tuple[str, str], Row], running: set[tuple[str, str]]) -> Judged:
    key = (profile_id, entity)
    return judge(profile_id, entity, rows.get(key), running=key in running)


def detail(session: Session, profile_id: str, entity: str) -> dict[str, Any] | None:
    """One slice with its facts and runs; None where there is none that the role sees."""
    profiles = [row for row in session.ask(health.PROFILES) if row["profile_id"] == profile_id]
    rows = session.ask(health.SLICES, profile=profile_id, entity=entity)
    profile = profiles[0] if profiles else {"profile_id": profile_id}
    judged = judge(profile_id, entity, rows[0] if rows else None)
    shown = described(session, profile, judged, _gone(session).get(profile_id))
    return shown if entity in ENTITIES and (profiles or rows or shown["runs"]) else None


def described(session: Session, profile: Row, judged: Judged, gone: Row | None = None) -> dict[str, Any]:
    """A slice with its runs.

    Args:
        session: asked.
        profile: of the slice.
        judged: what is known of it.
        gone: when its profile was last listed, if it no longer is.
    """
    runs = session.ask(health.RUNS_OF_SLICE, profile=judged.profile_id, entity=judged.entity_type, limit=_RUNS)
    lists: object = next((run["endpoints"] for run in runs if run["endpoints"]), None)
    return {
        "profile": profile,
        "slice": replace(judged, running=any(run["status"] == "running" for run in runs)),
        "runs": runs,
        "lists": dict(evidence.readable(lists)),
        "gone": gone,
    }
