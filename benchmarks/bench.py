"""`make bench`: what it costs to keep an account in step; prints the tables and writes docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import BIN, HERE, Measurement, bare, run, tap

from amazon_ads_sandbox.process import SandboxProcess

ROOT = HERE.parent
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
    """(a) The tap alone against the limit."""
    yield "## The tap alone, no latency, 100,000 campaigns, pages of 1,000\n"
    yield "| | seconds | CPU seconds | rows a second | share of the limit |"
    yield "|---|---:|---:|---:|---:|"
    with account(profiles=1, campaigns=100_000) as sandbox:
        limit, ours = bare(sandbox, "campaigns"), tap(sandbox, entities=["campaigns"])
    for name, each in (("bare client, same rows and output", limit), ("the tap", ours)):
        share = limit.wall / each.wall
        yield f"| {name} | {each.wall:.2f} | {each.cpu:.2f} | {each.rows / each.wall:,.0f} | {share:.2f} |"


def latency() -> Iterator[str]:
    """(b) Amazon's latency, hidden."""
    yield "\n## 150 ms a call, start-up included\n"
    yield "| case | rows | seconds | longest chain of calls | ratio |"
    yield "|---|---:|---:|---:|---:|"
    three = {"entities": ["campaigns", "ad_groups", "ads"]}
    with account(150, profiles=1, campaigns=20_000) as sandbox:
        yield _line("20,000 campaigns, one profile", tap(sandbox, entities=["campaigns"]), 3.0)
        yield _line("three lists × 20,000, one profile", tap(sandbox, **three), 3.0)
    with account(150, profiles=10, campaigns=2_000) as sandbox:
        yield _line("20,000 campaigns over ten profiles", tap(sandbox, entities=["campaigns"]), 0.3)
    with account(150, profiles=10, campaigns=2_000, keywords=1) as sandbox:
        for workers in (1, 4, 8, 16, 40):
            measured = tap(sandbox, repeat=1, page_size=100, workers=workers, entities=["all"])
            yield _line(f"four lists × ten profiles × 20 pages, {workers} workers", measured, 3.0)


def _line(name: str, each: Measurement, chain: float) -> str:
    return f"| {name} | {each.rows:,} | {each.wall:.2f} | {chain:.1f} | {each.wall / chain:.2f} |"


def scale() -> Iterator[str]:
    """(d) Memory and time as the account grows."""
    yield "\n## Memory and time as the account grows (no latency)\n"
    yield "| entities | seconds | CPU µs an entity | peak memory |"
    yield "|---:|---:|---:|---:|"
    for campaigns in (5_000, 50_000, 500_000):
        with account(profiles=1, campaigns=campaigns) as sandbox:
            each = tap(sandbox, repeat=1, entities=["campaigns", "ad_groups"])
        yield f"| {each.rows:,} | {each.wall:.2f} | {each.cpu / each.rows * 1e6:.1f} | {each.memory:.0f} MB |"


def incremental() -> Iterator[str]:
    """(e) An incremental run with one per cent changed, and (f) start-up."""
    yield "\n## Incremental runs and start-up\n"
    yield "| case | rows written | seconds |"
    yield "|---|---:|---:|"
    old = int(time.time() * 1000) - 90 * 86_400_000
    with account(profiles=1, campaigns=50_000, now=old) as sandbox, tempfile.TemporaryDirectory() as folder:
        settings = {"entities": ["campaigns", "ad_groups"]}
        full = tap(sandbox, repeat=1, **settings)
        yield f"| full | {full.rows:,} | {full.wall:.2f} |"
        state = Path(folder) / "state.json"
        partition = {"context": {"profile_id": sandbox.control.health()["profiles"][0]}}
        watermark = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(old / 1000 + 172_800))
        partition |= {"replication_key": "last_updated_time", "replication_key_value": watermark}
        bookmark = {"version": 1, "partitions": [partition]}
        state.write_text(json.dumps({"bookmarks": {"entity_campaigns": bookmark, "entity_ad_groups": bookmark}}))
        sandbox.control.change(fraction=0.01, tables=["entity_campaigns", "entity_ad_groups"])
        part = tap(sandbox, repeat=1, state=state, mode="incremental", **settings)
        yield f"| incremental, 1 % changed | {part.rows:,} | {part.wall:.2f} |"
    start = run([str(BIN / "tap-amazon-ads-entities"), "--discover"])
    yield f"| start-up (`--discover`) | | {start.wall:.2f} |"


def throttled() -> Iterator[str]:
    """A region that allows only so many requests a second."""
    yield "\n## Throttling: requests a second the tap reaches where the region allows R\n"
    yield "| R | reached | share of R | refused |"
    yield "|---:|---:|---:|---:|"
    for rate in (10, 25):
        with account(100, profiles=1, campaigns=rate * 100 * 40 // 3) as sandbox:
            sandbox.control.configure(rate_limit=rate)
            sandbox.control.clear_requests()
            settings = {"page_size": 100, "entities": ["campaigns", "ad_groups", "ads"], "workers": 40}
            each = tap(sandbox, repeat=1, **settings)
            served, refused = sandbox.control.served()
        # Both runs count: the one that warms up and the one that is measured.
        reached = served / 2 / each.wall
        yield f"| {rate} | {reached:.1f} | {reached / rate:.2f} | {refused / (served + refused):.1%} |"


def main() -> None:
    """Measure everything."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 - git
    machine = f"{platform.machine()} with {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        "# Benchmarks\n",
        f"Written by `make bench` at commit {commit.stdout.strip()} on {machine},",
        "the sandbox on the same machine. Medians; compare ratios within one run.\n",
    ]
    for part in (alone, latency, scale, incremental, throttled):
        for line in part():
            lines.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
