"""The same million targets by every source: seconds, requests, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import tap
from tap_cases import account

from tap_amazon_ads_entities.endpoints import SOURCES, UNIFIED

JOB = int(os.environ.get("EXPORT_SECONDS", "600"))
"""Seconds that Amazon takes for an export; EXPORT_SECONDS for the impatient."""

CAMPAIGNS = int(os.environ.get("SOURCES_CAMPAIGNS", "10000"))
"""Of a hundred targets each; SOURCES_CAMPAIGNS for the impatient."""

READS: tuple[tuple[str, dict[str, Any]], ...] = (
    *((source, {"source": source}) for source in SOURCES),
    # Without a total it takes two reads to know that one was whole; this is what one costs.
    ("unified, read once", {"source": UNIFIED, "confirm_reads": False}),
)

_NOWHERE = Path(os.devnull)


def sources() -> Iterator[str]:
    """As many targets of one profile by each source."""
    yield "\n## Targets of one profile, by source (10 requests a second, 150 ms)\n"
    yield f"{CAMPAIGNS * 100:,} targets, with the settings of a full run. Exports take Amazon {JOB} s here. Requests"
    yield "without those that the region refused.\n"
    yield "| source | seconds | CPU seconds | requests | peak memory |"
    yield "|---|---:|---:|---:|---:|"
    with account(150, profiles=1, region="NA", campaigns=CAMPAIGNS, keywords=100) as sandbox:
        # The account is made at the first request for it, which takes longer than any page.
        settings = {"entities": ["targets"], "read_timeout": 900, "keep": _NOWHERE}
        for source in SOURCES:
            tap(sandbox, repeat=0, source=source, **settings)
        sandbox.control.configure(rate_limit=10, export_seconds=JOB)
        for name, more in READS:
            sandbox.control.clear_requests()
            each = tap(sandbox, repeat=0, **more, **settings)
            served, _ = sandbox.control.served()
            yield f"| {name} | {each.wall:.0f} | {each.cpu:.1f} | {served:,} | {each.memory:.0f} MB |"


PARTS = (sources,)
