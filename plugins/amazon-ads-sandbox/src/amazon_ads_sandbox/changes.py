"""Changes to the account between runs: what incremental runs and drift have to cope with."""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.model import vocabulary as words
from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import mix
from amazon_ads_sandbox.unified import ALONE

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
        for endpoint in (*account.lists(), *ALONE):
            if (tables and endpoint.table not in tables) or not account.has(profile, endpoint):
                continue
            collection = account.collection(profile, endpoint)
            numbers = collection.numbers()
            if endpoint in ALONE and not numbers:
                # An account that has none of it stays so.
                continue
            wanted = request.get("count")
            amount = int(wanted) if wanted is not None else round(len(numbers) * float(request.get("fraction", 0)))
            order = sorted(numbers, key=lambda number: mix(seed, number))
            for number in order[:amount]:
                collection.change(number, at_ms, **_changed(collection.entity(number), next(texts, None), at_ms))
            done["updated"] += min(amount, len(order))
            for _ in range(int(request.get("create", 0))):
                collection.change(collection.create(), at_ms, updated=at_ms, created=at_ms)
                done["created"] += 1
            for number in order[::-1][: int(request.get("vanish", 0))]:
                collection.vanish(number)
                done["vanished"] += 1
    return done


def edit(account: Account, edits: list[dict[str, Any]]) -> dict[str, Any]:
    """Apply a script, one edit after the other.

    Args:
        account: the account.
        edits: each names `profile_id`, `product`, `kind` and `number`, and says what is done (`do`): `set` (the
            default; `fields` of the entity, `more` of what only its kind has), `undo` (as it was before any change),
            `touch` (nothing but the time of change), `create` (at the end of its list), `vanish`, or `return`. `at_ms`
            is the time of change, by default now.

    Returns:
        How many edits there were.
    """
    lists = {(each.product, each.kind): each for each in (*account.lists(), *ALONE)}
    for each in edits:
        at_ms = int(each.get("at_ms") or time.time() * 1000)
        profile = account.profiles[str(each["profile_id"])]
        collection = account.collection(profile, lists[(each["product"], each["kind"])])
        what = each.get("do", "set")
        number = collection.create() if what == "create" else int(each["number"])
        if what == "vanish":
            collection.vanish(number)
            continue
        if what == "return":
            collection.back(number)
        entity = collection.as_made(number) if what == "undo" else collection.entity(number)
        fields = {"more": {**entity.more, **each.get("more", {})}, **each.get("fields", {})}
        if "state" in fields:
            fields["serving"] = words.serving(entity.product, entity.kind, fields["state"], 0)
        times = {name: at_ms for name in ("updated", "created") if getattr(entity, name) is not None}
        if what != "create":
            times.pop("created", None)
        whole = {name: value for name, value in vars(entity).items() if what == "undo" and name != "number"}
        collection.change(number, at_ms, **{**whole, **fields, **times})
    return {"edits": len(edits)}


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
