"""What the lists of a slice's last run amount to, as its row in the run log says it."""

from __future__ import annotations

from collections.abc import Iterator
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
    lists = list(endpoints.values())
    try:
        return Evidence(
            lists=len(lists),
            shortfall=sum(_count(each, "shortfall") for each in lists),
            accepted=sum(_count(each, "accepted_shortfall") for each in lists),
            total=sum(_count(each, "total_reported") for each in lists if "shortfall" in each),
            problems=sum("problem" in each for each in lists),
            unreadable=sum(_values(each) for each in lists),
        )
    except TypeError:
        return None


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
