"""The same million targets by every source: seconds, requests, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from measure import tap
from tap_cases import account

from tap_amazon_ads_entities.endpoints import SOURCES

JOB = int(os.environ.get("EXPORT_SECONDS", "600"))
"""Seconds that Amazon takes for an export; EXPORT_SECONDS for the impatient."""

_NOWHERE = Path(os.devnull)


def sources() -> Iterator[str]:
    """A million targets of one profile by each source."""
    yield "\n## A million targets of one profile, by source (10 requests a second, 150 ms)\n"
    yield f"Exports take Amazon {JOB} s here. Requests without those that the region refused.\n"
    yield "| source | seconds | CPU seconds | requests | peak memory |"
    yield "|---|---:|---:|---:|---:|"
    with account(150, profiles=1, region="NA", campaigns=10_000, keywords=100) as sandbox:
        # The account is made at the first request for it, which takes longer than any page.
        settings = {"entities": ["targets"], "read_timeout": 900, "keep": _NOWHERE}
        for source in SOURCES:
            tap(sandbox, repeat=0, source=source, **settings)
        sandbox.control.configure(rate_limit=10, export_seconds=JOB)
        for source in SOURCES:
            sandbox.control.clear_requests()
            each = tap(sandbox, repeat=0, source=source, **settings)
            served, _ = sandbox.control.served()
            yield f"| {source} | {each.wall:.0f} | {each.cpu:.1f} | {served:,} | {each.memory:.0f} MB |"


PARTS = (sources,)
