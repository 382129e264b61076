"""Changes to the account between runs: what incremental runs and drift have to cope with."""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import mix

_STATES = ("enabled", "paused", "archived")


def change(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Apply one change request.

    Args:
        account: the account.
        request: `fraction` of the entities to update (or `count` per list), `tables` and `profile_ids` to choose
            from, `seed`, `create` and `vanish` (entities per list), `at_ms` (time of change, default now), `texts` (new
            names, ASINs and SKUs for the updated entities, in turn).

    Returns:
        How many were updated, created and vanished.
    """
    at_ms = int(request.get("at_ms") or time.time() * 1000)
    seed = int(request.get("seed", 1))
    tables, chosen = request.get("tables"), request.get("profile_ids")
    texts = cycle(request.get("texts") or ())
    done = {"updated": 0, "created": 0, "vanished": 0}
    for profile in account.readable():
        if chosen and str(profile.profile_id) not in [str(each) for each in chosen]:
            continue
        for endpoint in account.lists():
            if (tables and endpoint.table not in tables) or not account.has(profile, endpoint):
                continue
            collection = account.collection(profile, endpoint)
            numbers = collection.numbers()
            wanted = request.get("count")
            amount = int(wanted) if wanted is not None else round(len(numbers) * float(request.get("fraction", 0)))
            order = sorted(numbers, key=lambda number: mix(seed, number))
            for number in order[:amount]:
                collection.change(number, **_changed(collection.entity(number), next(texts, None), at_ms))
            done["updated"] += min(amount, len(order))
            for _ in range(int(request.get("create", 0))):
                collection.change(collection.create(), updated=at_ms, created=at_ms)
                done["created"] += 1
            for number in order[::-1][: int(request.get("vanish", 0))]:
                collection.vanish(number)
                done["vanished"] += 1
    return done


def _changed(entity: Entity, text: str | None, at_ms: int) -> dict[str, Any]:
    """The fields of an entity that an update changes."""
    fields: dict[str, Any] = {"name": f"{entity.name} (changed)"}
    if text is not None:
        fields = {"name": text, "more": {**entity.more, **dict.fromkeys({"asin", "sku"} & entity.more.keys(), text)}}
    if entity.updated is not None:
        fields["updated"] = at_ms
    if entity.amount is not None:
        fields["amount"] = entity.amount + 10_000
    return fields
