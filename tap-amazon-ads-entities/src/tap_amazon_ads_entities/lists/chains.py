"""Chains of pages: what the read-ahead pool reads and its consumer gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Anything that waits in a queue."""

    @property
    def rows(self) -> bytes:
        """What takes the memory."""


P = TypeVar("P", bound=Sized)


@dataclass(frozen=True)
class Fork(Generic[P]):
    """Stands among the pages of a chain for parts that may be read at the same time.

    The chain goes on after it once all of them have been read.

    Args:
        parts: each makes an iterator like a chain's own; runs in a worker thread.
    """

    parts: Sequence[Callable[[], Iterator[P | Fork[P]]]]


def in_one(pages: Iterator[P | Fork[P]]) -> Iterator[P]:
    """The pages of a chain for whoever reads it alone: the parts of a fork one after the other, in its place."""
    for page in pages:
        if isinstance(page, Fork):
            for part in page.parts:
                yield from in_one(part())
        else:
            yield page


class Chain(Generic[P]):
    """One sequence of pages, read by one worker and consumed once.

    Args:
        pages: makes the iterator; runs in a worker thread.
        abandon: asks whoever reads to give up; called at most once, from any thread.
    """

    def __init__(self, pages: Callable[[], Iterator[P | Fork[P]]], abandon: Callable[[], None]) -> None:
        """Read nothing yet."""
        self.pages = pages
        self.abandon = abandon
        self.ready: deque[P | tuple[Chain[P], ...]] = deque()
        self.parts: list[Chain[P]] = []
        self.later: Sequence[Chain[P]] = ()
        """Parts of the same fork that come after it."""
        self.error: BaseException | None = None
        self.begun = False
        """Whether a worker has it."""

        self.taken_up = True
        """Whether it has been consumed or skipped, or is a part, which is consumed with its whole."""

        self.finished = False
        self.cancelled = False
