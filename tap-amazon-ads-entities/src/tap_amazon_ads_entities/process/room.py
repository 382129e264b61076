"""Memory for what arrives, shared by all threads: bytes are claimed while they are read, unpacked and handed over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

_LOOK = 0.1
"""Seconds after which a claim that waits looks whether it is urgent by now, or not wanted any more."""


def _always() -> bool:
    return True


class Room:
    """A budget of bytes, and one place beyond it.

    Whoever finds no room waits for others to release theirs. That could be for ever: those may wait to hand over what
    they have read, until something is consumed that cannot be read without room. So one claim at a time, an urgent one,
    may go beyond the budget. It holds as long as an urgent claim waits for nothing but the network and its consumer.

    Args:
        budget: bytes.
    """

    def __init__(self, budget: int) -> None:
        """All of it is free."""
        self._budget = budget
        self._changed = threading.Condition()
        self._held = 0
        self._beyond: Claim | None = None
        self.most = 0
        """The most bytes that were claimed at once, with those beyond the budget."""

    def claim(self, urgent: Callable[[], bool] = _always) -> Claim:
        """Room for one response, none yet; to be used in a `with`.

        Args:
            urgent: whether everybody would wait for ever if this one waited.
        """
        return Claim(self, urgent)

    def _grow(self, claim: Claim, size: int, given_up: Callable[[], bool]) -> bool:
        with self._changed:
            while not self._fits(claim, size):
                if given_up():
                    return False
                self._changed.wait(_LOOK)
            if self._beyond is not claim:
                self._held += size - claim.size
            claim.size = size
            self.most = max(self.most, self._held + (self._beyond.beyond if self._beyond else 0))
            return True

    def _fits(self, claim: Claim, size: int) -> bool:
        if self._beyond is claim or self._held + size - claim.size <= self._budget:
            return True
        if self._beyond is None and claim.urgent():
            self._beyond = claim
            claim.within = claim.size
            return True
        return False

    def _shrink(self, claim: Claim, size: int) -> None:
        with self._changed:
            if self._beyond is claim:
                if size:
                    return
                self._held -= claim.within
                self._beyond = None
            else:
                self._held -= claim.size - size
            claim.size = size
            self._changed.notify_all()


class Claim:
    """The bytes of one response.

    Args:
        room: where.
        urgent: see `Room.claim`.
    """

    def __init__(self, room: Room, urgent: Callable[[], bool]) -> None:
        """Of nothing."""
        self._room = room
        self.urgent = urgent
        self.size = 0
        self.within = 0
        """How many of them are within the budget, where the others are beyond it."""

    @property
    def beyond(self) -> int:
        """Bytes beyond the budget, of the one claim that has any."""
        return self.size - self.within

    def grow(self, size: int, given_up: Callable[[], bool]) -> bool:
        """Wait until that many bytes in all may be held; False when given up."""
        return size <= self.size or self._room._grow(self, size, given_up)  # noqa: SLF001 - two halves of one thing

    def settle(self, size: int) -> None:
        """There are no more bytes than these."""
        if size < self.size:
            self._room._shrink(self, size)  # noqa: SLF001

    def __enter__(self) -> Claim:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        """Claim nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release all of it."""
        self.settle(0)
