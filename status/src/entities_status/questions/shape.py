"""Whether the database holds what the other questions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

IS_THERE = """
select exists (
    select from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = %(schema_name)s and c.relname = %(relation)s
) as is_there
"""

COLUMNS = """
select
    c.relname as relation,
    array_agg(a.attname::text) as columns,
    pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select') as readable
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = %(schema_name)s and c.relname = any (%(relations)s)
group by c.oid, n.oid, c.relname
"""

NEEDED: dict[str, frozenset[str]] = {
    "entity_profiles": frozenset({"profile_id", "account_name", "country_code", "currency_code", "region"}),
    "entity_portfolios": frozenset({"profile_id", "portfolio_id", "name", "computed_status"}),
    "entity_campaigns": frozenset({"profile_id", "campaign_id", "portfolio_id", "campaign_type", "computed_status"}),
    "entity_ad_groups": frozenset({"profile_id", "ad_group_id", "campaign_id", "ad_product", "default_bid_micros"}),
    "entity_ads": frozenset({"profile_id", "ad_id", "ad_group_id", "ad_product", "asin", "sku", "creative"}),
    "entity_targets": frozenset({"profile_id", "target_id", "campaign_id", "ad_group_id", "target_type", "bid_micros"}),
    "entity_ad_extensions": frozenset({"profile_id", "ad_product", "state", "computed_status"}),
    "sync_runs": frozenset({"profile_id", "entity_type", "run_id", "status", "error", "request_id", "details"}),
    "sync_state": frozenset({"profile_id", "entity_type", "freshness", "last_error", "consecutive_errors"}),
    "advertised_asins": frozenset({"profile_id", "asin", "sku", "campaign_id", "campaign_name"}),
}
"""What the page reads, with the columns that tell this version from older ones."""


def problem(found: Iterable[Mapping[str, Any]], *, schema: str, address: str, user: str) -> str | None:
    """What keeps the page from being shown, in a sentence; None where nothing does.

    Args:
        found: the answer to `COLUMNS`.
        schema: asked for.
        address: of the database.
        user: who asks.
    """
    relations = {str(row["relation"]): row for row in found}
    if not relations:
        return f"The database {address} holds no tables of a sync yet (schema {schema}). Run `make sync`."
    lacking = [
        name
        for name, columns in NEEDED.items()
        if name not in relations or not columns <= set(relations[name]["columns"])
    ]
    if lacking:
        return other_version(schema, address, ", ".join(lacking))
    if refused := [name for name in NEEDED if not relations[name]["readable"]]:
        return (
            f"The role {user} may not read {', '.join(refused)} in schema {schema} of {address}: "
            "docs/access.md says how it is given profiles."
        )
    return None


def other_version(schema: str, address: str, lacking: str) -> str:
    """Says that the tables are not those that the questions know.

    Args:
        schema: asked for.
        address: of the database.
        lacking: what is not there.
    """
    return (
        f"The tables in schema {schema} of {address} are those of another version, or half made ({lacking}). "
        "The next `make sync` makes them anew."
    )
