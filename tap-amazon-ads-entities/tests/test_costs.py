"""What a slice says it cost: seconds of its own clock, and the ids of requests wherever Amazon puts them."""

from __future__ import annotations

import json

import pytest

from tap_amazon_ads_entities.amazon.request import Counters, throttled_seconds
from tap_amazon_ads_entities.amazon.transport import LONGEST_ERROR, Response
from tap_amazon_ads_entities.lists.pages import parse_envelope


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        ([], 0),
        ([(5, 5)], 0),
        ([(0, 3)], 3),
        ([(0, 3)] * 48, 3),
        ([(0, 3), (1, 4)], 4),
        ([(0, 1), (2, 3)], 2),
        ([(0, 1), (2, 3), (0.5, 4)], 4),
        ([(0, 1), (2, 3), (2.5, 4), (6, 7)], 4),
    ],
)
def test_what_many_workers_wait_in_the_same_second_is_one_second(
    intervals: list[tuple[float, float]], seconds: float
) -> None:
    one, several = Counters(), [Counters() for _ in intervals]
    for interval, each in zip(intervals, several, strict=True):
        one.throttled(*interval)
        each.throttled(*interval)
    assert throttled_seconds(one) == throttled_seconds(*several) == seconds
    assert throttled_seconds(one, one) == seconds


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [
        ({"amazon-advertising-api-requestid": "A"}, b"", "A"),
        ({"amazon-ads-requestid": "B"}, b"", "B"),
        ({"x-amz-request-id": "C", "amazon-ads-requestid": "B"}, b"", "C"),
        ({"amazon-ads-requestid": "B"}, {"requestId": "D"}, "B"),
        ({}, {"code": "400", "requestId": "D"}, "D"),
        ({}, {"requestId": 5}, None),
        ({}, {"requestId": "two\nlines"}, None),
        ({}, {"requestId": "x" * 201}, None),
        ({}, [{"requestId": "D"}], None),
        ({}, {"requestId": "D", "padding": "x" * LONGEST_ERROR}, None),
        ({}, b"<html>", None),
        ({}, b"[" * 100_000, None),
    ],
)
def test_the_id_of_a_request_that_failed_is_found_wherever_it_is(
    headers: dict[str, str], body: object, found: str | None
) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert Response(400, headers, raw).request_id == found


def test_a_page_may_hold_its_id_itself() -> None:
    body = b'{"campaigns": [], "requestId": "D"}'
    assert parse_envelope(Response(200, {}, body), "campaigns", None).request_id == "D"
    assert parse_envelope(Response(200, {"x-amz-rid": "A"}, body), "campaigns", None).request_id == "A"
