"""Items as the made-up account serves them, with something wrong in them."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import msgspec

from amazon_ads_sandbox.endpoints import ENDPOINTS
from amazon_ads_sandbox.exports.catalogue import EXPORTS
from amazon_ads_sandbox.model.generate import entity
from amazon_ads_sandbox.model.profiles import profiles
from amazon_ads_sandbox.model.sizes import Sizes
from tap_amazon_ads_entities.endpoints import CATALOGUE, exports
from tap_amazon_ads_entities.endpoints.model import ListEndpoint

SIZES = Sizes(now_ms=1_790_000_000_000)
LISTS = [endpoint for endpoint in CATALOGUE if endpoint.to_row is not None]
EXPORTED = list(exports.ENDPOINTS)
INTACT_EVERY = 4
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7.5, 1e-9, 1e300, 2**63, 2**64 - 1, -(2**63), 10**30, 9223372036854.7758075,
    1_643_229_451, 1_643_229_451_000, 1_643_229_451_000_000, "", " ", "0", "x", "n/a", "1,50", "1e3", "NaN", "Infinity",
    "0000-00-00", "0000-00-00T00:00:00.000Z", "2026-01-31T12:00:00.12Z", "2026-02-30", "2026-02-30T00:00:00.000Z",
    "03/04/2025", "0001-01-01T00:00:00+01:00", "20261301", "a\x00b", "\ud83d", "\udced x", "x" * 500, "7" * 250, "😀",
    "1643229451000", "²", "١٢٣", [], {}, [1], ["x", None], {"a": {"b": [1]}}, {"": ""}, [[[]]], {"type": 1},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        found += places(part, (*path, step))
    return found


def mutate(item: dict[str, Any], chance: random.Random) -> None:
    """Change one to three places of an item, or give it a new field."""
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.1:
            item[chance.choice(("brandNew", "tactic", "goal", "name"))] = deepcopy(chance.choice(STRANGE))
            continue
        *way, last = chance.choice(places(item) or [("brandNew",)])
        holder: Any = item
        for step in way:
            holder = holder[step]
        if isinstance(holder, dict) and chance.random() < 0.15:
            del holder[last]
        else:
            holder[last] = deepcopy(chance.choice(STRANGE))


def wire(endpoint: ListEndpoint, count: int = 50) -> list[dict[str, Any]]:
    """Items as the made-up account serves them."""
    profile = profiles(SIZES)[0]
    if (export := EXPORTS.get(endpoint.path)) is not None:
        # All lists of the table in turn.
        kinds = [each for each in ENDPOINTS.values() if each.table == export.table]
        render = export.render
    else:
        kinds = [ENDPOINTS[endpoint.path]]
        render = kinds[0].render
    items = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        items.append(render(entity(SIZES, profile.profile_id, kind.product, kind.kind, number), profile))
    found: list[dict[str, Any]] = json.loads(msgspec.json.encode(items))
    return found
