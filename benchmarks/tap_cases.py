"""The tap alone: against the limit, under latency, at scale, incrementally, throttled."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from measure import BIN, Measurement, bare, median, repeated, tap

from amazon_ads_sandbox.process import SandboxProcess

PLAIN: dict[str, Any] = {
    "sb_share": 0,
    "sd_share": 0,
    "ad_groups": 1,
    "ads": 1,
    "keywords": 0,
    "targets": 0,
    "negatives": 0,
    "portfolios": 0,
}


@contextmanager
def account(latency_ms: float = 0, **sizes: Any) -> Iterator[SandboxProcess]:
    """A warmed-up sandbox that logs no requests."""
    with SandboxProcess(**{**PLAIN, **sizes}) as sandbox:
        sandbox.control.configure(log_requests=False, latency_ms=latency_ms)
        yield sandbox


def alone() -> Iterator[str]:
    """The tap alone against the limit."""
    yield "\n## The tap alone, no latency, 100,000 campaigns, pages of 1,000\n"
    yield "| | seconds | CPU seconds | rows a second | share of the limit |"
    yield "|---|---:|---:|---:|---:|"
    with account(profiles=1, campaigns=100_000) as sandbox:
        limit, ours = bare(sandbox, "campaigns"), tap(sandbox, entities=["campaigns"])
    for name, each in (("bare client, same rows and output", limit), ("the tap", ours)):
        share = limit.wall / each.wall
        yield f"| {name} | {each.wall:.2f} | {each.cpu:.2f} | {each.rows / each.wall:,.0f} | {share:.2f} |"


CHAINS = {"profiles": 10, "campaigns": 2_000, "keywords": 1}
"""Four lists × ten profiles × 20 pages of 100, beside the lists that are empty."""


def workers() -> Iterator[str]:
    """How many requests to have under way."""
    yield "\n## Forty chains of 20 calls of 150 ms (four lists × ten profiles, 80,000 rows)\n"
    with account(150, profiles=1, campaigns=2_000) as sandbox:
        one = tap(sandbox, page_size=100, entities=["campaigns"]).wall
    yield f"One chain takes 3.0 s; a run of the tap that reads one such list, start-up included, {one:.2f} s.\n"
    yield "| workers | seconds | times 3.0 s | times a run of one list | CPU seconds | peak memory |"
    yield "|---:|---:|---:|---:|---:|---:|"
    with account(150, **CHAINS) as sandbox:
        tap(sandbox, repeat=0, page_size=100, workers=64, entities=["all"])
        for number in (8, 16, 24, 32, 48, 64):
            repeat = 3 if number >= 48 else 1  # noqa: PLR2004 - the ones that decide
            each = tap(sandbox, repeat=repeat, warm_up=False, page_size=100, workers=number, entities=["all"])
            times = f"{each.wall / 3:.2f} | {each.wall / one:.2f}"
            yield f"| {number} | {each.wall:.2f} | {times} | {each.cpu:.2f} | {each.memory:.0f} MB |"


TURNS = 2 * (0, 5_000, 0, 5_000, 0, 5_000, 50_000) + (500_000,)
"""Campaigns of the accounts that are read in turn, each with one ad group."""


def scale() -> Iterator[str]:
    """Memory and time as the account grows."""
    yield "\n## Memory and time as the account grows (no latency)\n"
    yield "CPU time an entity is what the run takes beyond one that reads nothing.\n"
    yield "| entities | seconds | CPU µs an entity | peak memory |"
    yield "|---:|---:|---:|---:|"
    # Of a run that takes a tenth of a second beyond its start-up, only many repetitions tell the cost. The sizes take
    # turns, as a machine that others use as well may be slower a minute later, and what is written goes nowhere: the
    # system's work for a file of 600 MB would be counted as the tap's.
    with ExitStack() as stack:
        accounts = {size: stack.enter_context(account(profiles=1, campaigns=size)) for size in sorted(set(TURNS))}
        settings = {"repeat": 0, "entities": ["campaigns", "ad_groups"]}
        rows = {size: tap(sandbox, **settings).rows for size, sandbox in accounts.items()}
        runs: dict[int, list[Measurement]] = {size: [] for size in accounts}
        for size in 5 * TURNS:
            runs[size].append(tap(accounts[size], keep=Path(os.devnull), **settings))
    (_, nothing), *sizes = ((rows[size], median(each)) for size, each in runs.items())
    for count, each in sizes:
        cost = (each.cpu - nothing.cpu) / count * 1e6
        yield f"| {count:,} | {each.wall:.2f} | {cost:.1f} | {each.memory:.0f} MB |"


def incremental() -> Iterator[str]:
    """An incremental run with one per cent changed, and start-up."""
    yield "\n## Incremental runs and start-up\n"
    yield "| case | rows written | seconds |"
    yield "|---|---:|---:|"
    old = int(time.time() * 1000) - 90 * 86_400_000
    with account(profiles=1, campaigns=50_000, now=old) as sandbox, tempfile.TemporaryDirectory() as folder:
        settings = {"entities": ["campaigns", "ad_groups"]}
        full = tap(sandbox, **settings)
        yield f"| full | {full.rows:,} | {full.wall:.2f} |"
        state = Path(folder) / "state.json"
        partition = {"context": {"profile_id": sandbox.control.health()["profiles"][0]}}
        watermark = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(old / 1000 + 172_800))
        partition |= {"replication_key": "last_updated_time", "replication_key_value": watermark}
        bookmark = {"version": 1, "partitions": [partition]}
        state.write_text(json.dumps({"bookmarks": {"entity_campaigns": bookmark, "entity_ad_groups": bookmark}}))
        sandbox.control.change(fraction=0.01, tables=["entity_campaigns", "entity_ad_groups"])
        for name, refresh in (("with statuses", True), ("by the time of change alone", False)):
            part = tap(sandbox, state=state, mode="incremental", refresh_statuses=refresh, **settings)
            yield f"| incremental, 1 % changed, {name} | {part.rows:,} | {part.wall:.2f} |"
    start = repeated([str(BIN / "tap-amazon-ads-entities"), "--discover"], 5)
    yield f"| start-up (`--discover`) | | {start.wall:.2f} |"


def throttled() -> Iterator[str]:
    """A region that allows only so many requests a second."""
    yield "\n## Throttling: requests a second the tap reaches where the region allows R\n"
    yield "| R | reached | share of R | refused |"
    yield "|---:|---:|---:|---:|"
    for rate in (5, 10, 25):
        # Enough lists that at no time the calls one after the other are what limits.
        with account(100, profiles=4, region="NA", campaigns=rate * 100 * 60 // 12) as sandbox:
            settings = {"page_size": 100, "entities": ["campaigns", "ad_groups", "ads"]}
            # The account is made at the first request, which takes longer than the pace allows.
            tap(sandbox, repeat=0, **settings)
            sandbox.control.configure(rate_limit=rate)
            sandbox.control.clear_requests()
            each = tap(sandbox, repeat=1, warm_up=False, **settings)
            served, refused = sandbox.control.served()
        reached = served / each.wall
        yield f"| {rate} | {reached:.1f} | {reached / rate:.2f} | {refused / (served + refused):.1%} |"


MANY: tuple[tuple[int, dict[str, Any]], ...] = (
    *((profiles, {"campaigns": 1}) for profiles in (10, 100, 1_000, 2_000, 5_000)),
    (2_000, {"campaigns": 7}),
)
"""Profiles, and what each of them holds: a campaign, an ad group and an ad; or seven of each."""

_STATE = b'{"type":"STATE"'


def profiles() -> Iterator[str]:
    """What many small profiles cost the tap."""
    yield "\n## Many profiles, all five entities, no latency\n"
    yield "| profiles | rows | seconds | CPU ms a profile | peak memory | STATE messages | the last of them |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for number, sizes in MANY:
        with account(profiles=number, **sizes) as sandbox, tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "tap.jsonl"
            each = tap(sandbox, repeat=0, keep=written, entities=["all"])
            with written.open("rb") as lines:
                states = [len(line) for line in lines if line.startswith(_STATE)]
        cost = each.cpu / number * 1_000
        state = f"{len(states)} | {states[-1] / 1e6:.2f} MB"
        yield f"| {number:,} | {each.rows:,} | {each.wall:.1f} | {cost:.1f} | {each.memory:.0f} MB | {state} |"


PARTS = (alone, workers, scale, profiles, incremental, throttled)
