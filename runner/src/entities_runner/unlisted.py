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
    """Their ids, by slice and ad product; none of a product whose turn has not come.

    Args:
        connection: to ask.
        database: where the tables are.
        slices: profile, entity, its id column, and the last full read of each ad product (`sync_slices.full_reads`);
            in the order in which they have their turn.
    """
    reads: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    missed: dict[Slice, dict[str, list[str]]] = {}
    for profile_id, entity, column, full_reads in slices:
        missed[profile_id, entity] = {}
        wanted = reads.setdefault((entity, column), [])
        for product, read in full_reads.items():
            if (product == ACCOUNT_WIDE) == (_product_of(entity) is None) and read.get("started_at"):
                wanted.append((profile_id, product, read["started_at"]))
    for (entity, column), wanted in reads.items():
        if not wanted:
            continue
        profiles, products, moments = map(list, zip(*wanted, strict=True))
        rows = list(connection.execute(_statement(database, entity, column), (profiles, products, moments, profiles, moments)))
        for profile_id, product, identifier in rows:
            missed[str(profile_id), entity].setdefault(str(product), []).append(str(identifier))
        if len(rows) == MOST:
            # Whoever is behind them may have some.
            for profile_id, product, _ in wanted:
                missed[profile_id, entity].setdefault(product, [])
    left = MOST
    for found in missed.values():
        for product, ids in found.items():
            found[product] = ids[:left]
            left -= len(found[product])
    return {slice_: found for slice_, found in missed.items() if found}


def _product_of(entity: str) -> str | None:
    return _PRODUCT.get(entity, "ad_product")


def _statement(database: Database, entity: str, column: str) -> sql.Composed:
    """Reads the rows of these profiles once, in the order in which they lie: that of their ids costs ten times as much."""
    product = _product_of(entity)
    # Surrogate keys are no ids that Amazon knows.
    return sql.SQL(
        "select profile_id, product, id from ("
        "select read.*, e.{id} as id, row_number() over (partition by read.place order by e.{id}) as number"
        " from {table} as e inner join unnest(%s::text[], %s::text[], %s::timestamptz[]) with ordinality"
        " as read (profile_id, product, started_at, place)"
        " on read.profile_id = e.profile_id and read.started_at > e.synced_at{of}"
        " where e.profile_id = any (%s) and e.synced_at < (select max(each) from unnest(%s::timestamptz[]) as each)"
        " and e.vanished_since is null and e.{id} ~ '^[1-9][0-9]{{0,19}}$'"
        ") as missed where number <= {most_of_a_slice} order by place, number limit {most}"
    ).format(
        id=sql.Identifier(column),
        table=database.table(f"entity_{entity}"),
        of=sql.SQL(" and e.{} = read.product").format(sql.Identifier(product)) if product else sql.SQL(""),
        most_of_a_slice=sql.Literal(MOST_OF_A_SLICE),
        most=sql.Literal(MOST),
    )
