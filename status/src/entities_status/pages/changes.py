"""What has changed: by day and kind, and one after the other, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entities_status.pages.charts import Chart, Series
from entities_status.pages.text import moment_of
from entities_status.questions import changes
from entities_status.questions.health import PROFILES
from entities_status.reader import Row, Session

KINDS = {"created": "c3", "changed": "c1", "archived": "c6", "vanished": "c4", "reappeared": "c5"}
_DAYS, _PAGE = (1, 7, 30, 90), 100
_FILTERS = ("profile", "campaign", "field", "kind")
_PLACE = ("profile_id", "entity_type", "entity_id", "path")


def recent(session: Session, asked: Mapping[str, str]) -> dict[str, Any]:
    """Changes that match.

    Args:
        session: asked.
        asked: days, profile, campaign, field, kind; before and place of the last change of the page before.
    """
    if not session.has(changes.TABLE):
        return {"there": False}
    filters = {name: asked.get(name, "").strip() or None for name in _FILTERS}
    days = next((days for days in _DAYS if str(days) == asked.get("days")), 30)
    before, place = moment_of(asked.get("before")), asked.get("place", "").split("\n")
    rows = session.ask(
        changes.NEWEST,
        days=days,
        **filters,
        before=before if len(place) == len(_PLACE) else None,
        place=place,
        limit=_PAGE + 1,
    )
    last = rows[_PAGE - 1] if len(rows) > _PAGE else None
    return {
        "there": True,
        "rows": rows[:_PAGE],
        "days": days,
        "all_days": _DAYS,
        "filters": filters,
        "profiles": session.ask(PROFILES),
        "fields": [row["column_name"] for row in session.ask(changes.FIELDS, days=days)],
        "kinds": list(KINDS),
        "chart": _per_day(session.ask(changes.PER_DAY, days=days, **filters)),
        "following": {
            "before": last["seen_at"].isoformat(),
            "place": "\n".join(str(last[name]) for name in _PLACE),
            "days": days,
            **{name: value for name, value in filters.items() if value},
        }
        if last and last["seen_at"]
        else None,
    }


def _per_day(rows: list[Row]) -> Chart:
    rows = [row for row in rows if row["day"] is not None]
    days = sorted({row["day"] for row in rows})
    numbers = {(row["day"], row["kind"]): row["changes"] for row in rows}
    series = [
        Series(kind, [numbers.get((day, kind), 0) for day in days], tone, hatched=kind in {"archived", "vanished"})
        for kind, tone in KINDS.items()
        if any(row["kind"] == kind for row in rows)
    ]
    return Chart("bars", "Changes by day and kind", series, [f"{day:%d %b}" for day in days], "changes", "day (UTC)")
