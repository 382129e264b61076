"""Id maps that some lists need before they can be read or mapped, read once per profile and shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tap_amazon_ads_entities.endpoints.model import Lookup
from tap_amazon_ads_entities.pages import Page
from tap_amazon_ads_entities.pagination import Paginator
from tap_amazon_ads_entities.reading import Reading


class Lookups:
    """The id maps of all profiles that are being read.

    Args:
        walk: reads a list to its end.
    """

    def __init__(self, walk: Callable[[Paginator, Reading], Iterator[Page]]) -> None:
        """Know nothing yet."""
        self._walk = walk
        self._known: dict[tuple[str, str], _Memo] = {}
        self._lock = threading.Lock()

    def get(self, wanted: Lookup, reading: Reading) -> Mapping[str, str]:
        """An id map of the profile that is being read; the first who asks reads it, the others wait.

        Raises:
            SliceError: it cannot be read.
        """
        key = (reading.profile.profile_id, wanted.source.path)
        with self._lock:
            memo = self._known.setdefault(key, _Memo())
        with memo.lock:
            if memo.value is None:
                memo.value = {
                    str(item[wanted.key]): str(item[wanted.value])
                    for page in self._walk(Paginator(wanted.source), replace(reading, endpoint=wanted.source))
                    for item in page.items()
                    if item.get(wanted.key) is not None and item.get(wanted.value) is not None
                }
            return memo.value

    def forget(self, profile_id: str) -> None:
        """Drop a profile's maps when it has been read."""
        with self._lock:
            for key in [key for key in self._known if key[0] == profile_id]:
                del self._known[key]


class _Memo:
    """A value computed once, by the first thread that needs it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: dict[str, str] | None = None
