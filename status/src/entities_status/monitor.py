"""What monitors read: whether all is well, and what is not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from entities_runner.account import UsageError
from entities_status.judgement import Judged, Level
from entities_status.pages import health
from entities_status.reader import Reader, Row


def report(reader: Reader) -> dict[str, Any]:
    """Every slice that is not well, and how many are.

    Returns:
        ok: only if there are slices, and all of them and the newest runs as a whole are well; problem: what keeps them
        from being looked at, or null; counts: slices by level; runs: what failed beside all slices; gone: profiles that
        the account no longer lists; left_out: values that cannot be shown; slices: what is not well, with its facts.
    """
    base = {"checked_at": datetime.now(timezone.utc).isoformat(timespec="seconds"), "database": reader.address}
    try:
        with reader.session() as session:
            grid = health.grid(session)
    except UsageError as error:
        nothing: dict[str, Any] = {"counts": {}, "runs": [], "gone": [], "left_out": [], "slices": []}
        return {"ok": False, "problem": str(error), **base, **nothing}
    return {
        "ok": grid.level is Level.OK,
        "problem": None if grid.lines else "There is no profile yet, or none that this role sees.",
        **base,
        "counts": {level.word: number for level, number in grid.counts.items()},
        "runs": [{name: row[name] for name in ("entity_type", "run_id", "error", "request_id")} for row in grid.whole],
        "gone": [_gone(row) for row in grid.gone],
        "left_out": session.left_out,
        "slices": [_slice(each) for each in grid.slices if each.level is not Level.OK],
    }


def _gone(row: Row) -> dict[str, Any]:
    return {"profile_id": row["profile_id"], "last_listed_at": _text(row["last_listed_at"])}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _slice(judged: Judged) -> dict[str, Any]:
    return {
        "profile_id": judged.profile_id,
        "entity_type": judged.entity_type,
        "level": judged.level.word,
        "facts": {fact.name: {"level": fact.level.word, "words": fact.words} for fact in judged.facts},
        "running": judged.running,
        "error": judged.row.get("error"),
        "request_id": judged.row.get("request_id"),
        "last_full_sync_at": _text(judged.row.get("last_full_sync_at")),
    }
