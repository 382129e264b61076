"""What the lists of a slice's last run amount to, as its row in the run log says it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """Numbers of all lists of a slice together.

    Args:
        lists: how many there were.
        shortfall: rows missing by Amazon's own totals.
        accepted: those of them that may be missing (`accepted_shortfall`).
        total: rows by Amazon's own totals, of the lists that fell short.
        problems: lists that are not complete.
        unreadable: values that no column holds.
    """

    lists: int = 0
    shortfall: int = 0
    accepted: int = 0
    total: int = 0
    problems: int = 0
    unreadable: int = 0


def of(endpoints: object) -> Evidence | None:
    """The evidence; None where that is not what the tap writes, so that nothing is known.

    Args:
        endpoints: by list, of `sync_runs.details`.
    """
    if not isinstance(endpoints, dict) or not all(isinstance(each, dict) for each in endpoints.values()):
        return None
    try:
        return _sum(endpoints.values())
    except TypeError:
        return None


def _sum(lists: Collection[dict[str, Any]]) -> Evidence:
    """In one pass: there are thousands of slices, and most of their lists have nothing to tell.

    Raises:
        TypeError: a count is none.
    """
    shortfall = accepted = total = problems = unreadable = 0
    for each in lists:
        if "shortfall" in each:
            shortfall += _count(each, "shortfall")
            total += _count(each, "total_reported")
        if "accepted_shortfall" in each:
            accepted += _count(each, "accepted_shortfall")
        if "unreadable" in each:
            unreadable += _values(each)
        problems += "problem" in each
    return Evidence(len(lists), shortfall, accepted, total, problems, unreadable)


def _count(numbers: dict[str, Any], name: str) -> int:
    """A count; absent ones are zero.

    Raises:
        TypeError: it is none.
    """
    value = numbers.get(name, 0)
    if type(value) is not int or value < 0:
        raise TypeError(name)
    return value


def _values(numbers: dict[str, Any]) -> int:
    """Values of a list that no column holds, over all fields.

    Raises:
        TypeError: their counts are none.
    """
    fields = numbers.get("unreadable")
    if fields is None:
        return 0
    if not isinstance(fields, dict) or not all(isinstance(each, dict) for each in fields.values()):
        raise TypeError(fields)
    return sum(_count(each, "count") for each in fields.values())


def readable(endpoints: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lists that can be shown, by path."""
    if isinstance(endpoints, dict):
        yield from ((path, each) for path, each in endpoints.items() if isinstance(each, dict))
