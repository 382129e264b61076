"""What monitors read: whether all is well, and what is not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from entities_runner.account import UsageError
from entities_status.judgement import Judged, Level
from entities_status.pages import health
from entities_status.reader import Reader


def report(reader: Reader) -> dict[str, Any]:
    """Every slice that is not well, and how many are.

    Returns:
        ok: only if there are slices, and all of them and the newest runs as a whole are well; problem: what keeps them
        from being looked at, or null; counts: slices by level; runs: what failed beside all slices; slices: what is not
        well, with its facts.
    """
    base = {"checked_at": datetime.now(timezone.utc).isoformat(timespec="seconds"), "database": reader.address}
    try:
        with reader.session() as session:
            grid = health.grid(session)
    except UsageError as error:
        return {"ok": False, "problem": str(error), **base, "counts": {}, "runs": [], "slices": []}
    return {
        "ok": grid.level is Level.OK,
        "problem": None if grid.lines else "There is no profile yet, or none that this role sees.",
        **base,
        "counts": {level.word: number for level, number in grid.counts.items()},
        "runs": [{name: row[name] for name in ("entity_type", "run_id", "error", "request_id")} for row in grid.whole],
        "slices": [_slice(each) for each in grid.slices if each.level is not Level.OK],
    }


def _slice(judged: Judged) -> dict[str, Any]:
    moment = judged.row.get("last_full_sync_at")
    return {
        "profile_id": judged.profile_id,
        "entity_type": judged.entity_type,
        "level": judged.level.word,
        "facts": {fact.name: {"level": fact.level.word, "words": fact.words} for fact in judged.facts},
        "running": judged.running,
        "error": judged.row.get("error"),
        "request_id": judged.row.get("request_id"),
        "last_full_sync_at": moment.isoformat(timespec="seconds") if moment else None,
    }
