"""The HTTP policy as a table of (status, body) and verdict."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tap_amazon_ads_entities.amazon.policy import BACKOFF_CAP, Verdict, backoff, classify, describe, hint, retry_after

INVALID = b'{"code":"INVALID_ARGUMENT","errors":[{"errorValue":{"invalidInputError":{"reason":"INVALID_TOKEN"}}}]}'


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"", Verdict.OK),
        (201, b"{}", Verdict.FAIL),
        (204, b"", Verdict.FAIL),
        (207, b"[]", Verdict.FAIL),
        (301, b"", Verdict.FAIL),
        (307, b"", Verdict.FAIL),
        (401, b'{"code":"401","details":"Not authorized"}', Verdict.REAUTHORIZE),
        (403, b"<html>", Verdict.FAIL),
        (404, b"[]", Verdict.FAIL),
        (406, b"", Verdict.FAIL),
        (408, b"", Verdict.RETRY),
        (413, b"", Verdict.SHRINK),
        (415, b"", Verdict.FAIL),
        (422, b'{"code":"422"}', Verdict.FAIL),
        (425, b"", Verdict.RETRY),
        (429, b'{"code":"THROTTLED","message":"x"}', Verdict.THROTTLED),
        (429, b'{"code":"429","details":"x"}', Verdict.THROTTLED),
        (429, b"", Verdict.THROTTLED),
        (429, b"<html>", Verdict.THROTTLED),
        (500, b'{"code":"INTERNAL_ERROR"}', Verdict.SHRINK),
        (502, b"<html>", Verdict.RETRY),
        (503, b"", Verdict.RETRY),
        (504, b"", Verdict.RETRY),
        (599, b"", Verdict.RETRY),
    ],
)
@pytest.mark.parametrize("with_page_token", [False, True])
def test_status_first(status: int, body: bytes, verdict: Verdict, *, with_page_token: bool) -> None:
    assert classify(status, body, with_page_token=with_page_token) is verdict


@pytest.mark.parametrize("body", [b'{"code":"BAD_REQUEST","message":"x"}', b'{"code":"INVALID_ARGUMENT"}', b""])
def test_a_bad_request_with_a_next_token_restarts_because_the_one_without_was_answered(body: bytes) -> None:
    assert classify(400, body, with_page_token=True) is Verdict.RESTART
    assert classify(400, body, with_page_token=False) is Verdict.FAIL


def test_an_invalid_page_token_restarts_and_an_invalid_access_token_reauthorizes() -> None:
    assert classify(400, INVALID, with_page_token=True) is Verdict.RESTART
    assert classify(400, INVALID, with_page_token=False) is Verdict.REAUTHORIZE


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    now = datetime(2026, 11, 24, 12, 0, 0, tzinfo=timezone.utc)
    assert retry_after({"retry-after": header}, now) == seconds


def test_backoff_grows_has_full_jitter_and_a_cap() -> None:
    assert [backoff(attempt, draw=1.0) for attempt in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 8.0]
    assert backoff(1, draw=0.0) == 0.0
    assert backoff(50, draw=1.0) == BACKOFF_CAP
    waits = [backoff(3) for _ in range(200)]
    assert 0.0 <= min(waits) < 1.0
    assert 3.0 < max(waits) <= 4.0


def test_backoff_counts_as_far_as_a_patient_caller_does() -> None:
    # A server may ask for a wait of 0 seconds that often within one deadline.
    assert backoff(5000, draw=1.0) == BACKOFF_CAP


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"code":"THROTTLED","message":"slow down"}', "HTTP 429 THROTTLED: slow down"),
        (b'{"code":"429","details":"slow down"}', "HTTP 429 slow down"),
        (b'{"errorCode":"X","message":"y"}', "HTTP 429 X: y"),
        (b"<html>secret page</html>", "HTTP 429 with a body that is not JSON"),
        (b"", "HTTP 429 with an empty body"),
        (b"[]", "HTTP 429"),
    ],
)
def test_errors_are_described_in_amazons_words(body: bytes, words: str) -> None:
    assert describe(429, body) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "this endpoint does not exist on this host"),
        (b"<html>", "this endpoint does not exist on this host"),
        (b'{"code":"404"}', "this endpoint does not exist on this host"),
        (
            b'{"code":"NOT_FOUND","details":"Could not find resource for full path: https://x/v2/sp/campaigns"}',
            "this endpoint does not exist on this host",
        ),
        (b'{"code":"NOT_FOUND","details":"Method Not Found"}', "this endpoint does not exist on this host"),
        (b'{"code":"404","details":"Export not found"}', "Amazon has no such thing, or this user may not see it"),
        (b'{"code":"NOT_FOUND","message":"Profile 123 was not found"}', "Amazon has no such thing"),
    ],
)
def test_an_entity_that_is_missing_is_no_endpoint_that_is_missing(body: bytes, words: str) -> None:
    assert hint(404, body).startswith(words)
