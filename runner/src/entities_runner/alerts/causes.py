"""What people are told about: slices that fail, are short or stale, and a run that failed as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping

from psycopg import sql

from entities_runner.alerts.memory import Told
from entities_runner.database import Database
from entities_runner.summary import STOPPED
from entities_runner.terminal import printable

RUN = "run"
"""The cause that is about a run as a whole."""
_SHORT = re.compile(r"\bgave [\d,]+ of [\d,]+ rows")
_LONGEST = 300


def line(text: str) -> str:
    """One line of it that is not too long and drives no terminal."""
    return printable(text)[:_LONGEST]


def of(database: Database, run_id: str, known: Mapping[str, Told]) -> dict[str, str]:
    """Every cause that the database knows of, each with its words.

    A cause is a kind of trouble of a slice, whatever numbers its error holds.

    Args:
        database: what is told of.
        run_id: the run that has just ended.
        known: what was told before: all that stays of a slice that somebody has stopped, until it is read again.

    Raises:
        UsageError: the database does not answer.
    """
    states = sql.SQL(
        "select profile_id, entity_type, coalesce(last_error, ''), consecutive_errors, freshness,"
        # No text for a moment that is infinite, which Python cannot hold.
        " coalesce(to_char(greatest(last_full_sync_at, last_incremental_sync_at) at time zone 'UTC',"
        " 'YYYY-MM-DD HH24:MI'), 'an unknown time')"
        " from {}"
        " where profile_id <> '*' and (consecutive_errors > 0 or freshness = 'stale') order by 1, 2"
    ).format(database.table("sync_state"))
    whole = sql.SQL(
        "select error from {} where run_id = %s and coalesce(profile_id, '*') = '*' and status = 'error' limit 1"
    ).format(database.table("sync_runs"))
    found: dict[str, str] = {}
    with database.transaction() as connection:
        for profile, entity, error, errors, freshness, success in connection.execute(states):
            who = f"profile {profile}, {entity}"
            if str(error).startswith(f"aborted: {STOPPED}"):
                keys = (f"{kind} {profile} {entity}" for kind in ("failed", "short"))
                found |= {key: known[key].text for key in keys if key in known}
            elif int(str(errors)) > 0:
                kind = "short" if _SHORT.search(str(error)) else "failed"
                found[f"{kind} {profile} {entity}"] = line(f"{who}: {error or 'failed'}")
            if freshness == "stale":
                found[f"stale {profile} {entity}"] = line(f"{who}: stale, last complete at {success} UTC")
        if row := connection.execute(whole, (run_id,)).fetchone():
            found[RUN] = line(f"the run failed: {row[0] or 'it gave no reason'}")
    return found
