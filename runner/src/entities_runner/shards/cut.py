"""Which profile is in which shard."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable

from entities_runner.account import TAP
from entities_runner.shards.folder import SHARD


def cut(profiles: Iterable[tuple[str, str]], per_region: int) -> list[dict[str, str]]:
    """Cut profiles into shards of one region each.

    A profile stays in its shard whatever other profiles come and go, because the shard's STATE holds its bookmarks.
    Another number of shards moves most of them, and what moves is read in full once.

    Args:
        profiles: ids with their regions.
        per_region: shards of a region, at most; those without a profile are left out.

    Returns:
        For each shard the variables that `make sync` reads it with, by name of the shard.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for profile_id, region in profiles:
        found.setdefault((region, zlib.crc32(profile_id.encode()) % per_region), []).append(profile_id)
    return [
        {
            SHARD: f"{region.lower()}-{number + 1}-of-{per_region}",
            f"{TAP}REGIONS": json.dumps([region]),
            f"{TAP}PROFILE_IDS": json.dumps(sorted(ids)),
        }
        for (region, number), ids in sorted(found.items())
    ]
