"""A bounded pool of threads that reads ahead through many chains of pages; it knows nothing of Singer.

Chains are read first in, first out and consumed in the same order. Memory is bounded by the bytes of all pages that
wait; the chain that is being consumed may always go on, so that a full budget cannot block it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Anything that waits in a queue."""

    @property
    def rows(self) -> bytes:
        """What takes the memory."""


P = TypeVar("P", bound=Sized)

DEFAULT_BUDGET = 32 << 20
"""Bytes of pages that may wait."""


class Chain(Generic[P]):
    """One sequence of pages, read by one worker and consumed once.

    Args:
        pages: makes the iterator; runs in a worker thread.
        abandon: asks whoever reads to give up; called at most once, from any thread.
    """

    def __init__(self, pages: Callable[[], Iterator[P]], abandon: Callable[[], None]) -> None:
        """Read nothing yet."""
        self.pages = pages
        self.abandon = abandon
        self.ready: deque[P] = deque()
        self.error: BaseException | None = None
        self.finished = False
        self.cancelled = False


class Prefetcher(Generic[P]):
    """Reads submitted chains ahead of their consumer.

    Args:
        workers: threads, and so requests under way at once.
        budget: bytes of pages that may wait before workers pause.
    """

    def __init__(self, workers: int, budget: int = DEFAULT_BUDGET) -> None:
        """Start no thread yet."""
        self._workers = workers
        self._budget = budget
        self._waiting: deque[Chain[P]] = deque()
        self._unconsumed: deque[Chain[P]] = deque()
        self._changed = threading.Condition()
        self._held = 0
        self._head: Chain[P] | None = None
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, chain: Chain[P]) -> None:
        """Queue a chain; chains must be consumed in the order in which they were submitted."""
        with self._changed:
            self._waiting.append(chain)
            self._unconsumed.append(chain)
            if len(self._threads) < self._workers and not self._closed:
                thread = threading.Thread(target=self._work, name=f"pages-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def consume(self, chain: Chain[P]) -> Iterator[P]:
        """The pages of a chain, as they come.

        Chains submitted before it that nobody consumed are given up: their pages would fill the budget for ever.

        Raises:
            BaseException: whatever reading it raised, after the pages that came before.
        """
        while chain in self._unconsumed:
            if (skipped := self._unconsumed.popleft()) is not chain:
                self.cancel(skipped)
        with self._changed:
            self._head = chain
            self._changed.notify_all()
        while True:
            with self._changed:
                while not chain.ready and not chain.finished:
                    self._changed.wait()
                if not chain.ready:
                    break
                page = chain.ready.popleft()
                self._held -= len(page.rows)
                self._changed.notify_all()
            yield page
        if chain.error is not None:
            raise chain.error

    def cancel(self, chain: Chain[P]) -> None:
        """Stop reading a chain and drop what waits of it."""
        with self._changed:
            already = chain.cancelled
            chain.cancelled = True
            self._held -= sum(len(page.rows) for page in chain.ready)
            chain.ready.clear()
            self._changed.notify_all()
        if not already:
            chain.abandon()

    def close(self) -> None:
        """End all workers; does not wait for requests under way (the threads are daemons)."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                chain = self._waiting.popleft()
            self._read(chain)

    def _read(self, chain: Chain[P]) -> None:
        error: BaseException | None = None
        try:
            if not chain.cancelled:
                for page in chain.pages():
                    if not self._put(chain, page):
                        break
        except BaseException as caught:  # noqa: BLE001 - it travels to the consumer's thread
            error = caught
        with self._changed:
            chain.error = error
            chain.finished = True
            self._changed.notify_all()

    def _put(self, chain: Chain[P], page: P) -> bool:
        """Hand a page over; False when nobody wants it any more."""
        size = len(page.rows)
        with self._changed:
            while self._must_wait(chain, size):
                if chain.cancelled or self._closed:
                    return False
                self._changed.wait()
            if chain.cancelled or self._closed:
                return False
            chain.ready.append(page)
            self._held += size
            self._changed.notify_all()
        return True

    def _must_wait(self, chain: Chain[P], size: int) -> bool:
        if self._held == 0 or self._held + size <= self._budget:
            return False
        return not (chain is self._head and not chain.ready)
