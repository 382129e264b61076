"""JSON schemas of all streams: the entity tables' columns from `rows`, and those of the run log."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.rows.columns import (
    AD_EXTENSIONS,
    AD_GROUPS,
    ADS,
    CAMPAIGNS,
    CHANGE_EVENTS,
    PORTFOLIOS,
    PROFILES,
    TARGETS,
    Property,
    big_integer,
    document,
    key,
    moment,
    text,
)

__all__ = [
    "ADS",
    "AD_EXTENSIONS",
    "AD_GROUPS",
    "CAMPAIGNS",
    "CHANGE_EVENTS",
    "PORTFOLIOS",
    "PROFILES",
    "SYNC_DIFFERENCES",
    "SYNC_LOG",
    "TARGETS",
    "schema",
]


def number(description: str) -> Property:
    """A numeric column."""
    return {"type": ["number", "null"], "description": description}


SYNC_DIFFERENCES: dict[str, Property] = {
    "profile_id": key("Profile of the entity."),
    "entity_type": key("campaigns, ad_groups, ads or targets."),
    "entity_id": key("Id of the entity, as in its table."),
    "source": key("The source that was compared: lists, exports, …"),
    "compared_with": key("The source that it was compared with."),
    "column_name": key("The column that differs; * where one source lacks the entity."),
    "kind": text("missing or differs."),
    "missing_from": text("The source that lacks the entity."),
    "value": text("What the source says in the column, as text; null is nothing."),
    "compared_value": text("What the other source says."),
    "run_id": text("The run that last saw the difference."),
    "last_seen_at": moment("When it was last seen (UTC); first seen is `created_at`."),
}

SYNC_LOG: dict[str, Property] = {
    "run_id": key("Run of the tap."),
    "profile_id": key("Profile of the slice; * for the listing of the profiles themselves."),
    "entity_type": key(
        "profiles, portfolios, campaigns, ad_groups, ads, targets, ad_extensions, change_events; differences where "
        "sources are "
        "compared."
    ),
    "mode": text("full, incremental or reconcile."),
    "status": text("running, success (read to its end) or error, as the tap last wrote it."),
    "started_at": moment("Not later than the slice's first request (UTC)."),
    "finished_at": moment("When the slice ended (UTC); null while it runs."),
    "updated_at": moment("When this row was last written (UTC)."),
    "items_upserted": big_integer("Rows emitted for the slice."),
    "pages_fetched": big_integer("Pages read for the slice."),
    "retries": big_integer("Requests that were repeated."),
    "throttled_seconds": number("Seconds in which a request of it waited because Amazon throttled."),
    "error": text("What went wrong, in words; null on success."),
    "request_id": text("Amazon's id of the request that failed, for their support."),
    "high_watermark": moment("The slice's bookmark after it was read to its end (UTC)."),
    "details": document(
        "Per endpoint: pages, rows, duplicates, retries, refusals (HTTP 429), seconds throttled, shortfall, reason "
        "skipped; refused, items that cannot be rows; unreadable, by field, values that a column cannot hold, null in "
        "the row; altered, by field, values stored in another form, as an amount finer than a micro is. last_key and "
        "last_synced_at of the last row emitted; rows_seen, the different ids read, emitted or not; read_in_full, why "
        "an incremental slice was read once more, all of it."
    ),
    "tap_version": text("Version of the tap."),
}


def schema(properties: dict[str, Property]) -> dict[str, Any]:
    """The JSON schema of a stream with these columns."""
    return {"type": "object", "properties": properties}
