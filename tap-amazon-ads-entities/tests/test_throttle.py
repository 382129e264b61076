"""Threads that share the pace of a region."""

from __future__ import annotations

import threading
import time

from tap_amazon_ads_entities.amazon.pace import FIRST_WINDOW
from tap_amazon_ads_entities.amazon.throttle import Order, Throttle
from tap_amazon_ads_entities.process.deadline import Stop


def limited() -> Throttle:
    """A region that has just refused a request, and lets four a second pass."""
    throttle = Throttle()
    assert throttle.acquire(Stop(), 1.0) == 0.0
    throttle.refused(0.3)
    return throttle


def test_a_thread_waits_no_longer_than_its_time() -> None:
    throttle = Throttle()
    assert throttle.acquire(Stop(), 1.0) == 0.0
    throttle.refused(30.0)
    assert throttle.acquire(Stop(), 5.0) is None


def test_a_thread_that_is_told_to_stop_does_not_wait() -> None:
    throttle = Throttle()
    for _ in range(FIRST_WINDOW):
        assert throttle.acquire(Stop(), 1.0) == 0.0
    stop = Stop()
    stop.request()
    assert throttle.acquire(stop, 60.0) is None
    throttle.unanswered()
    assert throttle.acquire(Stop(), 1.0) == 0.0


def test_requests_for_earlier_pages_go_first() -> None:
    throttle, passed = limited(), []

    def ask(order: Order) -> None:
        assert throttle.acquire(Stop(), 60.0, order) is not None
        passed.append(order)

    orders: list[Order] = [(2,), (1, 1), (3,), (1,), (1, 0)]
    threads = [threading.Thread(target=ask, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed == sorted(orders)


def test_requests_for_later_pages_are_overtaken_for_a_while_only() -> None:
    throttle, stop = limited(), Stop()

    def ask_again_and_again() -> None:
        while throttle.acquire(stop, 60.0, (0,)) is not None:
            throttle.granted()

    earlier = [threading.Thread(target=ask_again_and_again) for _ in range(3)]
    for thread in earlier:
        thread.start()
    time.sleep(0.1)
    waited = throttle.acquire(Stop(), 8.0, (9,))
    stop.request()
    for thread in earlier:
        thread.join()
    # A quarter of its time.
    assert waited is not None
    assert 2.0 <= waited < 8.0


def test_what_was_waited_for_a_limit_is_told() -> None:
    throttle = limited()
    waited = throttle.acquire(Stop(), 60.0)
    assert waited is not None
    assert 0.2 < waited < 10
