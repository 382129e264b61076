"""Sources that disagree: one of them hides entities, or shows another amount, than the account has."""

from __future__ import annotations

from itertools import islice
from typing import Any

from amazon_ads_sandbox.account import Account, Collection, Disagreement
from amazon_ads_sandbox.model.generate import mix
from amazon_ads_sandbox.model.profiles import Profile

_HIDDEN, _ALTERED = "hidden", "altered"


def disagree(account: Account, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Let a source disagree with the account; what it did before is forgotten.

    Args:
        account: the account.
        request: `source` (lists, unified, exports), how many entities to `hide` and to `alter` (their bid or budget),
            `tables` to choose from, `seed`.

    Returns:
        Profile, table, id, and whether it is hidden or altered, of each.
    """
    source, seed = str(request["source"]), int(request.get("seed", 1))
    tables = request.get("tables") or ["entity_ads", "entity_targets"]
    for key in [key for key in account.disagreements if key[0] == source]:
        del account.disagreements[key]
    order = sorted(_candidates(account, tables), key=lambda found: mix(seed, found[0]))
    chosen = [(*found[1:], _HIDDEN) for found in islice(order, int(request.get("hide", 0)))]
    priced = (found for found in order[len(chosen) :] if found[2].entity(found[3]).amount is not None)
    chosen += [(*found[1:], _ALTERED) for found in islice(priced, int(request.get("alter", 0)))]
    by_collection: dict[Collection, dict[str, set[int]]] = {}
    for _, collection, number, _, how in chosen:
        by_collection.setdefault(collection, {_HIDDEN: set(), _ALTERED: set()})[how].add(number)
    for collection, numbers in by_collection.items():
        account.disagreements[(source, collection)] = Disagreement(
            frozenset(numbers[_HIDDEN]), frozenset(numbers[_ALTERED])
        )
    return [
        {
            "profile_id": str(profile.profile_id),
            "table": table,
            "id": str(collection.entity(number).entity_id),
            "kind": how,
        }
        for profile, collection, number, table, how in chosen
    ]


def _candidates(account: Account, tables: list[str]) -> list[tuple[int, Profile, Collection, int, str]]:
    """Every entity that has an id, with a number of its own to choose by."""
    return [
        (entity_id, profile, collection, number, endpoint.table)
        for profile in account.readable()
        for endpoint in account.lists()
        if endpoint.table in tables and account.has(profile, endpoint)
        for collection in [account.collection(profile, endpoint)]
        for number in collection.numbers()
        if (entity_id := collection.entity(number).entity_id) is not None
    ]
