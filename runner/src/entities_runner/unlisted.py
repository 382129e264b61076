"""What the tables hold that the last complete read did not list, and nobody has confirmed to have vanished."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from entities_runner.database import Connection, Database

MOST_OF_A_SLICE = 1_000
MOST = 20_000
"""More are told in later runs: those that have been confirmed are none of them any more."""

ACCOUNT_WIDE = "any"
_PRODUCT = {"portfolios": None, "campaigns": "campaign_type"}
"""The column of the ad product, where it is not `ad_product`."""

Slice = tuple[str, str]
"""Profile and entity."""


def unlisted(
    connection: Connection, database: Database, slices: Iterable[tuple[str, str, str, dict[str, Any]]]
) -> dict[Slice, dict[str, list[str]]]:
    """Their ids, by slice and ad product.

    Args:
        connection: to ask.
        database: where the tables are.
        slices: profile, entity, its id column, and the last full read of each ad product (`sync_slices.full_reads`).
    """
    reads: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for profile_id, entity, column, full_reads in slices:
        wanted = reads.setdefault((entity, column), [])
        for product, read in full_reads.items():
            if (product == ACCOUNT_WIDE) == (_product_of(entity) is None) and read.get("started_at"):
                wanted.append((profile_id, product, read["started_at"]))
    found: dict[Slice, dict[str, list[str]]] = {}
    left = MOST
    for (entity, column), wanted in reads.items():
        if not wanted or left <= 0:
            continue
        profiles, products, moments = map(list, zip(*wanted, strict=True))
        for row in connection.execute(_statement(database, entity, column), (profiles, products, moments, left)):
            found.setdefault((str(row[0]), entity), {}).setdefault(str(row[1]), []).append(str(row[2]))
            left -= 1
    return found


def _product_of(entity: str) -> str | None:
    return _PRODUCT.get(entity, "ad_product")


def _statement(database: Database, entity: str, column: str) -> sql.Composed:
    product = _product_of(entity)
    # Surrogate keys are no ids that Amazon knows.
    return sql.SQL(
        "select read.profile_id, read.product, missed.id"
        " from unnest(%s::text[], %s::text[], %s::timestamptz[]) as read (profile_id, product, started_at)"
        " cross join lateral ("
        "select e.{id} as id from {table} as e where e.profile_id = read.profile_id and e.synced_at < read.started_at"
        " and e.vanished_since is null and e.{id} ~ '^[1-9][0-9]{{0,19}}$'{of} order by e.{id} limit {most}"
        ") as missed limit %s"
    ).format(
        id=sql.Identifier(column),
        table=database.table(f"entity_{entity}"),
        of=sql.SQL(" and e.{} = read.product").format(sql.Identifier(product)) if product else sql.SQL(""),
        most=sql.Literal(MOST_OF_A_SLICE),
    )
