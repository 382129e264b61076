"""Memory is bounded over all threads, and nobody waits for it for ever."""

from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.rogue import Answer, Rogue

from tap_amazon_ads_entities.amazon.transport import MAX_BODY, Response, Transport
from tap_amazon_ads_entities.errors import BadBodyError, TransportError
from tap_amazon_ads_entities.lists.chains import Chain
from tap_amazon_ads_entities.lists.pages import parse_array, parse_envelope
from tap_amazon_ads_entities.lists.prefetch import Prefetcher
from tap_amazon_ads_entities.process.room import Room

MB = 1 << 20
TEN_MB = b"[" + b",".join(json.dumps({"campaignId": str(n), "name": "x" * 1950}).encode() for n in range(5_000)) + b"]"


def never() -> bool:
    return False


def always() -> bool:
    return True


def test_a_claim_waits_until_another_is_released() -> None:
    room = Room(100)
    grown = threading.Event()

    def waits() -> None:
        with room.claim(never) as claim:
            assert claim.grow(60, never)
            grown.set()

    with room.claim() as first:
        assert first.grow(80, never)
        thread = threading.Thread(target=waits)
        thread.start()
        assert not grown.wait(0.3)
    thread.join(5)
    assert grown.is_set()
    assert room.most == 80


def test_a_claim_can_be_given_up() -> None:
    room = Room(100)
    with room.claim() as first, room.claim(never) as second:
        assert first.grow(80, never)
        assert not second.grow(60, always)
        assert second.size == 0


def test_one_urgent_claim_goes_beyond_and_the_next_takes_its_place() -> None:
    room = Room(100)
    with room.claim(never) as full:
        assert full.grow(100, never)
        with room.claim() as one, room.claim() as other:
            assert one.grow(70, never)
            assert not other.grow(10, always)
            one.settle(0)
            assert other.grow(10, never)
    assert room.most == 170
    with room.claim(never) as all_of_it:
        assert all_of_it.grow(100, never), "everything was given back"


def test_a_smaller_page_than_expected_gives_back_the_rest() -> None:
    room = Room(100)
    with room.claim(never) as one, room.claim(never) as other:
        assert one.grow(90, never)
        one.settle(20)
        assert other.grow(80, never)


def test_bombs_on_many_lists_at_once_hold_no_more_than_the_budget_and_one_body() -> None:
    bomb = gzip.compress(b"[" + b" " * (200 * MB) + b"]", 9)
    room = Room(8 * MB)
    sender = Transport(connections=16, connect_timeout=20, read_timeout=20, user_agent="test", max_body_bytes=4 * MB)

    def refused(_: int) -> str:
        with room.claim() as claim, pytest.raises(TransportError) as caught:
            sender.send("GET", server.url, {}, None, time_left=60, claim=claim)
        return str(caught.value)

    with (
        Rogue(lambda _: Answer(bomb, headers={"Content-Encoding": "gzip"})) as server,
        ThreadPoolExecutor(16) as threads,
    ):
        assert set(threads.map(refused, range(16))) == {"the response is larger than 4 MB"}
    sender.close()
    assert room.most <= 12 * MB


def test_a_page_of_ten_megabytes_is_read() -> None:
    sender = Transport(connections=1, connect_timeout=20, read_timeout=20, user_agent="test")
    with Rogue(lambda _: Answer(gzip.compress(TEN_MB, 1), headers={"Content-Encoding": "gzip"})) as server:
        page = parse_array(sender.send("GET", server.url, {}, None, time_left=60))
    sender.close()
    assert 3 * len(TEN_MB) < MAX_BODY
    assert (page.size, len(page.decoded().items)) == (5_000, 5_000)


@pytest.mark.parametrize("element", [b"0", b"{}", b"[[]]", b'{"a":1}'])
def test_a_body_of_more_values_than_any_page_is_refused_before_it_is_decoded(element: bytes) -> None:
    body = b"[" + b",".join([element] * (20 * MB // (len(element) + 1))) + b"]"
    with pytest.raises(BadBodyError, match="holds more values than any page"):
        parse_array(Response(200, {}, body))
    with pytest.raises(BadBodyError, match="holds more values than any page"):
        parse_envelope(Response(200, {}, b'{"campaigns":' + body + b"}"), "campaigns", None)


class Piece:
    def __init__(self, size: int) -> None:
        self.rows = bytes(size)


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_reading_ahead_never_stops_for_lack_of_memory(workers: int) -> None:
    # All lists are larger than everything; what the consumer waits for goes on beyond the budget.
    room = Room(100)
    prefetcher: Prefetcher[Piece] = Prefetcher(workers, budget=50)

    def pages() -> object:
        for _ in range(3):
            with room.claim(prefetcher.waited_for) as claim:
                assert claim.grow(20, never)
                assert claim.grow(70, never)
                yield Piece(70)

    chains = [Chain(pages, lambda: None) for _ in range(12)]  # type: ignore[arg-type]
    for chain in chains:
        prefetcher.submit(chain)
    assert [len(list(prefetcher.consume(chain))) for chain in chains] == [3] * 12
    prefetcher.close()
    assert room.most <= 100 + 70
