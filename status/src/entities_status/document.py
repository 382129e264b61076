"""The same views as one file that needs nothing else: styles, scripts and data are in it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timezone
from typing import Any

from entities_runner.account import UsageError
from entities_status.judgement import Level
from entities_status.pages import account, changes, health, render, runs
from entities_status.reader import Reader, Session

_DETAILS = 200
"""Slices that are shown in detail, those that are not well first."""

_DAYS = 7


def html(reader: Reader) -> str:
    """The file's text; where the database cannot be shown, it says why.

    Raises:
        UsageError: it cannot be shown.
    """
    with reader.session() as session:
        views = _views(session)
    script = "\n".join(render.static(name).decode() for name in render.SCRIPTS)
    style = render.static(render.STYLE).decode()
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; base-uri 'none'"
    return render.page(
        "file.html",
        view="file",
        file=True,
        database=reader.address,
        user=reader.user,
        policy=policy,
        written=datetime.now(timezone.utc),
        script=script,
        style=style,
        **views,
    )


def _views(session: Session) -> dict[str, Any]:
    grid = health.grid(session)
    wanted = [each for each in grid.slices if each.level is not Level.OK]
    wanted += [each for each in grid.slices if each.level is Level.OK]
    profiles = {str(line.profile["profile_id"]): line.profile for line in grid.lines}
    return {
        "grid": grid,
        "details": [health.described(session, profiles[each.profile_id], each) for each in wanted[:_DETAILS]],
        "detailed": {(each.profile_id, each.entity_type) for each in wanted[:_DETAILS]},
        "recent": runs.recent(session, _DAYS),
        "account": _asked(account.counts, session, None),
        "amounts": _asked(account.amounts, session, None, None),
        "asins": _asked(account.asins, session, None, None),
        "changes": changes.recent(session, {}),
        "throttling": runs.throttling(session, 1),
        # What the answers before it could not hold.
        "left_out": session.left_out,
    }


def _asked(question: Any, *arguments: Any) -> dict[str, Any]:
    """What takes too long is left out, and the file says so."""
    try:
        return {**question(*arguments), "problem": None}
    except UsageError as error:
        return {"problem": str(error)}


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
