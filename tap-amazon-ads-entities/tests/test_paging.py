from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.errors import BadBodyError, SliceError
from tap_amazon_ads_entities.lists.completeness import Judge
from tap_amazon_ads_entities.lists.pages import Page, parse_array, parse_envelope
from tap_amazon_ads_entities.lists.pagination import Paginator

BY_PATH = {endpoint.path: endpoint for endpoint in CATALOGUE}
TOKENS = BY_PATH["sp/campaigns/list"]
OFFSETS = BY_PATH["sd/campaigns/extended"]


def page(*numbers: int, token: str | None = None) -> Page:
    return Page(json.dumps([{"id": number} for number in numbers]).encode(), len(numbers), token)


def test_a_list_ends_when_no_token_comes() -> None:
    paginator = Paginator(TOKENS)
    assert json.loads(paginator.body(1000) or b"") == {
        "maxResults": 1000,
        "includeExtendedDataFields": True,
        "stateFilter": {"include": ["ENABLED", "PAUSED", "ARCHIVED", "ENABLING", "USER_DELETED", "PROPOSED", "OTHER"]},
    }
    paginator.advance(page(1, token="abc"))
    assert not paginator.finished
    assert json.loads(paginator.body(500) or b"")["nextToken"] == "abc"
    paginator.advance(page(2))
    assert paginator.finished


def test_an_empty_page_with_a_token_goes_on() -> None:
    paginator = Paginator(TOKENS)
    paginator.advance(page(token="a"))
    paginator.advance(page(token="b"))
    assert not paginator.finished


def test_a_token_seen_before_is_an_error() -> None:
    paginator = Paginator(TOKENS)
    paginator.advance(page(1, token="a"))
    paginator.advance(page(2, token="b"))
    with pytest.raises(SliceError, match="next token repeats"):
        paginator.advance(page(3, token="a"))


def test_a_page_that_repeats_the_last_is_an_error() -> None:
    for endpoint in (TOKENS, OFFSETS):
        paginator = Paginator(endpoint)
        paginator.advance(page(1, 2, token="a"))
        with pytest.raises(SliceError, match="repeats the one before"):
            paginator.advance(page(1, 2, token="b"))


def test_a_short_page_does_not_end_an_offset_list() -> None:
    paginator = Paginator(OFFSETS)
    assert paginator.query(100) == "?stateFilter=enabled%2C+paused%2C+archived&startIndex=0&count=100"
    paginator.advance(page(1, 2, 3))
    assert not paginator.finished
    assert "startIndex=3&" in paginator.query(100)
    paginator.advance(page())
    assert paginator.finished


def test_a_restart_forgets_where_it_was() -> None:
    paginator = Paginator(TOKENS)
    paginator.advance(page(1, token="a"))
    paginator.restart()
    assert "nextToken" not in json.loads(paginator.body(10) or b"")
    paginator.advance(page(1, token="a"))


def response(body: bytes) -> Response:
    return Response(200, {}, body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"null", "null"),
        (b"<html></html>", "HTML"),
        (b'{"campaigns":[{"a":1}', "cut short"),
        (b'{"campaigns":null}', "null"),
        (b'{"campaigns":{}}', "not the JSON"),
        (b'{"other":[]}', "no 'campaigns'"),
        (b'{"campaigns":[],"errors":[{"code":"X"}]}', "an error beside an empty list"),
        (b'{"campaigns":[{"a":1}],"error":[{"code":"X","index":1}]}', "an error beside its list"),
        (b'"text"', "not the JSON"),
        (b"\xff\xfe", "not the JSON"),
    ],
)
def test_a_body_that_is_no_page_is_never_an_empty_page(body: bytes, words: str) -> None:
    with pytest.raises(BadBodyError, match=words):
        parse_envelope(response(body), "campaigns", "totalResults")
    if not body.startswith(b'{"'):
        with pytest.raises(BadBodyError):
            parse_array(response(body))


@pytest.mark.parametrize(
    "beside",
    [
        *({name: "x"} for name in ("nextPageToken", "next_cursor", "continuation", "NextToken", "endCursor")),
        *({name: True} for name in ("partialSuccess", "isTruncated", "hasMoreResults", "incomplete")),
        *({"pageInfo": {name: True}} for name in ("hasNextPage", "truncated")),
        {"links": {"next": "https://example.com/2"}},
    ],
)
def test_whatever_says_that_there_is_more_is_heard(beside: dict[str, Any]) -> None:
    with pytest.raises(BadBodyError, match="there may be more"):
        parse_envelope(response(json.dumps({"campaigns": [{}], **beside}).encode()), "campaigns", "totalResults")


@pytest.mark.parametrize(
    ("beside", "total"),
    [
        *(({name: 6}, 6) for name in ("totalCampaigns", "total_results", "resultCount", "TotalItemCount")),
        ({"metadata": {"totalResults": "6"}}, 6),
        ({"count": "6"}, 6),
        *(({"count": number}, None) for number in (0, 1, 1000, None, "many")),
        *(({name: 6}, None) for name in ("totalCost", "pageSize", "version", "pageNumber")),
        ({"metadata": {"message": "fine", "truncated": False}, "hasMore": False, "nextCursor": ""}, None),
    ],
)
def test_a_total_is_known_by_its_words(beside: dict[str, Any], total: int | None) -> None:
    body = json.dumps({"campaigns": [{}], **beside}).encode()
    page = parse_envelope(response(body), "campaigns", "totalCount", 1000)
    assert (page.total, page.size) == (total, 1)


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"link": f"<https://x/2>{rel}"}
            for rel in ("; rel=next", ';rel="next"', "; rel='last next'", ";title=a;REL=Next")
        ),
        *({name: value} for name, value in (("x-next-page", "2"), ("x-has-more", "true"), ("x-next-token", "t"))),
    ],
)
def test_headers_that_say_that_there_is_more_are_heard(headers: dict[str, str]) -> None:
    for parse in (
        parse_array,
        lambda answer: parse_array(replace(answer, body=b"[]"), paged=True),
        lambda answer: parse_envelope(replace(answer, body=b'{"campaigns":[{}]}'), "campaigns", None),
    ):
        with pytest.raises(BadBodyError, match="there may be more"):
            parse(Response(200, headers, b"[{}]"))


def test_what_says_on_a_page_that_others_follow_is_natural_where_they_are_asked_for() -> None:
    link = {"link": '<https://x/2>; rel="next"'}
    assert parse_array(Response(200, link, b"[{}]"), paged=True).size == 1
    going_on = b'{"campaigns":[{}],"nextToken":"t","isLastPage":false}'
    assert parse_envelope(Response(200, link, going_on), "campaigns", None).size == 1
    with pytest.raises(BadBodyError, match="there may be more"):
        parse_envelope(response(b'{"campaigns":[{}],"isLastPage":false}'), "campaigns", None)


@pytest.mark.parametrize(
    ("headers", "total"),
    [
        ({"x-total-count": "6"}, 6),
        ({"x-total": "006", "x-has-more": "0", "x-pages": "001", "x-count": "\u00b2"}, 6),
        ({"content-range": "items 0-0/6"}, 6),
        ({"content-range": "bytes 0-3/6", "x-cache": "Hit", "x-has-more": "false"}, None),
        ({"link": '<https://x/1>; rel="prev", <https://x/next>; rel="last"', "x-error": "none"}, None),
        (
            {"x-amzn-requestid": "6", "x-amz-rid": "6", "x-amz-cf-pop": "FRA6", "x-content-type-options": "nosniff"},
            None,
        ),
    ],
)
def test_a_total_may_be_a_header(headers: dict[str, str], total: int | None) -> None:
    assert parse_array(Response(200, headers, b"[{}]"), paged=True).total == total
    assert parse_envelope(Response(200, headers, b'{"campaigns":[{}]}'), "campaigns", None).total == total


@pytest.mark.parametrize("name", ["maxPageNumber", "total_pages", "pageCount", "numberOfPages", "lastPage"])
def test_pages_that_did_not_come_are_missed(name: str) -> None:
    pages = [
        parse_envelope(response(json.dumps({"campaigns": [{"id": n}], name: "3"}).encode()), "campaigns", None)
        for n in range(3)
    ]
    for come in (2, 3):
        judge = Judge("id", most=1)
        attempt = judge.begin()
        for each in pages[:come]:
            attempt.see(each)
        assert judge.verdict().problem == (None if come == 3 else "gave 2 of 3 pages")


@pytest.mark.parametrize(
    ("reads", "problem"),
    [
        ([(5, 5_000), (5, None), (5, None)], None),
        ([(5, 5_000), (5, None), (4, None)], "gave 5 of 5,000 rows"),
        ([(5, 5_000), (0, 0), (0, 0)], None),
        ([(5, 5_000), (0, 0), (1, 1)], "gave 5 of 5,000 rows"),
        ([(5, 5_000), (5, 5_000), (5, 5_000)], "gave 5 of 5,000 rows"),
        ([(2, 4), (4, 4)], None),
    ],
)
def test_a_total_is_withdrawn_only_by_two_reads_that_agree(
    reads: list[tuple[int, int | None]], problem: str | None
) -> None:
    judge = Judge("id")
    for number, total in reads:
        assert judge.why_again() is not None
        judge.begin().see(replace(page(*range(number)), total=total))
    assert judge.why_again() is None
    assert judge.verdict().problem == problem


def test_a_page_is_read() -> None:
    found = parse_envelope(
        response(b'{"campaigns":[{"id":9007199254740993,"bid":0.3}],"totalResults":5,"nextToken":"t"}'),
        "campaigns",
        "totalResults",
    )
    assert (found.size, found.total, found.next_token) == (1, 5, "t")
    item = found.decoded().items[0]
    assert item["id"] == 9_007_199_254_740_993
    assert str(item["bid"]) == "0.3"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (b'"12345678901234567890"', "12345678901234567890"),
        (b"12345678901234567890", "12345678901234567890"),
        (b"null", None),
        (b'""', None),
    ],
)
def test_a_token_is_opaque_text(token: bytes, expected: str | None) -> None:
    found = parse_envelope(response(b'{"campaigns":[],"nextToken":' + token + b"}"), "campaigns", None)
    assert found.next_token == expected


def test_nul_characters_are_replaced_in_nested_text_too() -> None:
    found = parse_array(response(b'[{"a":{"b":["x\\u0000y"]}}]'))
    assert found.decoded().items == [{"a": {"b": ["x\ufffdy"]}}]


def test_an_element_that_is_no_object_is_strange() -> None:
    found = parse_array(response(b'[1, {"a": 2}]')).decoded()
    assert (found.items, [element for _, element in found.strange]) == ([{"a": 2}], [b"1"])
