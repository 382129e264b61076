"""Scripted changes of an account, and what its history has to say of them, worked out from the truth apart from SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.truth import KEYS, Rows

RUNS = 14
PER_RUN = 15
LISTS = (
    *((product, kind) for product in ("sp", "sb", "sd") for kind in ("campaign", "ad_group", "ad", "target")),
    *((product, kind) for product in ("sp", "sb") for kind in ("keyword", "neg_keyword", "neg_target")),
    ("sp", "camp_neg_keyword"),
    ("sp", "camp_neg_target"),
    ("sd", "neg_target"),
    ("sb", "theme"),
    ("", "portfolio"),
)
_NEEDED = frozenset((product, kind) for product in ("sb", "sd") for kind in ("campaign", "ad_group"))
"""Lists by which others are read: without a parent, Amazon does not tell all of its children."""

_BY_ITSELF = frozenset({"last_updated_time"})
_TELL_APART = ("placement", "type")
"""Members that tell apart what the lists of the made-up account hold."""

Change = tuple[Any, ...]
"""(kind, column, path, old value, new value, Amazon's time); None where the test does not know it."""


class Script:
    """Edits by a seed: every list, every kind of column, the same again, back, gone, come.

    Args:
        profiles: whose entities.
        sizes: how many there are, by list.
        seed: of everything.
    """

    def __init__(self, profiles: list[str], sizes: dict[tuple[str, str], int], seed: int) -> None:
        """Decide nothing yet."""
        self._profiles = profiles
        self._sizes = sizes
        self._chance = random.Random(seed)  # noqa: S311 - replayed
        self._lists: list[tuple[str, str]] = []
        self._edited: list[dict[str, Any]] = []
        self._gone: list[dict[str, Any]] = []

    def edits(self) -> list[dict[str, Any]]:
        """What happens before one run."""
        edits: list[dict[str, Any]] = []
        while len(edits) < PER_RUN:
            self._lists = self._lists or self._chance.sample(LISTS, len(LISTS))
            edits += self._one(self._lists.pop())
        return edits

    def _one(self, of: tuple[str, str]) -> list[dict[str, Any]]:
        place = {"profile_id": self._chance.choice(self._profiles), "product": of[0], "kind": of[1]}
        place["number"] = self._chance.randrange(self._sizes[of])
        what = self._chance.choice(("set",) * 8 + ("twice", "undo", "touch", "create", "vanish", "return"))
        if what == "vanish" and of in _NEEDED:
            what = "touch"
        if what == "return" and self._gone:
            return [{**self._gone.pop(0), "do": "return"}]
        if what == "undo" and self._edited:
            place = self._edited.pop(0)
        if place in self._gone:
            return []
        if what == "vanish":
            self._gone.append(place)
        if what in {"undo", "touch", "create", "vanish"}:
            return [{**place, "do": what}]
        self._edited.append(place)
        return [{**place, **self._new(*of)} for _ in range(2 if what == "twice" else 1)]

    def _new(self, product: str, kind: str) -> dict[str, Any]:
        number = self._chance.randrange(10**6)
        fields: list[dict[str, Any]] = [{"name": f"name {number}"}]
        # The states that the lists of a kind can be asked for.
        if kind != "portfolio":
            fields += [{"state": "enabled"}, {"state": "archived"}]
        if kind != "portfolio" and not (product == "sb" and kind.startswith("neg_")):
            fields.append({"state": "paused"})
        if kind in {"campaign", "portfolio", "keyword", "target"} or (kind == "ad_group" and product != "sb"):
            fields += [{"amount": 10_000 * (number % 500 + 1)}] * 3
        if product == "sp":
            fields.append({"serving": ("CAMPAIGN_PAUSED", "CAMPAIGN_ARCHIVED")[number % 2]})
        more: dict[str, list[dict[str, Any]]] = {
            "campaign": [
                {"percentage": number % 900},
                {"strategy": "MANUAL", "tactic": "T00020", "auto": True},
                {"tagged": bool(number % 2), "ends": bool(number % 2)},
                {"portfolio": number % 3},
                {"lifetime": product == "sb" and bool(number % 2), "cost_type": "VCPM"},
            ],
            "ad": [{"asin": f"B0{number:08d}"}, {"sku": f"SKU {number}"}],
            "keyword": [{"native": bool(number % 2)}, {"match": ("exact", "phrase", "broad")[number % 3]}],
            "target": [{"asin": f"B0{number:08d}"}, {"node": number}],
            "theme": [{"theme": "KEYWORDS_RELATED_TO_YOUR_BRAND"}],
            "portfolio": [{"policy": "NO_CAP"}, {"policy": "DATE_RANGE"}, {"in_budget": bool(number % 2)}],
        }
        ours = more.get(kind.rpartition("_")[2], [])
        if ours and self._chance.random() < 0.5:
            return {"more": self._chance.choice(ours)}
        return {"fields": self._chance.choice(fields)}


@dataclass
class Known:
    """One entity as the history should know it.

    Args:
        row: as it was last read.
        vanished: whether it counts as vanished.
        missed: complete full reads in a row that did not list it.
        versions: (row, vanished) of all versions.
    """

    row: dict[str, Any]
    vanished: bool = False
    missed: int = 0
    versions: list[tuple[dict[str, Any], bool]] = field(default_factory=list)

    def becomes(self, row: dict[str, Any], *, changes: bool) -> None:
        """Take what was read; a version begins where something has changed."""
        if changes:
            self.versions.append((row, self.vanished))
        else:
            self.versions[-1] = (row, self.vanished)
        self.row = row


class Expected:
    """What the history has to hold, run by run."""

    def __init__(self) -> None:
        """Know nothing."""
        self.known: dict[str, dict[tuple[Any, ...], Known]] = {table: {} for table in KEYS}

    def first(self, truth: dict[str, Rows]) -> None:
        """What is there when everything is read for the first time."""
        for table, rows in truth.items():
            self.known[table] = {key: Known(row, versions=[(row, False)]) for key, row in rows.items()}

    def step(self, truth: dict[str, Rows], *, full: bool) -> Iterator[tuple[str, tuple[Any, ...], Change]]:
        """The changes of one run, before which the state was held against the database: table, key, change."""
        for table, rows in truth.items():
            known = self.known[table]
            for key, row in rows.items():
                if key not in known:
                    known[key] = Known(row, versions=[(row, False)])
                    yield table, key, ("created", "created_at", "created_at", None, None, row.get("creation_time"))
                    continue
                for change in _changes_of(known[key], row):
                    yield table, key, change
            for key in known.keys() - rows.keys():
                each = known[key]
                asked = each.missed == 1 and _asked_by_id(table, each.row)
                each.missed += full
                if not each.vanished and (asked or (each.missed == 2 and full)):
                    each.vanished = True
                    each.becomes(each.row, changes=True)
                    yield table, key, ("vanished", "vanished_since", "vanished_since", None, None, None)


def _asked_by_id(table: str, row: dict[str, Any]) -> bool:
    """Whether all lists it may be in have a filter by ids: those of Sponsored Brands' targets have none."""
    return table != "entity_targets" or row["ad_product"] != "sb"


def _changes_of(known: Known, row: dict[str, Any]) -> Iterator[Change]:
    moved = row.get("last_updated_time")
    moved = moved if moved != known.row.get("last_updated_time") else None
    found = []
    for name in sorted(row.keys() - _BY_ITSELF):
        for path, old, new in _differences(name, known.row[name], row[name]):
            archived = name == "state" and str(new).lower() == "archived"
            found.append(("archived" if archived else "changed", name, path, old, new, moved))
    if known.vanished:
        found.append(("reappeared", "vanished_since", "vanished_since", None, None, moved))
    known.vanished, known.missed = False, 0
    known.becomes(row, changes=bool(found))
    yield from found


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() | new.keys():
            yield from _differences(f"{path}.{name}", old.get(name), new.get(name))
        return
    for name in _TELL_APART:
        olds, news = _by(old, name), _by(new, name)
        if olds is not None and news is not None:
            for each in olds.keys() | news.keys():
                yield from _differences(f"{path}[{each}]", olds.get(each), news.get(each))
            return
    yield path, old, new


def _by(value: Any, name: str) -> dict[str, Any] | None:
    if not isinstance(value, list) or not all(isinstance(each, dict) and name in each for each in value):
        return None
    found = {str(each[name]): each for each in value}
    return found if len(found) == len(value) else None
