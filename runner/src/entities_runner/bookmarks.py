"""Holds the bookmarks of a STATE against what the database holds.

A bookmark belongs to the database whose log knows the run that wrote it, and is believed as far as the tables bear it
out: nothing is ever deleted by a sync, so a table with fewer rows than it had, or with an older version of the last row
that was stored, has lost what the bookmark promises. Such a slice is marked, and the tap reads it in full.

What the tables hold that the last complete read did not list is named as well: the tap asks Amazon for it by its ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from entities_runner.database import Connection, Database
from entities_runner.unlisted import unlisted

ID_COLUMNS = {
    "portfolios": "portfolio_id",
    "campaigns": "campaign_id",
    "ad_groups": "ad_group_id",
    "ads": "ad_id",
    "targets": "target_id",
    "ad_extensions": "ad_extension_id",
    "change_events": "event_id",
}
_EVENTS = "change_events"
UNLISTED = "unlisted"
DUE = "full_read_due"
_SHARED = "shared"
_FOREIGN = "its bookmark was not written for what this database holds"


@dataclass(frozen=True)
class Kept:
    """What the database keeps of a slice."""

    run_id: str | None
    rows: int
    seen: int | None
    last_key: str | None
    last_synced_at: Any
    full_reads: dict[str, Any]


def hold(state: dict[str, Any], database: Database) -> int:
    """Mark every slice whose bookmark the database does not bear out, and name what it holds beyond the lists.

    Args:
        state: a STATE; changed in place. What is broken in it is left to the tap, which refuses it in words.
        database: where its rows should be.

    Returns:
        How many slices were changed.

    Raises:
        UsageError: the database refuses.
    """
    partitions = list(_partitions(state))
    if not partitions:
        return 0
    with database.transaction() as connection:
        kept = _kept(connection, database)
        known = _known_runs(connection, database, {run_id for *_, run_id in partitions if run_id is not None})
        counts = _counts(connection, database)
        lost = dict(_lost(connection, database, kept, counts))
        _tell(connection, database, lost)
        found = unlisted(connection, database, _with_more(kept, counts))
    changed = 0
    for profile_id, entity, partition, run_id in partitions:
        slice_ = (profile_id, entity)
        if slice_ not in kept or (run_id, *slice_) not in known:
            partition.setdefault(DUE, _FOREIGN)
        elif slice_ in lost:
            partition[DUE] = lost[slice_]
        before = partition.pop(UNLISTED, None)
        if slice_ in found:
            partition[UNLISTED] = found[slice_]
        changed += DUE in partition or UNLISTED in partition or before is not None
    return changed


def table_of(entity: str) -> str:
    """The table, and the stream, of a slice's rows."""
    return entity if entity == _EVENTS else f"entity_{entity}"


def _tell(connection: Connection, database: Database, lost: dict[tuple[str, str], str]) -> None:
    """`sync_state` says so until the slice has been read again; what had been read is not there any more."""
    statement = sql.SQL(
        "update {} as kept set last_error = 'lost rows: ' || lost.reason, last_error_at = now(),"
        " rows_stored = greatest(kept.rows_stored,"
        " case when kept.last_full_sync_at is not null then kept.rows_seen end),"
        " last_error_began_at = now(), consecutive_errors = kept.consecutive_errors + 1, high_watermark = null,"
        " last_full_sync_at = null, last_full_began_at = null,"
        " last_incremental_sync_at = null, last_incremental_began_at = null, last_success_at = null"
        " from unnest(%s::text[], %s::text[], %s::text[]) as lost (profile_id, entity_type, reason)"
        " where kept.profile_id = lost.profile_id and kept.entity_type = lost.entity_type"
        " and kept.last_success_at is not null"
    ).format(database.table("sync_slices"))
    if lost:
        profiles, entities = zip(*lost, strict=True)
        connection.execute(statement, (list(profiles), list(entities), list(lost.values())))


def _partitions(state: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], str | None]]:
    """Profile, entity, the bookmark of this slice, and the run that wrote it."""
    bookmarks = state.get("bookmarks")
    if not isinstance(bookmarks, dict):
        return
    for entity in ID_COLUMNS:
        bookmark = bookmarks.get(table_of(entity))
        if not isinstance(bookmark, dict):
            continue
        partitions, shared = bookmark.get("partitions"), bookmark.get(_SHARED)
        for partition in partitions if isinstance(partitions, list) else ():
            context = partition.get("context") if isinstance(partition, dict) else None
            profile_id = context.get("profile_id") if isinstance(context, dict) else None
            if isinstance(profile_id, str):
                yield profile_id, entity, partition, _run_id(partition, shared)


def _run_id(partition: dict[str, Any], shared: object) -> str | None:
    """Its own, or the one that stands once for many slices of the stream."""
    reference = partition.get(_SHARED)
    alike = shared.get(reference) if isinstance(shared, dict) and isinstance(reference, str) else None
    run_id = partition.get("run_id", alike.get("run_id") if isinstance(alike, dict) else None)
    return run_id if isinstance(run_id, str) else None


def _kept(connection: Connection, database: Database) -> dict[tuple[str, str], Kept]:
    statement = sql.SQL(
        "select profile_id, entity_type, last_success_run_id, greatest(rows_stored,"
        # What an incremental slice alone has seen need not be stored: it leaves out what is old.
        " case when last_full_sync_at is not null then rows_seen end), rows_seen, last_key, last_synced_at, full_reads"
        " from {}"
    ).format(database.table("sync_slices"))
    return {
        (str(row[0]), str(row[1])): Kept(
            _text(row[2]),
            int(str(row[3] or 0)),
            None if row[4] is None else int(str(row[4])),
            _text(row[5]),
            row[6],
            row[7] if isinstance(row[7], dict) else {},
        )
        for row in connection.execute(statement)
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _known_runs(connection: Connection, database: Database, runs: set[str]) -> set[tuple[str, str, str]]:
    statement = sql.SQL(
        "select run_id, profile_id, entity_type from {log} where run_id = any (%s) and status = 'success'"
        " and coalesce(settled_status, status) = 'success'"
        " union select last_success_run_id, profile_id, entity_type from {slices} where last_success_run_id is not null"
    ).format(log=database.table("sync_log"), slices=database.table("sync_slices"))
    return {(str(row[0]), str(row[1]), str(row[2])) for row in connection.execute(statement, (sorted(runs),))}


def _counts(connection: Connection, database: Database) -> dict[str, dict[str, int]]:
    """How many rows each table holds, by entity and profile."""
    found: dict[str, dict[str, int]] = {}
    for entity in ID_COLUMNS:
        table = database.table(table_of(entity))
        counted = connection.execute(sql.SQL("select profile_id, count(*) from {} group by profile_id").format(table))
        found[entity] = {str(row[0]): int(str(row[1])) for row in counted}
    return found


def _with_more(
    kept: dict[tuple[str, str], Kept], counts: dict[str, dict[str, int]]
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Slices of which a table holds more than was listed: profile, entity, its id column, and its full reads."""
    for (profile_id, entity), each in kept.items():
        if entity == _EVENTS or each.seen is None or entity not in counts:
            continue
        if counts[entity].get(profile_id, 0) > each.seen:
            yield profile_id, entity, ID_COLUMNS[entity], each.full_reads


def _lost(
    connection: Connection,
    database: Database,
    kept: dict[tuple[str, str], Kept],
    counted: dict[str, dict[str, int]],
) -> Iterator[tuple[tuple[str, str], str]]:
    for entity, column in ID_COLUMNS.items():
        wanted = {profile_id: each for (profile_id, of), each in kept.items() if of == entity}
        name = table_of(entity)
        table = database.table(name)
        counts = counted[entity]
        rows = {profile_id: counts.get(profile_id, 0) for profile_id in wanted}
        fewer = [profile_id for profile_id, each in wanted.items() if rows[profile_id] < each.rows]
        had, has = sum(wanted[profile_id].rows for profile_id in fewer), sum(rows[profile_id] for profile_id in fewer)
        for profile_id in fewer:
            yield (profile_id, entity), f"{name} holds {has:,} of the {had:,} rows it had of them"
        statement = sql.SQL(
            "select k.profile_id"
            " from unnest(%s::text[], %s::text[], %s::timestamptz[]) as k (profile_id, id, synced_at)"
            " left join {} as e on e.profile_id = k.profile_id and e.{} = k.id"
            " where e.synced_at is null or e.synced_at < k.synced_at"
        ).format(table, sql.Identifier(column))
        with_key = [
            (profile_id, each)
            for profile_id, each in wanted.items()
            if each.last_key is not None and profile_id not in fewer
        ]
        arrays = (
            [profile_id for profile_id, _ in with_key],
            [each.last_key for _, each in with_key],
            [each.last_synced_at for _, each in with_key],
        )
        for row in connection.execute(statement, arrays):
            yield (str(row[0]), entity), f"{name} holds older rows than were stored last"
