from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tap_amazon_ads_entities.lists.chains import Chain, Fork
from tap_amazon_ads_entities.lists.prefetch import Prefetcher


@dataclass
class Piece:
    rows: bytes
    number: int = 0


def chain(*sizes: int, error: Exception | None = None, started: threading.Event | None = None) -> Chain[Piece]:
    def pages() -> Iterator[Piece]:
        if started:
            started.set()
        for number, size in enumerate(sizes):
            yield Piece(b"x" * size, number)
        if error:
            raise error

    return Chain(pages, lambda: None)


def test_chains_are_consumed_in_order_with_all_their_pages() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=4)
    chains = [chain(*[10] * 20) for _ in range(12)]
    for each in chains:
        prefetcher.submit(each)
    for each in chains:
        assert [piece.number for piece in prefetcher.consume(each)] == list(range(20))
    prefetcher.close()


def test_an_error_comes_after_the_pages_before_it_and_hurts_no_other_chain() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=2)
    bad, good = chain(1, 1, error=ValueError("x")), chain(1, 1, 1)
    prefetcher.submit(bad)
    prefetcher.submit(good)
    seen: list[int] = []
    with pytest.raises(ValueError, match="x"):
        seen.extend(piece.number for piece in prefetcher.consume(bad))
    assert seen == [0, 1]
    assert len(list(prefetcher.consume(good))) == 3
    prefetcher.close()


def test_a_chain_that_is_consumed_next_goes_on_where_all_workers_wait_for_room() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=2, budget=100)
    submitted = [chain(*[60] * 5) for _ in range(4)]
    for each in submitted:
        prefetcher.submit(each)
    assert len(list(prefetcher.consume(submitted[0]))) == 5
    between = chain(*[60] * 20)
    prefetcher.read_next(between)
    assert [piece.number for piece in prefetcher.consume(between)] == list(range(20))
    assert [len(list(prefetcher.consume(each))) for each in submitted[1:]] == [5, 5, 5]
    prefetcher.close()


def test_a_full_budget_pauses_readers_but_never_the_chain_being_consumed() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=4, budget=100)
    chains = [chain(*[60] * 10) for _ in range(4)]
    for each in chains:
        prefetcher.submit(each)
    time.sleep(0.1)
    assert prefetcher._held <= 160  # noqa: SLF001 - the bound is the point
    for each in chains:
        assert len(list(prefetcher.consume(each))) == 10
    prefetcher.close()


def test_chains_nobody_consumes_do_not_block_the_others() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=2, budget=100)
    skipped = [chain(*[90] * 5) for _ in range(6)]
    wanted = chain(*[90] * 5)
    for each in (*skipped, wanted):
        prefetcher.submit(each)
    assert len(list(prefetcher.consume(wanted))) == 5
    assert all(each.cancelled for each in skipped)
    prefetcher.close()


def test_a_cancelled_chain_is_not_started() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=1, budget=10)
    started = threading.Event()
    first, second, third = chain(50, 50), chain(1, started=started), chain(1)
    prefetcher.submit(first)
    prefetcher.submit(second)
    prefetcher.submit(third)
    prefetcher.cancel(second)
    assert len(list(prefetcher.consume(first))) == 2
    assert len(list(prefetcher.consume(third))) == 1
    assert not started.is_set()
    prefetcher.close()


def forked(*parts: list[int], before: int = 0, after: int = 0) -> Chain[Piece]:
    """A chain of pieces of ten bytes; a negative number in a part is an error, an odd part forks once more."""

    def part(numbers: list[int]) -> Iterator[Piece | Fork[Piece]]:
        for number in numbers:
            if number < 0:
                message = f"part {number}"
                raise ValueError(message)
            yield Piece(b"x" * 10, number)

    def nested(numbers: list[int]) -> Iterator[Piece | Fork[Piece]]:
        middle = len(numbers) // 2
        yield Fork([lambda: part(numbers[:middle]), lambda: part(numbers[middle:])])

    def pages() -> Iterator[Piece | Fork[Piece]]:
        yield from part(list(range(before)))
        makers = [lambda n=numbers, i=index: (nested if i % 2 else part)(n) for index, numbers in enumerate(parts)]
        yield Fork(makers)
        yield from part(list(range(after)))

    return Chain(pages, lambda: None)


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_parts_of_a_fork_are_consumed_in_their_order_whoever_reads_them(workers: int) -> None:
    # The budget holds two pieces: a worker that is held up must never be one the consumer waits for.
    prefetcher: Prefetcher[Piece] = Prefetcher(workers, budget=20)
    parts = [[100 * place + number for number in range(10)] for place in range(6)]
    chains = [forked(*parts, before=3, after=2) for _ in range(5)]
    for each in chains:
        prefetcher.submit(each)
    expected = [0, 1, 2, *(number for numbers in parts for number in numbers), 0, 1]
    for each in chains:
        assert [piece.number for piece in prefetcher.consume(each)] == expected
    assert prefetcher._held == 0  # noqa: SLF001 - nothing may be left behind
    prefetcher.close()


@pytest.mark.parametrize("workers", [1, 4])
def test_a_part_that_fails_ends_the_chain_after_the_parts_before_it(workers: int) -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers, budget=1000)
    bad, good = forked([1, 2], [3, 4], [5, -1, 6], [7, 8], after=3), forked([1], [2, 3])
    prefetcher.submit(bad)
    prefetcher.submit(good)
    seen: list[int] = []
    with pytest.raises(ValueError, match="part -1"):
        seen.extend(piece.number for piece in prefetcher.consume(bad))
    assert seen == [1, 2, 3, 4, 5]
    prefetcher.cancel(bad)
    assert [piece.number for piece in prefetcher.consume(good)] == [1, 2, 3]
    assert prefetcher._held == 0  # noqa: SLF001 - nothing may be left behind
    prefetcher.close()


def test_a_cancelled_fork_reads_no_further() -> None:
    prefetcher: Prefetcher[Piece] = Prefetcher(workers=2, budget=20)
    endless, other = forked(*[list(range(1000)) for _ in range(4)]), chain(1)
    prefetcher.submit(endless)
    prefetcher.submit(other)
    pieces = prefetcher.consume(endless)
    assert [next(pieces).number for _ in range(5)] == [0, 1, 2, 3, 4]
    prefetcher.cancel(endless)
    assert len(list(prefetcher.consume(other))) == 1
    prefetcher.close()
