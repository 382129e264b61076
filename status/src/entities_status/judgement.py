"""Whether a slice is well: the worst of three facts about it. What is not known is never well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from typing import Any

from entities_status import evidence
from entities_status.evidence import Evidence


class Level(IntEnum):
    """How well something is; the greatest is the worst."""

    OK = 0
    WARNING = 1
    UNKNOWN = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """For people, and for JSON."""
        return self.name.lower()


@dataclass(frozen=True)
class Fact:
    """One fact about a slice.

    Args:
        name: last run, freshness or completeness.
        level: how well that is.
        words: what it is, in a few words.
    """

    name: str
    level: Level
    words: str


@dataclass(frozen=True)
class Judged:
    """A slice with what is known about it.

    Args:
        profile_id: of the slice.
        entity_type: of the slice.
        facts: three of them.
        running: whether it is being read just now.
        row: what the database says, as `questions.health` asks for it; empty where it says nothing.
        lists: what its lists amount to; None where that cannot be read.
    """

    profile_id: str
    entity_type: str
    facts: tuple[Fact, ...]
    running: bool
    row: Mapping[str, Any]
    lists: Evidence | None

    @cached_property
    def level(self) -> Level:
        """The worst of the facts."""
        return worst(fact.level for fact in self.facts)

    @property
    def newest(self) -> datetime | None:
        """When it was last complete."""
        moments = (self.row.get("last_full_sync_at"), self.row.get("last_incremental_sync_at"))
        return max((moment for moment in moments if moment is not None), default=None)

    @property
    def reason(self) -> str:
        """The words of the worst fact; of several, of the last one, which says most."""
        return max(reversed(self.facts), key=lambda fact: fact.level).words


def worst(levels: Iterable[Level]) -> Level:
    """The worst; of nothing nothing is known."""
    return max(levels, default=Level.UNKNOWN)


def judge(profile_id: str, entity_type: str, row: Mapping[str, Any] | None, *, running: bool = False) -> Judged:
    """Judge a slice.

    Args:
        profile_id: of the slice.
        entity_type: of the slice.
        row: of `questions.health.SLICES`; None where the database has never heard of it.
        running: whether it is being read just now.
    """
    known = row or {}
    lists = evidence.of(known.get("endpoints"))
    facts = (_last_run(known), _freshness(known), _completeness(known, lists))
    return Judged(profile_id, entity_type, facts, running, known, lists)


def _last_run(row: Mapping[str, Any]) -> Fact:
    status = row.get("status")
    if status == "success":
        return Fact("last run", Level.OK, "succeeded")
    if status == "error":
        error = str(row.get("error") or "failed")
        times = row.get("consecutive_errors") or 1
        again = f", {times} times in a row" if times > 1 else ""
        kind = "aborted" if error.startswith("aborted") else "failed"
        return Fact("last run", Level.ERROR, f"{kind}{again}")
    return Fact("last run", Level.UNKNOWN, "none has ended")


_FRESHNESS = {
    "fresh": Fact("freshness", Level.OK, "fresh"),
    "late": Fact("freshness", Level.WARNING, "late: complete more than 6 hours ago"),
    "stale": Fact("freshness", Level.ERROR, "stale: complete more than 26 hours ago"),
    "never": Fact("freshness", Level.UNKNOWN, "never complete"),
}


def _freshness(row: Mapping[str, Any]) -> Fact:
    unknown = Fact("freshness", Level.UNKNOWN, "not known")
    return _FRESHNESS.get(str(row.get("freshness")), unknown)


def _completeness(row: Mapping[str, Any], lists: Evidence | None) -> Fact:
    level, words = next(_doubts(row, lists), (Level.OK, "complete"))
    return Fact("completeness", level, words)


def _doubts(row: Mapping[str, Any], lists: Evidence | None) -> Iterator[tuple[Level, str]]:
    """What there is to say of completeness, the most important first."""
    was_read = row.get("last_full_sync_at") is not None
    if not was_read and str(row.get("last_error") or "").startswith("lost rows"):
        yield Level.ERROR, "rows were lost since they were stored"
    if lists and lists.shortfall > lists.accepted:
        yield Level.ERROR, f"{lists.shortfall:,} of {lists.total:,} rows are missing"
    if lists and lists.problems:
        yield Level.ERROR, "a list is not complete"
    if not was_read:
        yield Level.UNKNOWN, "never read in full"
    if row.get("status") != "success":
        yield Level.UNKNOWN, "not known since the last complete run"
    if not lists or not lists.lists:
        yield Level.UNKNOWN, "what its lists gave cannot be read in the run log"
    elif lists.unreadable:
        yield Level.WARNING, f"complete, but for {lists.unreadable:,} values that no column holds"
    elif lists.accepted:
        yield Level.OK, f"complete, but for {lists.accepted:,} rows that may be missing (accepted_shortfall)"
