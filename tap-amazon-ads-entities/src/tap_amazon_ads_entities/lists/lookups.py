"""Id maps that some lists need before they can be read or mapped, read once per profile and shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from tap_amazon_ads_entities.endpoints.model import Lookup
from tap_amazon_ads_entities.lists.completeness import Expectation, Judge
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.reading import Reading
from tap_amazon_ads_entities.lists.refused import shown
from tap_amazon_ads_entities.rows.values import identifier


class Lookups:
    """The id maps of all profiles that are being read.

    Args:
        walk: reads a list to its end.
        confirmed: whether two reads have to agree where that is wanted.
    """

    def __init__(self, walk: Callable[[Reading, Judge], Iterator[Page]], *, confirmed: bool) -> None:
        """Know nothing yet."""
        self._walk = walk
        self._confirmed = confirmed
        self._known: dict[str, dict[str, _Memo]] = {}
        """By profile and list."""

        self._lock = threading.Lock()

    def get(self, wanted: Lookup, reading: Reading) -> Found:
        """An id map of the profile that is being read; the first who asks reads it, the others wait.

        It is held to the same judgement as a list whose rows are stored.

        Raises:
            SliceError: it cannot be read.
        """
        memo = self._memo(wanted, reading)
        with memo.lock:
            if memo.value is None:
                memo.value = self._read(wanted, replace(reading, endpoint=wanted.source))
            return memo.value

    def _read(self, wanted: Lookup, reading: Reading) -> Found:
        # Whoever wants two reads of a list to agree wants it of what the list needs.
        judge = Judge(wanted.source.id_field, Expectation(confirm=self._confirmed and reading.expectation.confirm))
        ids: dict[str, str] = {}
        wrong: str | None = None
        for page in self._walk(reading, judge):
            found = page.decoded()
            for reason, _ in found.strange:
                wrong = wrong or reason
            for item in found.items:
                key, value = identifier(item.get(wanted.key)), identifier(item.get(wanted.value))
                if not isinstance(key, str) or not isinstance(value, str):
                    wrong = wrong or f"{wanted.key} {key} with {wanted.value} {value}"
                elif ids.setdefault(key, value) != value:
                    wrong = wrong or f"{wanted.key} {key} is named with {wanted.value} {ids[key]} and with {value}"
        problem = judge.verdict().problem or (f"holds what cannot be read: {shown(wrong)}" if wrong else None)
        return Found(ids, problem)

    def total(self, wanted: Lookup, reading: Reading) -> int:
        """How many items the list behind a map has, by its own account; costs one page.

        Raises:
            SliceError: it cannot be read.
        """
        memo = self._memo(wanted, reading)
        with memo.lock:
            if memo.value is not None:
                return len(memo.value.ids)
            if memo.total is None:
                source = replace(reading, endpoint=wanted.source)
                first = next(self._walk(source, Judge(wanted.source.id_field)))
                memo.total = first.total or 0
            return memo.total

    def forget(self, profile_id: str) -> None:
        """Drop a profile's maps when it has been read."""
        with self._lock:
            self._known.pop(profile_id, None)

    def _memo(self, wanted: Lookup, reading: Reading) -> _Memo:
        with self._lock:
            return self._known.setdefault(reading.profile.profile_id, {}).setdefault(wanted.source.name, _Memo())


@dataclass(frozen=True)
class Found:
    """An id map.

    Args:
        ids: key to value.
        problem: why it is not complete, in words.
    """

    ids: Mapping[str, str]
    problem: str | None = None


class _Memo:
    """A value computed once, by the first thread that needs it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: Found | None = None
        self.total: int | None = None
