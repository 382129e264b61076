"""The part of the fault table that is about exports: jobs, files and their addresses."""

from __future__ import annotations

from typing import Any

from harness.scenarios import FOR_EVER, Fault, Scenario, fault, status

ADS = "ads/export"
AD_GROUPS = "adGroups/export"
TARGETS = "targets/export"
STATUS = "exports/*"
FILES = "snapshots"
EXPORTS = {"source": "exports"}
ELSEWHERE = {"Location": "http://127.0.0.1:1/elsewhere"}


def spoilt(how: str, times: int | None = 1, **more: Any) -> list[Fault]:
    """The file of an export of targets is not what it should be."""
    return [fault("export_file", TARGETS, times, how=how, **more)]


def scenario(name: str, faults: list[Fault], profiles_failed: int | None = None, **settings: Any) -> Scenario:
    """Complete unless profiles fail."""
    return Scenario(
        f"exports: {name}",
        faults,
        profiles_failed is None,
        {**EXPORTS, **settings},
        profiles_failed=profiles_failed,
    )


EXPORT_SCENARIOS = [
    scenario("one that fails", [fault("export_failed", TARGETS, code="INTERNAL_ERROR")], 1),
    scenario("one that times out at Amazon, and that ads and targets need", [fault("export_failed", AD_GROUPS)], 1),
    scenario("one that never ends", [fault("export_stuck", ADS)], 1, export_deadline=3),
    scenario("429 and 500 while it is created", [status(429, TARGETS), status(500, ADS)]),
    scenario("HTML in place of how it is going", [fault("html", STATUS, 3)]),
    scenario("an expired address, once", [status(403, FILES, 2)]),
    scenario("a download that breaks off, twice", [fault("reset", FILES, 2)]),
    scenario("an address that is not https", [fault("export_address", STATUS, 1, url="http://192.0.2.1{place}")], 1),
    scenario(
        "an address that leads elsewhere",
        [status(302, FILES, FOR_EVER, headers=ELSEWHERE)],
        3,
        entities=["campaigns"],
    ),
    scenario("403 for one profile", [fault("forbidden", "*/export", FOR_EVER, match={"profile_id": "FIRST"})], 1),
    scenario("an item without an id", spoilt("item"), 1),
    scenario("a damaged file", spoilt("corrupt"), 1),
    scenario("an array that ends in its middle, once", spoilt("array_cut")),
    scenario("an array that ends in its middle, twice", spoilt("array_cut", 6), 3),
]

FILE_SCENARIOS = [
    scenario("a file cut short", spoilt("cut"), 1),
    scenario("a wrong checksum", spoilt("checksum"), 1),
    scenario("a file that is not packed", spoilt("plain"), 1),
    scenario("an empty file", spoilt("empty", 6), 3),
    scenario("a file smaller than Amazon says", spoilt("smaller", larger=10**9), 1),
    scenario("something after the end of the array", spoilt("trailing", 6), 3),
    scenario("an object in place of an array", spoilt("object", 6), 3),
    scenario("an address that is always refused", [status(403, FILES, FOR_EVER)], 3, entities=["campaigns"]),
    scenario("a body that is cut, in place of how it is going, for ever", [fault("truncate", STATUS, FOR_EVER)], 3),
]
"""Files that tests of their parts know already; the table plays them all the same."""
