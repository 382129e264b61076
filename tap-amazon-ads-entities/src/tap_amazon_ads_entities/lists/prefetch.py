"""A bounded pool of threads that reads ahead through many chains of pages; it knows nothing of Singer.

Chains are read first in, first out and consumed in the same order. A chain may fork: its parts are read at the same
time by whichever workers are free, and consumed in their order at the place of the fork. Memory is bounded by the bytes
of all pages that wait; the chain that is being consumed may always go on, so that a full budget cannot block it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic

from tap_amazon_ads_entities.lists.chains import Chain, Fork, P

DEFAULT_BUDGET = 28 << 20
"""Bytes of pages that may wait."""


_CHECK = 0.5
"""Seconds without a page after which the consumer looks whether it may still wait."""


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
        # One lock, and a condition for each thing that is waited for: a page that comes must not wake idle workers.
        self._lock = threading.Lock()
        self._queued = threading.Condition(self._lock)
        self._arrived = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._finished = threading.Condition(self._lock)
        self._held = 0
        self._head: Chain[P] | None = None
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._of_thread = threading.local()

    def submit(self, chain: Chain[P]) -> None:
        """Queue a chain; chains must be consumed in the order in which they were submitted."""
        with self._lock:
            chain.taken_up = False
            self._unconsumed.append(chain)
            self._waiting.append(chain)
            self._staff(1)

    def read_next(self, chain: Chain[P]) -> None:
        """Read a chain that is consumed next, before those that were submitted.

        In a thread of its own: all others may wait until what they have read is consumed.
        """
        chain.begun = True
        threading.Thread(target=self._read, args=(chain,), name="pages-next", daemon=True).start()

    def consume(self, chain: Chain[P], check: Callable[[], None] = lambda: None) -> Iterator[P]:
        """The pages of a chain, as they come.

        Chains submitted before it that nobody consumed are given up: their pages would fill the budget for ever.

        Args:
            chain: the chain.
            check: is called now and then while nothing comes; may raise.

        Raises:
            BaseException: whatever reading it raised, after the pages that came before.
        """
        while not chain.taken_up:
            skipped = self._unconsumed.popleft()
            skipped.taken_up = True
            if skipped is not chain:
                self.cancel(skipped)
        yield from self._drain(chain, check)

    def cancel(self, chain: Chain[P]) -> None:
        """Stop reading a chain and drop what waits of it."""
        with self._lock:
            already = chain.cancelled
            self._drop(chain)
            self._wake_all()
        if not already:
            chain.abandon()

    def waited_for(self) -> bool:
        """Whether the consumer waits for what this thread reads: it must go on, however full it is."""
        chain = getattr(self._of_thread, "chain", None)
        return chain is None or (not chain.ready and chain is self._head)

    def close(self) -> None:
        """End all workers; does not wait for requests under way (the threads are daemons)."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._wake_all()

    def _drain(self, chain: Chain[P], check: Callable[[], None]) -> Iterator[P]:
        while (item := self._next(chain, check)) is not None:
            if isinstance(item, tuple):
                for part in item:
                    yield from self._drain(part, check)
            else:
                yield item
        if chain.error is not None:
            raise chain.error

    def _next(self, chain: Chain[P], check: Callable[[], None]) -> P | tuple[Chain[P], ...] | None:
        """What comes next in a chain; None at its end."""
        with self._lock:
            if chain is not self._head:
                self._head = chain
                # Whoever reads it may wait for room that it need not wait for any more.
                self._room.notify_all()
            while not chain.ready and not chain.finished:
                if not self._arrived.wait(_CHECK):
                    check()
            if not chain.ready:
                return None
            item = chain.ready.popleft()
            if not isinstance(item, tuple):
                self._held -= len(item.rows)
                if chain.ready:
                    self._room.notify()
                else:
                    # Somebody may put a page now, and surely who reads this chain.
                    self._room.notify_all()
            return item

    def _drop(self, chain: Chain[P]) -> None:
        chain.cancelled = True
        self._held -= sum(len(page.rows) for page in chain.ready if not isinstance(page, tuple))
        chain.ready.clear()
        for part in chain.parts:
            self._drop(part)

    def _wake_all(self) -> None:
        for condition in (self._queued, self._arrived, self._room, self._finished):
            condition.notify_all()

    def _staff(self, chains: int) -> None:
        """Start threads for that many new chains, as long as there are any to start."""
        for _ in range(min(chains, self._workers - len(self._threads))):
            thread = threading.Thread(target=self._work, name=f"pages-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._queued.notify(chains)

    def _work(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._closed:
                    self._queued.wait()
                if self._closed:
                    return
                chain = self._waiting.popleft()
                chain.begun = True
            self._read(chain)

    def _read(self, chain: Chain[P]) -> None:
        error: BaseException | None = None
        # The parts of a fork are read by the thread that reads the whole, among others.
        before = getattr(self._of_thread, "chain", None)
        self._of_thread.chain = chain
        try:
            if not chain.cancelled:
                for item in chain.pages():
                    wanted = self._fork(chain, item) if isinstance(item, Fork) else self._put(chain, item)
                    if not wanted:
                        break
        except BaseException as caught:  # noqa: BLE001 - it travels to the consumer's thread
            error = caught
        self._of_thread.chain = before
        with self._lock:
            chain.error = error
            chain.finished = True
            if error is not None:
                # Nobody will consume what comes after it.
                for part in chain.later:
                    self._drop(part)
                self._room.notify_all()
            self._arrived.notify_all()
            self._finished.notify_all()

    def _put(self, chain: Chain[P], page: P) -> bool:
        """Hand a page over; False when nobody wants it any more."""
        size = len(page.rows)
        with self._lock:
            while self._must_wait(chain, size):
                if self._unwanted(chain):
                    return False
                self._room.wait()
            if self._unwanted(chain):
                return False
            chain.ready.append(page)
            self._held += size
            self._arrived.notify_all()
            # Whoever waits behind may have room as well.
            self._room.notify()
        return True

    def _unwanted(self, chain: Chain[P]) -> bool:
        return chain.cancelled or self._closed

    def _must_wait(self, chain: Chain[P], size: int) -> bool:
        if self._held == 0 or self._held + size <= self._budget:
            return False
        return not (chain is self._head and not chain.ready)

    def _fork(self, chain: Chain[P], fork: Fork[P]) -> bool:
        """Have the parts read, and wait for them; False when the chain cannot go on.

        The parts go to the front of the queue, because they are consumed before everything that waits there. This
        worker reads those that no other has taken: were they left to workers that a full budget holds up, the consumer
        would wait for them for ever.
        """
        parts = tuple(Chain(pages, chain.abandon) for pages in fork.parts)
        for number, part in enumerate(parts):
            part.later = parts[number + 1 :]
        with self._lock:
            if self._unwanted(chain):
                return False
            chain.parts.extend(parts)
            chain.ready.append(parts)
            self._waiting.extendleft(reversed(parts))
            self._arrived.notify_all()
            self._staff(len(parts) - 1)
        for part in parts:
            if self._take(part):
                self._read(part)
        with self._lock:
            while not all(part.finished for part in parts):
                if self._closed:
                    return False
                self._finished.wait()
        return not (chain.cancelled or any(part.error for part in parts))

    def _take(self, part: Chain[P]) -> bool:
        with self._lock:
            if part.begun or self._closed:
                return False
            part.begun = True
            # It went to the front of the queue, before everything that waits there.
            self._waiting.remove(part)
            return True
