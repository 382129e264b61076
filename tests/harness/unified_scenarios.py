"""The part of the fault table that is about the unified API: the faults of lists, and answers that name no total."""

from __future__ import annotations

from typing import Any

from harness.scenarios import FOR_EVER, PAGE_2, Fault, Scenario, fault, status

ROOT = "adsApi/v1/query/"
CAMPAIGNS, AD_GROUPS, ADS, TARGETS, AD_EXTENSIONS = (
    f"{ROOT}{name}" for name in ("campaigns", "adGroups", "ads", "targets", "adExtensions")
)


def scenario(name: str, faults: list[Fault], profiles_failed: int | None = None, **settings: Any) -> Scenario:
    """Complete unless profiles fail."""
    return Scenario(
        f"unified: {name}",
        faults,
        profiles_failed is None,
        {"source": "unified", **settings},
        profiles_failed=profiles_failed,
    )


UNIFIED_SCENARIOS = [
    scenario(
        "429 with and without Retry-After, 503, 401, a body cut short, a next token refused, once each",
        [
            status(429, TARGETS, headers={"Retry-After": "1"}),
            status(429, ADS),
            status(503, CAMPAIGNS),
            status(401, AD_EXTENSIONS),
            fault("truncate", AD_GROUPS),
            fault("invalid_token", TARGETS, **PAGE_2),
        ],
    ),
    scenario(
        "a row left out, pages shifted, an end too early, an empty answer, once each",
        [
            fault("hole", ADS),
            fault("shift", TARGETS, **PAGE_2),
            fault("early_end", AD_GROUPS),
            fault("empty_list", CAMPAIGNS),
            fault("hole", AD_EXTENSIONS),
        ],
    ),
    scenario(
        "400 on one ad product, a page that repeats, a next token that repeats",
        [
            status(400, CAMPAIGNS, FOR_EVER, match={"ad_product": "sb"}),
            fault("repeat_page", TARGETS, FOR_EVER, **PAGE_2),
            fault("repeat_token", ADS, FOR_EVER, **PAGE_2),
        ],
        3,
    ),
    scenario("403 for one profile", [fault("forbidden", f"{ROOT}*", FOR_EVER, match={"profile_id": "FIRST"})], 1),
    scenario("an item without an id", [fault("bad_cell", TARGETS, field="targetId", value=None)], 1),
    scenario("ad extensions refused", [status(403, AD_EXTENSIONS, FOR_EVER)], 3),
]
