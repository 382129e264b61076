"""Runs of the last days, what one of them did, and how hard Amazon was asked."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from entities_status.pages.charts import Chart, Series
from entities_status.pages.text import integer, moment, seconds
from entities_status.questions import runs as questions
from entities_status.reader import Row, Session

DAYS = (1, 7, 30)
_RUNS, _SLICES, _NEWEST = 1000, 500, 5
_OUTCOMES = (
    ("success", "c1", "circle"),
    ("failed", "c4", "triangle"),
    ("aborted", "c5", "crossRot"),
    ("running", "c2", "rectRot"),
)


def recent(session: Session, days: int, before: datetime | None = None) -> dict[str, Any]:
    """The runs of so many days, the newest first, as many as can be read in one go, and a picture of them.

    Args:
        session: asked.
        days: back from now.
        before: where the last answer ended.
    """
    rows = session.ask(questions.RUNS, days=days, before=before, limit=_RUNS)
    runs = [_outcome(row) for row in rows]
    newest = None if runs else session.ask(questions.NEWEST)[0]["started_at"]
    full = bool(rows) and (len(rows) == _RUNS or rows[0]["log_rows"] >= questions.MOST_ROWS)
    following = rows[-1]["started_at"] if full else None
    return {"runs": runs, "newest": newest, "days": days, "chart": _timeline(runs, days), "following": following}


def running(session: Session) -> dict[str, Any]:
    """What is running, and how far it is."""
    now = [_outcome(row) for row in session.ask(questions.OPEN_RUNS, limit=_RUNS) if row["running"]]
    for run in now:
        run["entities"] = session.ask(questions.BY_ENTITY, run=run["run_id"])
        run["newest"] = session.ask(questions.NEWEST_OF_RUN, run=run["run_id"], limit=_NEWEST)
    return {"running": now}


def one(session: Session, run_id: str) -> dict[str, Any] | None:
    """One run, slice by slice; what failed comes first."""
    slices = session.ask(questions.SLICES_OF_RUN, run=run_id, limit=_SLICES + 1)
    if not slices:
        return None
    return {
        "run_id": run_id,
        "slices": slices[:_SLICES],
        "more": len(slices) > _SLICES,
        "entities": session.ask(questions.BY_ENTITY, run=run_id),
    }


def _outcome(row: Row) -> Row:
    if row["running"]:
        outcome = "running"
    elif row["aborted"]:
        outcome = "aborted"
    else:
        outcome = "failed" if row["failed"] else "success"
    ended = datetime.now(timezone.utc) if row["running"] else row["ended_at"]
    known = ended is not None and row["started_at"] is not None
    modes = [name for name, is_it in (("full", row["is_full"]), ("incremental", row["is_incremental"])) if is_it]
    return {
        **row,
        "outcome": outcome,
        "mode": " and ".join(modes),
        "duration": max(0.0, (ended - row["started_at"]).total_seconds()) if known else None,
        "share": round(100 * row["ended"] / row["slices"]) if row["slices"] else 0,
    }


def _timeline(runs: list[Row], days: int) -> Chart:
    series = []
    for outcome, tone, shape in _OUTCOMES:
        points = [_point(run) for run in runs if run["outcome"] == outcome and run["duration"] is not None]
        if points:
            series.append(Series(outcome, points, tone, shape=shape))
    now = datetime.now(timezone.utc).timestamp() * 1000
    span = (now - days * 86_400_000, now)
    return Chart("points", "Runs by start and duration", series, axis="took", below="start (UTC)", span=span)


def _point(run: Row) -> dict[str, Any]:
    text = f"{moment(run['started_at'])}: {seconds(run['duration'])}, {integer(run['rows'])} rows"
    if run["failed"]:
        text += f", {run['failed']} of {run['slices']} slices failed"
    return {"x": run["started_at"].timestamp() * 1000, "y": round(max(run["duration"], 1), 1), "text": text}


_REGIONS = {"NA": "c1", "EU": "c2", "FE": "c3", "all": "c6"}


def throttling(session: Session, days: int) -> dict[str, Any]:
    """Requests, refusals and seconds waited by hour and region."""
    rows = [row for row in session.ask(questions.THROTTLING, days=days, before=None) if row["hour"] is not None]
    since = rows[0]["since"] if rows and rows[0]["log_rows"] >= questions.MOST_ROWS else None
    hours = sorted({row["hour"] for row in rows})
    charts = [
        _by_hour(rows, hours, "requests", "Requests by hour and region", "requests"),
        _by_hour(rows, hours, "refused", "Requests that Amazon refused (HTTP 429)", "refusals"),
        _by_hour(rows, hours, "seconds", "Seconds that slices waited", "seconds"),
    ]
    totals: dict[str, dict[str, float]] = {}
    for row in rows:
        total = totals.setdefault(row["region"], {"requests": 0, "repeated": 0, "refused": 0, "seconds": 0.0})
        for name in total:
            total[name] += row[name] or 0
    return {"days": days, "rows": rows, "charts": charts, "totals": totals, "since": since}


def _by_hour(rows: list[Row], hours: list[datetime], column: str, title: str, axis: str) -> Chart:
    by_place = {(row["region"], row["hour"]): row[column] or 0 for row in rows}
    regions = [region for region in _REGIONS if any(row["region"] == region for row in rows)]
    series = [
        Series(
            region if region != "all" else "list of profiles",
            [by_place.get((region, hour), 0) for hour in hours],
            _REGIONS[region],
            hatched=region == "EU",
        )
        for region in regions
    ]
    return Chart("bars", title, series, [moment(hour)[5:16] for hour in hours], axis, "hour (UTC)")
