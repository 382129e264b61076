"""Compares what two sources have loaded, but for what is documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.truth import OURS, Rows

_LEGACY = "sb-legacy-"


def _product(row: dict[str, Any]) -> str:
    return str(row.get("ad_product") or row.get("campaign_type") or "")


def unlike(by_lists: Rows, by_other: Rows, documented: Mapping[str, set[str]]) -> Iterator[str]:
    """How the rows of a table differ.

    Args:
        by_lists: what the lists gave.
        by_other: what the other source gave.
        documented: columns to the ad products in which they may differ.
    """
    # The old ads of Sponsored Brands have an id everywhere but in their list.
    keys = {key for key in by_lists if not key[1:] or not str(key[1]).startswith(_LEGACY)}
    yield from (f"only the lists have {key}" for key in keys - by_other.keys())
    if len(by_lists) != len(by_other):
        yield f"{len(by_lists)} rows by lists, {len(by_other)} by the other"
    for key in keys & by_other.keys():
        for name, value in by_lists[key].items():
            other = by_other[key][name]
            if name in OURS or value == other or _product(by_lists[key]) in documented.get(name, ()):
                continue
            yield f"{key} {name}: {value!r} by lists, {other!r} by the other"
