"""What becomes of entities that somebody holds and the last complete read of their lists did not give.

Each is asked for by its id, where all lists it may be in have such a filter: one that no list gives and no question by
id returns has vanished. One that a question returns is there, and the lists are short, whatever else speaks for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tap_amazon_ads_entities.lists.session import SliceList
from tap_amazon_ads_entities.lists.unlisted import Unlisted, product_of
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.singer.tallies import EndpointTally

_SHOWN = 5


class Sought:
    """The unlisted entities of one slice, and what is found of them.

    Args:
        unlisted: their ids, by ad product.
        asked: the questions by ids.
        key: the id column.
    """

    def __init__(self, unlisted: Unlisted, asked: Iterable[SliceList], key: str) -> None:
        """Have found none."""
        self._ids = {product: frozenset(ids) for product, ids in unlisted.items() if ids}
        self._all = frozenset().union(*self._ids.values())
        self._asked = {product_of(part.endpoint) for part in asked}
        self._key = key
        self._listed: set[str] = set()
        self._left_out: dict[str, str] = {}
        """The list that each of them is missing from, by id."""

        self._untold: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._all)

    def and_listed(self, rows: list[Row], chosen: list[Row]) -> list[Row]:
        """Of a page's rows those that were chosen, and those that are listed again: they are not what is stored."""
        again = [row for row in rows if row[self._key] in self._all]
        if not again:
            return chosen
        self._listed.update(row[self._key] for row in again)
        there = {row[self._key] for row in chosen}
        return chosen + [row for row in again if row[self._key] not in there]

    def left_out(self, part: SliceList, rows: list[Row]) -> list[Row]:
        """Of rows that a question by ids returned those that the lists, read before, have left out."""
        wanted = self._all - self._listed - self._left_out.keys()
        found = [row for row in rows if row[self._key] in wanted]
        self._left_out.update((row[self._key], part.endpoint.name) for row in found)
        return found

    def untold(self, part: SliceList, reason: str) -> None:
        """A question has had no answer that proves anything: the next complete read will tell."""
        LOGGER.warning(
            "profile %s: by their ids it cannot be told whether %s have vanished: %s",
            part.reading.profile.profile_id,
            part.endpoint.entity,
            reason,
        )
        self._untold[product_of(part.endpoint)] = reason

    def judge(self, part: SliceList, tally: EndpointTally) -> None:
        """A question has been read to its end."""
        tally.verdict = part.reading.verdict
        if tally.problem is not None:
            self.untold(part, f"{part.endpoint.name}: {tally.problem}")

    @property
    def emitted(self) -> int:
        """Rows that questions by ids gave."""
        return len(self._left_out)

    @property
    def problem(self) -> str | None:
        """What is wrong with the lists; None where nothing is."""
        by_list: dict[str, list[str]] = {}
        for identifier, name in sorted(self._left_out.items()):
            by_list.setdefault(name, []).append(identifier)
        return "; ".join(f"{name}: left out {_some(ids)}" for name, ids in by_list.items()) or None

    def details(self) -> dict[str, Any]:
        """For the run log; absent values left out."""
        found = self._listed.union(self._left_out)
        gone = {
            product: sorted(ids - found)
            for product, ids in self._ids.items()
            if product in self._asked and product not in self._untold
        }
        values = {
            "ids": len(self._all),
            "listed_again": len(self._listed),
            "left_out": len(self._left_out),
            "gone": {product: ids for product, ids in gone.items() if ids},
            "untold": self._untold,
        }
        return {name: value for name, value in values.items() if value}


def _some(ids: list[str]) -> str:
    shown = ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
    return f"{len(ids):,} rows that are there when they are asked for by their ids ({shown})"
