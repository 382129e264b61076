"""The fault table: what is disturbed, and how the run has to end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CAMPAIGNS = "sp/campaigns/list"
SB_CAMPAIGNS = "sb/v4/campaigns/list"
SB_ADS = "sb/v4/ads/list"
SD_AD_GROUPS = "sd/adGroups/extended"
SD_TARGETS = "sd/targets/extended"
TOKEN = "auth/o2/token"
FOR_EVER = None
SIZES = {"profiles": 3, "campaigns": 60, "portfolios": 3, "ad_groups": 1, "keywords": 2, "targets": 1, "extensions": 1}
"""Of the account that is disturbed."""

Fault = dict[str, Any]


def fault(kind: str, endpoint: str = CAMPAIGNS, times: int | None = 1, after: int = 0, **action: Any) -> Fault:
    match = {"endpoint": endpoint, **action.pop("match", {})}
    return {"kind": kind, "match": match, "times": times, "after": after, **action}


def status(code: int, endpoint: str = CAMPAIGNS, times: int | None = 1, **more: Any) -> Fault:
    return fault("status", endpoint, times, status=code, **more)


@dataclass(frozen=True)
class Scenario:
    """One row of the table.

    Args:
        faults: what the sandbox does.
        complete: every row must arrive and the run must succeed; else it must fail, and say so.
        settings: of the tap.
        least_seconds: how long it must have waited.
        changed_values: the fault alters values, so only the keys are compared.
        profiles_failed: how many profiles may fail; the others must be complete.
    """

    name: str
    faults: list[Fault]
    complete: bool
    settings: dict[str, Any] = field(default_factory=dict)
    least_seconds: float = 0.0
    changed_values: bool = False
    profiles_failed: int | None = None

    @property
    def source(self) -> str:
        """What is read."""
        return str(self.settings.get("source", "lists"))


PAGE_2 = {"match": {"page": 2}}
CONFIRMED = {"confirm_reads": True}
DETAILS = {"code": "429", "details": "Too many requests"}

SCENARIOS = [
    Scenario(
        "SB 429 with a {code,details} body", [status(429, SB_ADS, body=DETAILS, headers={"Retry-After": "1"})], True
    ),
    Scenario("SB 400 on page 2", [status(400, SB_ADS, FOR_EVER, **PAGE_2)], False, profiles_failed=3),
    Scenario("SP 429, Retry-After 7", [status(429, headers={"Retry-After": "7"})], True, least_seconds=7.0),
    Scenario("429 without Retry-After", [status(429, times=2)], True),
    Scenario(
        "sustained 429", [status(429, times=FOR_EVER, headers={"Retry-After": "2"})], False, {"request_deadline": 5}
    ),
    Scenario("429 storm over all lists", [status(429, "s?/*", 12, headers={"Retry-After": "1"})], True),
    Scenario("Retry-After beyond the deadline", [status(429, times=FOR_EVER, headers={"Retry-After": "900"})], False),
    Scenario("SD, plain paging", [], True, {"page_size": 7}),
    Scenario("SP 401 once on page 2", [status(401, **PAGE_2)], True),
    Scenario("401 for ever", [status(401, times=FOR_EVER)], False),
    Scenario("token expiring mid-run", [fault("expire_token", "*/list", after=10)], True),
    Scenario(
        "403 for one profile",
        [fault("forbidden", "*", FOR_EVER, match={"profile_id": "FIRST"})],
        False,
        profiles_failed=1,
    ),
    Scenario("a profile vanishing mid-run", [fault("profile_gone", CAMPAIGNS, after=1)], False, profiles_failed=1),
    Scenario("nextToken that looks like a number", [fault("numeric_token", times=FOR_EVER)], True),
    Scenario("empty page that carries a nextToken", [fault("empty_page_with_token", match={"page": 1})], True),
    Scenario("connection reset mid-body", [fault("reset", times=2)], True),
    Scenario("response slower than the timeout", [fault("delay", seconds=4)], True, {"read_timeout": 1}),
    Scenario("gzip cut short", [fault("gzip_cut", times=2)], True),
    Scenario("truncated JSON", [fault("truncate", times=2)], True),
    Scenario("HTML instead of JSON", [fault("html", times=2)], True),
    Scenario("HTML for ever", [fault("html", times=FOR_EVER)], False),
    Scenario("empty body", [fault("empty_body", times=2)], True),
    Scenario("empty body on a bare array, for ever", [fault("empty_body", SD_TARGETS, FOR_EVER)], False),
    Scenario("JSON null", [fault("json_null", times=2)], True),
    Scenario("JSON null on a bare array, for ever", [fault("json_null", SD_TARGETS, FOR_EVER)], False),
    Scenario("500 once", [status(500)], True),
    Scenario("503 for ever", [status(503, times=FOR_EVER)], False),
    Scenario(
        "500 on pages above 500 rows",
        [status(500, times=FOR_EVER, match={"min_page_size": 501})],
        True,
        {"page_size": 1000},
    ),
    Scenario("404 on a list", [status(404, times=FOR_EVER, body={"code": "404", "details": "gone"})], False),
    Scenario("415 on a list", [status(415, times=FOR_EVER)], False),
    Scenario("a page that repeats", [fault("repeat_page", times=FOR_EVER, **PAGE_2)], False),
    Scenario("a next token that repeats", [fault("repeat_token", times=FOR_EVER, **PAGE_2)], False),
    Scenario("next token refused once", [fault("invalid_token", **PAGE_2)], True),
    Scenario("next token refused twice", [fault("invalid_token", times=FOR_EVER, **PAGE_2)], False),
    Scenario("pages shifted by rows that went, skipping one", [fault("shift", **PAGE_2)], True),
    Scenario("pages shifted by rows that came, repeating one", [fault("shift", rows=-1, **PAGE_2)], True),
    Scenario("token refresh failing once", [status(500, TOKEN)], True),
    Scenario("token refresh failing for good", [status(500, TOKEN, FOR_EVER)], False, {"max_retries": 1}),
    Scenario(
        "refresh token revoked mid-run",
        [
            fault("expire_token", CAMPAIGNS, 1, after=2),
            status(400, TOKEN, FOR_EVER, body={"error": "invalid_grant"}) | {"after": 1},
        ],
        False,
    ),
    Scenario(
        "records dated a day back", [fault("clock_skew", times=FOR_EVER, seconds=-86_400)], True, changed_values=True
    ),
    Scenario(
        "records dated in the future", [fault("clock_skew", times=FOR_EVER, seconds=10**7)], True, changed_values=True
    ),
    Scenario("a row that is counted and not listed, once", [fault("hole", **PAGE_2)], True),
    Scenario(
        "a row that is counted and not listed, for ever",
        [fault("hole", times=FOR_EVER, **PAGE_2)],
        False,
        profiles_failed=3,
    ),
    Scenario(
        "three rows that are counted and not listed, as the account allows",
        [fault("total", times=FOR_EVER, add=3)],
        True,
        {"accepted_shortfall": "3"},
    ),
    Scenario("a row left out of a list without a total, once", [fault("hole", SD_TARGETS)], True, CONFIRMED),
    Scenario("a list that ends early, once", [fault("early_end", **PAGE_2)], True),
    Scenario("a list that ends early, for ever", [fault("early_end", times=FOR_EVER, **PAGE_2)], False),
    Scenario("a total below what is listed", [fault("total", times=FOR_EVER, add=-5)], True),
    Scenario("a total above what is listed", [fault("total", times=FOR_EVER, add=5)], False, profiles_failed=3),
    Scenario("a total as text", [fault("total", times=FOR_EVER, text=True)], True),
    Scenario("a total as text above what is listed", [fault("total", times=FOR_EVER, text=True, add=5)], False),
    Scenario("a row missing among the campaigns that keywords need", [fault("hole", SB_CAMPAIGNS, FOR_EVER)], False),
    Scenario("ad groups that targets need, refused", [status(400, SD_AD_GROUPS, FOR_EVER)], False, profiles_failed=3),
    Scenario(
        "a cell that cannot be read",
        [fault("bad_cell", times=FOR_EVER, field="name", value={"odd": True})],
        True,
        changed_values=True,
    ),
    Scenario(
        "an amount that is none",
        [fault("bad_cell", "sp/keywords/list", FOR_EVER, field="bid", value="plenty")],
        True,
        changed_values=True,
    ),
    Scenario(
        "an item without an id",
        [fault("bad_cell", times=1, field="campaignId", value=None)],
        False,
        profiles_failed=1,
    ),
    Scenario("a body that drips for ever", [fault("drip")], False, {"request_deadline": 3}, profiles_failed=1),
]
