"""What the tables hold that the last complete read did not list, and nobody has confirmed to have vanished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

_Read = tuple[str, str, str]
"""Profile, ad product, and when it was last read in full."""


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
    missed: dict[Slice, dict[str, list[str]]] = {}
    reads: dict[tuple[str, str], list[_Read]] = {}
    for profile_id, entity, column, full_reads in slices:
        missed[profile_id, entity] = {}
        reads.setdefault((entity, column), []).extend(
            (profile_id, product, read["started_at"])
            for product, read in full_reads.items()
            if (product == ACCOUNT_WIDE) == (_product_of(entity) is None) and read.get("started_at")
        )
    for (entity, column), wanted in reads.items():
        for profile_id, product, ids in _missed(connection, _statement(database, entity, column), wanted):
            missed[profile_id, entity].setdefault(product, []).extend(ids)
    left = MOST
    for found in missed.values():
        for product, ids in found.items():
            found[product] = ids[:left]
            left -= len(found[product])
    return {slice_: found for slice_, found in missed.items() if found}


def _missed(
    connection: Connection, statement: sql.Composed, reads: list[_Read]
) -> Iterator[tuple[str, str, list[str]]]:
    """What these full reads did not list: profile, ad product and ids; no ids of those whose turn has not come."""
    if not reads:
        return
    profiles, products, moments = map(list, zip(*reads, strict=True))
    rows = list(connection.execute(statement, (profiles, products, moments, profiles, moments)))
    for profile_id, product, identifier in rows:
        yield str(profile_id), str(product), [str(identifier)]
    if len(rows) == MOST:
        # Whoever is behind them may have some.
        yield from ((profile_id, product, []) for profile_id, product, _ in reads)


def _product_of(entity: str) -> str | None:
    return _PRODUCT.get(entity, "ad_product")


def _statement(database: Database, entity: str, column: str) -> sql.Composed:
    """Reads the rows of these profiles once, as they lie: in the order of their ids it takes ten times as long."""
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
