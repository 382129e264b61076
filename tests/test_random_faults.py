"""Random fault schedules: a run that succeeds has every row; one that fails says so and moves nothing.

A schedule is its number: `make schedules SCHEDULES=1000` plays the first thousand, `make schedules SEED=417` that one.
"""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest
from harness.scenarios import FOR_EVER, TOKEN
from harness.truth import KEYS

from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from tap_amazon_ads_entities.amazon import pace, policy
from tap_amazon_ads_entities.endpoints import CATALOGUE, unified
from tap_amazon_ads_entities.lists import splitting
from tap_amazon_ads_entities.tap import TapAmazonAdsEntities

SCHEDULES = int(os.environ.get("SCHEDULES") or 200)
SEEDS = (int(os.environ["SEED"]),) if os.environ.get("SEED") else tuple(range(SCHEDULES))
KINDS = (
    {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 400},
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 404},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "body": "<html>"},
    {"kind": "reset"},
    {"kind": "truncate"},
    {"kind": "gzip_cut"},
    {"kind": "html"},
    {"kind": "empty_body"},
    {"kind": "json_null"},
    {"kind": "expire_token"},
    {"kind": "invalid_token"},
    {"kind": "repeat_page"},
    {"kind": "repeat_token"},
    {"kind": "numeric_token"},
    {"kind": "shift"},
    {"kind": "forbidden"},
    {"kind": "delay", "seconds": 0.01},
    {"kind": "total", "add": -3},
    {"kind": "total", "add": 3},
    {"kind": "total", "add": 0, "text": True},
    {"kind": "bad_cell", "field": "name", "value": {"odd": True}},
    {"kind": "bad_cell", "field": "bid", "value": "plenty"},
    {"kind": "bad_cell", "field": "campaignId", "value": None},
)
# What one read of a list without a total cannot notice: one of them, once, and lists are read until two reads agree.
DRIFTS = (
    {"kind": "hole"},
    {"kind": "hole", "rows": 3},
    {"kind": "early_end"},
)
# What a total would show, and nothing does where there is none: there it counts as drift.
SHIFT = {"kind": "shift"}
# It takes a request to its deadline.
DRIP = {"kind": "drip"}
DEADLINE, DRIP_DEADLINE = 2, 1
PLACES = {
    "lists": [*(endpoint.path for endpoint in CATALOGUE), "v2/profiles", "sp/*", "sb/*", "sd/*", "*"],
    "unified": [*dict.fromkeys(endpoint.path for endpoint in unified.ENDPOINTS), "v2/profiles", "adsApi/*", "*"],
}


@pytest.fixture(scope="module")
def small() -> Iterator[SandboxProcess]:
    sizes = {"profiles": 2, "campaigns": 20, "portfolios": 2, "ad_groups": 1, "keywords": 1, "targets": 1, "ads": 1}
    with SandboxProcess(**sizes, extensions=1) as server:
        yield server


@dataclass
class Schedule:
    """What happens in one run.

    Args:
        faults: kind, and what the sandbox has to know of it.
        settings: of the tap.
        long: how many rows make a list long, so that it is cut.
    """

    faults: list[tuple[str, dict[str, Any]]]
    settings: dict[str, Any]
    long: int


def schedule(seed: int) -> Schedule:
    """A schedule by its number."""
    chance = random.Random(seed)  # noqa: S311 - so that a schedule can be repeated
    faults: list[tuple[str, dict[str, Any]]] = []
    # Every fourth schedule is about the unified API.
    source = "lists" if seed % 4 else "unified"
    settings: dict[str, Any] = {"request_deadline": DEADLINE, "source": source}
    for _ in range(chance.randint(1, 4)):
        possible = DRIFTS if source == "lists" else (*DRIFTS, SHIFT)
        drifts = () if settings.get("confirm_reads") else possible
        kinds = [each for each in KINDS if each not in possible]
        action = dict(chance.choice((*kinds, *drifts, DRIP)))
        once = action in possible or action == DRIP
        settings |= {"confirm_reads": True} if action in possible else {}
        settings |= {"request_deadline": DRIP_DEADLINE} if action == DRIP else {}
        kind = str(action.pop("kind"))
        place = chance.choice([*PLACES[source], *([] if kind in {"hole", "early_end", "shift"} else [TOKEN])])
        action |= {
            "match": {"endpoint": place},
            "times": 1 if once else chance.choice([1, 1, 2, 5, FOR_EVER]),
            "after": chance.randint(0, 8),
        }
        faults.append((kind, action))
    # Every other schedule cuts its small lists as if they were long.
    return Schedule(faults, settings, long=3 if seed % 2 else 25)


def sync(
    small: SandboxProcess, settings: dict[str, Any]
) -> tuple[int, dict[str, set[tuple[str, ...]]], list[dict[str, Any]], dict[str, Any]]:
    config = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "api_url": f"{small.url}/{{region}}",
        "token_url": f"{small.url}/auth/o2/token",
        "mode": "full",
        "page_size": 5,
        "max_retries": 2,
        "workers": 8,
        **settings,
    }
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        tap = TapAmazonAdsEntities(config=config)
        code = tap.run()
        tap.current.session.close()
    out.seek(0)
    keys: dict[str, set[tuple[str, ...]]] = {table: set() for table in KEYS}
    log: dict[tuple[str, str], dict[str, Any]] = {}
    state: dict[str, Any] = {}
    for message in map(json.loads, out):
        if message["type"] == "STATE":
            state = message["value"]
        elif message["type"] == "RECORD" and message["stream"] == "sync_log":
            log[(message["record"]["profile_id"], message["record"]["entity_type"])] = message["record"]
        elif message["type"] == "RECORD":
            table, record = message["stream"], message["record"]
            keys[table].add(tuple(record[key] for key in KEYS[table]))
    return code, keys, list(log.values()), state


def keys_of(small: SandboxProcess, source: str) -> dict[str, set[tuple[str, ...]]]:
    """What there is, by the keys of each table."""
    return {
        table: {tuple(row[key] for key in KEYS[table]) for row in small.control.truth(table, source=source)}
        for table in KEYS
    }


def test_no_schedule_loses_a_row(small: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    # Real waits would make hours of this; how long they are is tested elsewhere.
    for module, name, value in (
        (policy, "BACKOFF_BASE", 0.01),
        (policy, "FALLBACK_WAIT", 0.01),
        (pace, "FIRST_GUESS", 1000.0),
        (pace, "MIN_RATE", 100.0),
    ):
        monkeypatch.setattr(module, name, value)
    truths = {source: keys_of(small, source) for source in PLACES}
    succeeded = 0
    for seed in SEEDS:
        played = schedule(seed)
        monkeypatch.setattr(splitting, "LONG", played.long)
        small.control.clear_faults()
        for kind, action in played.faults:
            small.control.fault(kind, **action)
        truth = truths[played.settings["source"]]
        code, keys, log, state = sync(small, played.settings)
        assert not [entry for entry in log if entry["status"] == "running"], seed
        failed = {(entry["profile_id"], entry["entity_type"]) for entry in log if entry["status"] == "error"}
        if code == 0:
            succeeded += 1
            assert keys == truth, f"schedule {seed}"
            assert not failed, seed
            continue
        assert failed, f"schedule {seed}"
        for entry in log:
            profile, entity = entry["profile_id"], entry["entity_type"]
            if entry["status"] == "success" and profile != "*":
                wanted = {key for key in truth[f"entity_{entity}"] if key[0] == profile}
                assert wanted <= keys[f"entity_{entity}"], f"schedule {seed}"
        for stream, bookmark in state.get("bookmarks", {}).items():
            for partition in bookmark.get("partitions", ()):
                moved = partition.get("replication_key_value") is not None
                assert not (moved and (partition["context"]["profile_id"], stream.removeprefix("entity_")) in failed)
    print(f"\n{len(SEEDS):,} schedules, {succeeded:,} ended well, {len(SEEDS) - succeeded:,} were noticed.")  # noqa: T201
    # A test that could not fail would prove nothing.
    assert len(SEEDS) == 1 or len(SEEDS) // 10 < succeeded < len(SEEDS)
