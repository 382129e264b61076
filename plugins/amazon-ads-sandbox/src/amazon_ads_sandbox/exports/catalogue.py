"""What can be exported, as data."""

from __future__ import annotations

from dataclasses import dataclass

from amazon_ads_sandbox.wire import Render, common_model

MOST_IN_PROGRESS = 5
"""Jobs of an endpoint at once, over all profiles of a client."""

STATES = frozenset({"ENABLED", "PAUSED", "ARCHIVED"})
_TARGET_TYPES = frozenset(
    [
        "AUDIENCE",
        "AUTO",
        "KEYWORD",
        "PRODUCT",
        "PRODUCT_AUDIENCE",
        "PRODUCT_CATEGORY",
        "PRODUCT_CATEGORY_AUDIENCE",
        "THEME",
    ]
)

BASE_FILTERS: dict[str, frozenset[object]] = {
    "adProductFilter": frozenset(common_model.AD_PRODUCTS.values()),
    "stateFilter": STATES,
}
TARGET_FILTERS: dict[str, frozenset[object]] = {
    **BASE_FILTERS,
    "negativeFilter": frozenset({True, False}),
    "targetLevelFilter": frozenset({"AD_GROUP", "CAMPAIGN"}),
    "targetTypeFilter": _TARGET_TYPES,
}


@dataclass(frozen=True)
class Export:
    """One endpoint that makes exports.

    Args:
        path: of the request that creates one.
        media: of both directions, and of its status.
        letter: ends the export's id.
        table: whose rows it holds.
        render: an entity in the common model.
        filters: the filters it takes, and their values.
    """

    path: str
    media: str
    letter: str
    table: str
    render: Render
    filters: dict[str, frozenset[object]]


def _export(name: str, letter: str, table: str, render: Render) -> Export:
    filters = TARGET_FILTERS if name == "targets" else BASE_FILTERS
    media = f"application/vnd.{name.lower()}export.v1+json"
    return Export(f"{name}/export", media, letter, table, render, filters)


EXPORTS = {
    export.path: export
    for export in (
        _export("campaigns", "C", "entity_campaigns", common_model.campaign),
        _export("adGroups", "A", "entity_ad_groups", common_model.ad_group),
        _export("ads", "AD", "entity_ads", common_model.ad),
        _export("targets", "T", "entity_targets", common_model.target),
    )
}
