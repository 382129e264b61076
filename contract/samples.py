"""Which fields a row function reads: seen from outside, by taking them away."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from contract.described import Field
from tap_amazon_ads_entities.errors import RefusedItemError

Item = dict[str, Any]

_SAMPLES = 48
"""Items that are tried at most, each with its own choice among the values of enumerations."""

_IN_VAIN = 8
"""Items in a row that show no other field to be read, after which no more are tried."""

_BY_KIND: dict[str, Any] = {"integer": 7, "number": 7, "boolean": True, "object": {}, "array": []}
_DATE = "20260131"


def reads(fields: Mapping[str, Field], to_row: Callable[[Item], Item]) -> set[str]:
    """The paths of the fields without which some row comes out differently, beyond being kept under their own name.

    Args:
        fields: of an item, by path.
        to_row: makes a row of one.
    """
    leaves = [path for path in fields if not _has_children(path, fields)]
    found: set[str] = set()
    in_vain = 0
    for seed in range(_SAMPLES):
        before = len(found)
        choice = random.Random(seed)  # noqa: S311 - the same items every time
        values = {path: _value(path, fields[path], choice) for path in leaves}
        whole = _row(to_row, _item(values))
        for path in leaves:
            if path not in found:
                rest = {other: value for other, value in values.items() if other != path}
                names = frozenset(path.replace("[]", "").split("."))
                if _beside(whole, names) != _beside(_row(to_row, _item(rest)), names):
                    found.add(path)
        in_vain = 0 if len(found) > before else in_vain + 1
        if in_vain == _IN_VAIN:
            break
    # An object is read where something in it is.
    return {parent for path in found for parent in _parents(path) if parent in fields}


def _has_children(path: str, fields: Mapping[str, Field]) -> bool:
    return any(other.startswith((f"{path}.", f"{path}[]")) for other in fields)


def _parents(path: str) -> Iterator[str]:
    yield path
    for index, mark in enumerate(path):
        if mark in ".[":
            yield path[:index]
        if path.startswith("[]", index):
            yield path[: index + 2]


def _value(path: str, field: Field, choice: random.Random) -> Any:
    if field.values:
        return choice.choice(field.values)
    if field.kind in _BY_KIND:
        # Moments are numbers on some lists.
        return 1_700_000_000_000 if "Date" in path and field.kind != "boolean" else _BY_KIND[field.kind]
    return _DATE if "Date" in path else "7"


def _item(values: Mapping[str, Any]) -> Item:
    """The object with these values at these paths; every array has one element."""
    item: Item = {}
    for path, value in values.items():
        node: Any = item
        steps = [step for name in path.split(".") for step in _steps(name)]
        for step, following in pairwise(steps):
            node = _below(node, step, [] if following == 0 else {})
        if isinstance(node, dict):
            node[steps[-1]] = value
        elif not node:
            node.append(value)
    return item


def _steps(name: str) -> list[str | int]:
    return [name.replace("[]", ""), *[0] * name.count("[]")]


def _below(node: Any, step: str | int, empty: Any) -> Any:
    if isinstance(node, dict):
        return node.setdefault(step, empty)
    if not node:
        node.append(empty)
    return node[0]


def _row(to_row: Callable[[Item], Item], item: Item) -> Item | None:
    try:
        return to_row(item)
    except RefusedItemError:
        return None


def _beside(row: Item | None, names: frozenset[str]) -> Item | None:
    """A row whose documents leave out what stands under these names of Amazon's: it is kept, but not read."""
    return None if row is None else {column: _without(value, names) for column, value in row.items()}


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        # A column without anything in it is null.
        return {name: _without(each, names) for name, each in value.items() if name not in names} or None
    if isinstance(value, list):
        return [_without(each, names) for each in value]
    return value
