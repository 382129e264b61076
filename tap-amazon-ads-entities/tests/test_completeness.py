"""No list ends a slice well unless it was read to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from harness.account import LISTS, NEW, OLD, PROFILE, Account, as_json, campaign
from harness.rogue import Answer, Asked

from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import Paging
from tap_amazon_ads_entities.lists.completeness import FRUITLESS, Judge
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.rows.values import utc_text

PAGED = sorted(path for path, each in LISTS.items() if each.paging is Paging.NEXT_TOKEN and each.total_field)
WITHOUT_TOTAL = sorted(
    path for path, each in LISTS.items() if each.paging is Paging.NEXT_TOKEN and not each.total_field
)
OFFSETS = sorted(path for path, each in LISTS.items() if each.paging is Paging.OFFSET)


def item(path: str, number: int, **more: Any) -> dict[str, Any]:
    """A row of any list."""
    endpoint = LISTS[path]
    upper = path.startswith(("sp/", "sb/v4", "portfolios"))
    common: dict[str, Any] = {
        "campaignId": "1" if upper else 1,
        "adGroupId": "1" if upper else 1,
        "name": f"name {number}",
        "state": "ENABLED" if upper else "enabled",
        "keywordText": "word",
        "matchType": "EXACT" if upper else "exact",
        "expression": [{"type": "asinSameAs", "value": "B0"}],
        "expressions": [{"type": "asinSameAs", "value": "B0"}],
        "themeType": "KEYWORDS_RELATED_TO_YOUR_BRAND",
    }
    return {**common, endpoint.id_field: str(number) if upper else number, **more}


def rows_of(done: Any, path: str) -> set[str]:
    entity = LISTS[path].entity
    column = {"portfolios": "portfolio_id", "campaigns": "campaign_id", "ad_groups": "ad_group_id"}
    key = column.get(entity, "ad_id" if entity == "ads" else "target_id")
    return {str(row[key]) for row in done.records(f"entity_{entity}")}


def paged(path: str, pages: Callable[[int], list[list[int]]], total: Any) -> Callable[[Asked, int], Answer]:
    """A list whose reads differ: `pages` gives the ids of the pages of a read, by its number."""
    endpoint = LISTS[path]
    reads: dict[Any, int] = {}

    def answer(asked: Asked, _: int) -> Answer:
        body = json.loads(asked.body or b"{}")
        token, extended = body.get("nextToken"), body.get("includeExtendedDataFields")
        if token is None:
            reads[extended] = reads.get(extended, -1) + 1
        read, place = (int(part) for part in token.split(":")) if token else (reads[extended], 0)
        found = pages(read)
        document: dict[str, Any] = {str(endpoint.envelope): [item(path, number) for number in found[place]]}
        if endpoint.total_field and total == "its own":
            document[endpoint.total_field] = sum(map(len, found))
        elif endpoint.total_field and total is not None:
            document[endpoint.total_field] = total(place) if callable(total) else total
        if place + 1 < len(found):
            document["nextToken"] = f"{read}:{place + 1}"
        return as_json(document)

    return answer


def offsets(path: str, rows: int, hole: Callable[[int, int], bool] = lambda _start, _times: False) -> Any:
    """An offset list with that many rows, whose page from `start` is empty where `hole` says so."""
    asked_before: dict[tuple[str, int], int] = {}

    def answer(asked: Asked, _: int) -> Answer:
        query = dict(part.split("=") for part in asked.path.partition("?")[2].split("&"))
        start, count = int(query["startIndex"]), min(int(query["count"]), 100)
        key = (
            str(sorted((name, value) for name, value in query.items() if name not in {"startIndex", "count"})),
            start,
        )
        asked_before[key] = asked_before.get(key, 0) + 1
        if hole(start, asked_before[key] - 1):
            return as_json([])
        return as_json([item(path, number + 1) for number in range(start, min(start + count, rows))])

    return answer


# --- what a list says of itself ------------------------------------------------------------


@pytest.mark.parametrize("path", ["sp/campaigns/list", "sb/targets/list"])
def test_pages_that_come_over_and_over_are_an_error_long_before_the_deadline(
    run: Any, account: Account, path: str
) -> None:
    def answer(_: Asked, times: int) -> Answer:
        first = 1 + 2 * (times % 2)
        items = [item(path, number) for number in (first, first + 1)]
        return as_json({str(LISTS[path].envelope): items, "nextToken": f"token {times}"})

    account.answers[path] = answer
    done = run()
    said = done.slices[LISTS[path].entity]["error"]
    assert done.code == 1
    assert f"{path}: 50 pages in a row brought only rows that had come before" in said
    assert "throttled" not in said


def test_a_deadline_is_not_called_throttling_where_nothing_was_refused(run: Any, account: Account) -> None:
    account.answers["sp/campaigns/list"] = lambda _, times: as_json(
        {"campaigns": [campaign(times)], "nextToken": f"token {times}"}
    )
    done = run(config={"entities": ["campaigns"], "slice_deadline": 1})
    said = done.slices["campaigns"]["error"]
    assert "no time is left for this slice" in said
    assert "throttled" not in said


def test_pages_that_come_again_because_a_list_was_begun_again_are_not_in_vain() -> None:
    attempt = Judge("id").begin()
    pages = [Page(json.dumps([{"id": number}]).encode(), 1) for number in range(2 * FRUITLESS)]
    for page in pages:
        attempt.see(page)
    attempt.restart()
    for page in pages:
        attempt.see(page)
    assert not attempt.in_vain
    for page in pages:
        attempt.see(page)
    assert attempt.in_vain


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        *(({name: "Too many"}, "an error beside") for name in ("message", "Errors", "error_code", "fault", "details")),
        ({"success": False}, "an error beside"),
        *(({name: "x"}, "there may be more") for name in ("NextToken", "next_token", "pagination", "cursor")),
        *(({name: True}, "there may be more") for name in ("partialResults", "truncated", "hasMore")),
        *(({name: 6}, "gave 1 of 6 rows") for name in ("total", "TotalResults", "totalItems")),
    ],
)
def test_a_list_beside_which_something_says_that_it_is_not_all_is_an_error(
    run: Any, account: Account, beside: dict[str, Any], said: str
) -> None:
    account.answers["sp/campaigns/list"] = lambda *_: as_json({"campaigns": [campaign(1)], **beside})
    done = run(config={"entities": ["campaigns"]})
    assert done.code == 1
    assert said in done.slices["campaigns"]["error"]
    assert not done.bookmark("campaigns")


def test_ids_that_differ_in_zeros_in_front_are_two_rows(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1), {**campaign(1), "campaignId": "01"}]
    done = run()
    assert done.code == 0, done.log
    assert rows_of(done, "sp/campaigns/list") == {"1", "01"}


# --- totals -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGED)
def test_a_list_that_stays_short_of_its_total_is_an_error_with_its_numbers(
    run: Any, account: Account, path: str
) -> None:
    account.answers[path] = paged(path, lambda _: [list(range(1, 11))], 5000)
    done = run()
    entity = LISTS[path].entity
    slice_ = done.slices[entity]
    assert done.code == 1
    assert slice_["status"] == "error"
    assert f"{path}: gave 10 of 5,000 rows" in slice_["error"]
    assert rows_of(done, path) >= {str(number) for number in range(1, 11)}
    assert "replication_key_value" not in done.bookmark(entity)
    assert "full_read" not in done.bookmark(entity)


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("total", ["6", 6, " 6 "])
def test_rows_that_slipped_over_a_page_boundary_come_with_the_next_read(
    run: Any, account: Account, path: str, total: Any
) -> None:
    account.answers[path] = paged(
        path, lambda read: [[1, 2, 3], [2, 5, 6]] if read == 0 else [[1, 2, 3], [4, 5, 6]], total
    )
    done = run()
    assert done.code == 0, done.log
    assert rows_of(done, path) >= {"1", "2", "3", "4", "5", "6"}
    assert done.slices[LISTS[path].entity]["details"]["endpoints"][path]["reads"] == 2


def test_the_largest_total_counts(run: Any, account: Account) -> None:
    path = "sp/campaigns/list"
    first, second = list(range(1, 16)), list(range(17, 31))
    account.answers[path] = paged(
        path,
        lambda read: [first, second] if read == 0 else [first, [*second, 16]],
        lambda place: 30 if place == 0 else 29,
    )
    done = run()
    assert done.code == 0, done.log
    assert len(rows_of(done, path)) == 30


@pytest.mark.parametrize("total", [3, 4])
def test_events_that_say_the_same_are_one_row_and_count_as_often_as_they_come(
    run: Any, account: Account, total: int
) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    at = int(datetime.now(tz=timezone.utc).timestamp() * 1000) - 86_400_000
    paused = {"timestamp": at, "entityType": "CAMPAIGN", "entityId": "1", "changeType": "STATUS", "newValue": "PAUSED"}
    events = [paused, {**paused, "newValue": "ENABLED"}, paused]
    account.answers["history"] = lambda *_: as_json({"events": events, "totalResults": total})
    done = run(config={"entities": ["campaigns"], "change_events": True})
    assert len({row["event_id"] for row in done.records("change_events")}) == 2
    slice_ = done.slices["change_events"]
    if total == 4:
        assert (done.code, "gave 3 of 4 rows" in slice_["error"]) == (1, True)
    else:
        assert done.code == 0, done.log
        assert "reads" not in slice_["details"]["endpoints"]["history SP"]


@pytest.mark.parametrize(
    ("setting", "code"), [("2", 0), (2, 0), ("20%", 0), ("20.5 %", 0), ("1", 1), ("19.9%", 1), ("0", 1), (None, 1)]
)
def test_an_accepted_shortfall_is_accepted_and_said(run: Any, account: Account, setting: Any, code: int) -> None:
    path = "sp/campaigns/list"
    account.answers[path] = paged(path, lambda _: [list(range(1, 9))], 10)
    done = run(config={} if setting is None else {"accepted_shortfall": setting})
    assert done.code == code, done.log
    details = done.slices["campaigns"]["details"]["endpoints"][path]
    assert details["shortfall"] == 2
    assert details.get("accepted_shortfall") == (2 if code == 0 else None)
    assert ("accepted: 2 of 10 rows are missing" in done.log) is (code == 0)


@pytest.mark.parametrize("setting", ["-1", "100%", "x", True, "1e3", "5 rows"])
def test_a_shortfall_that_is_none_is_refused(run: Any, setting: Any) -> None:
    done = run(config={"accepted_shortfall": setting})
    assert done.code != 0
    assert "Setting 'accepted_shortfall' is wrong" in done.log
    assert done.messages == []


# --- lists without a total ----------------------------------------------------------------


@pytest.mark.parametrize("path", OFFSETS)
def test_an_offset_list_ends_where_two_questions_agree(run: Any, account: Account, path: str) -> None:
    account.answers[path] = offsets(path, 1500, lambda start, times: start == 700 and times == 0)
    done = run()
    assert done.code == 0, done.log
    assert {str(number) for number in range(1, 1501)} <= rows_of(done, path)


@pytest.mark.parametrize("path", OFFSETS)
def test_a_hole_that_stays_is_an_error(run: Any, account: Account, path: str) -> None:
    account.answers[path] = offsets(path, 1500, lambda start, _: start == 700)
    done = run()
    assert done.code == 1
    assert "although rows lie beyond" in done.slices[LISTS[path].entity]["error"]
    # What could be read is stored.
    assert len(rows_of(done, path)) >= 700


@pytest.mark.parametrize("path", WITHOUT_TOTAL)
def test_a_token_list_without_a_total_ends_where_two_questions_agree(run: Any, account: Account, path: str) -> None:
    asked: list[Any] = []

    def answer(request: Asked, times: int) -> Answer:
        body = json.loads(request.body)
        asked.append(body.get("nextToken"))
        if body.get("nextToken") == "b":
            return as_json({str(LISTS[path].envelope): [item(path, 2)]})
        document: dict[str, Any] = {str(LISTS[path].envelope): [item(path, 1)]}
        return as_json(document if times == 0 else {**document, "nextToken": "b"})

    account.answers[path] = answer
    done = run()
    assert done.code == 0, done.log
    assert rows_of(done, path) >= {"1", "2"}


def test_rows_that_come_twice_in_a_list_without_a_total_have_it_read_again(run: Any, account: Account) -> None:
    path = "sb/targets/list"
    account.answers[path] = paged(
        path, lambda read: [[1, 2, 3], [3, 5, 6]] if read == 0 else [[1, 2, 3], [4, 5, 6]], None
    )
    done = run()
    assert done.code == 0, done.log
    assert rows_of(done, path) == {"1", "2", "3", "4", "5", "6"}


# --- parts --------------------------------------------------------------------------------


def test_a_part_is_judged_by_distinct_ids(run: Any, account: Account) -> None:
    path = "sp/campaigns/list"
    states = {number: "PAUSED" if number <= 60 else "ENABLED" for number in range(1, 71)}

    def answer(asked: Asked, _: int) -> Answer:
        body = json.loads(asked.body)
        wanted = body["stateFilter"]["include"]
        rows = [number for number, state in states.items() if state in wanted]
        total = len(rows)
        if wanted == ["PAUSED"]:
            rows = rows[:40]
        start = int(body.get("nextToken", 0))
        document: dict[str, Any] = {
            "campaigns": [item(path, number, state=states[number]) for number in rows[start : start + 2]],
            "totalResults": total,
        }
        if start + 2 < len(rows):
            document["nextToken"] = str(start + 2)
        return as_json(document)

    account.answers[path] = answer
    done = run(config={"page_size": 2})
    assert done.code == 0, done.log
    assert len(rows_of(done, path)) == 70


# --- lists that others need ----------------------------------------------------------------


def keywords_by_campaign(path: str, campaigns: range, orphans: tuple[int, ...] = ()) -> Any:
    """One keyword a campaign. Without a filter only those of campaigns that nobody lists come."""

    def answer(asked: Asked, _: int) -> Answer:
        query = dict(part.split("=") for part in asked.path.partition("?")[2].split("&"))
        if query["startIndex"] != "0":
            return as_json([])
        wanted = query.get("campaignIdFilter", "").replace("%2C", ",")
        numbers = [each for each in campaigns if str(each) in wanted.split(",")] if wanted else list(orphans)
        return as_json([item(path, 100 + number, campaignId=number) for number in numbers])

    return answer


def test_a_list_that_is_read_for_another_one_is_held_to_the_same_judgement(run: Any, account: Account) -> None:
    path = "sb/v4/campaigns/list"

    def answer(asked: Asked, _: int) -> Answer:
        extended = json.loads(asked.body).get("includeExtendedDataFields")
        ids = [0, 1, 2, 3, 4, 5] if extended else [0, 1, 2, 3, 4, 4]
        return as_json({"campaigns": [item(path, number) for number in ids], "totalCount": 6})

    account.answers[path] = answer
    account.answers["sb/keywords"] = keywords_by_campaign("sb/keywords", range(6))
    done = run()
    assert done.code == 1
    assert done.slices["campaigns"]["status"] == "success"
    assert "needs a list that is not complete: sb/v4/campaigns/list gave 5 of 6 rows" in done.slices["targets"]["error"]
    assert rows_of(done, "sb/keywords") >= {"100", "101", "102", "103", "104"}


def test_what_a_list_lends_to_others_has_an_id_and_one_parent(run: Any, account: Account) -> None:
    path = "sb/v4/campaigns/list"
    nameless = {**item(path, 2), "campaignId": None}
    account.answers[path] = lambda asked, _: as_json(
        {
            "campaigns": [item(path, 1), item(path, 2) if b'DataFields":true' in asked.body else nameless],
            "totalCount": 2,
        }
    )
    groups = [item("sd/adGroups/extended", 1, campaignId=number) for number in (1, 2)]
    account.rows["sd/adGroups"] = groups
    account.rows["sd/negativeTargets/extended"] = [item("sd/negativeTargets/extended", 5)]
    done = run()
    assert done.code == 1
    assert done.slices["campaigns"]["status"] == "success"
    error = done.slices["targets"]["error"]
    assert f"{path} holds what cannot be read: campaignId None with campaignId None" in error
    assert "sd/adGroups holds what cannot be read: adGroupId 1 is named with campaignId 1 and with 2" in error


def test_what_confirmed_lists_need_is_confirmed(run: Any, account: Account) -> None:
    path = "sb/v4/campaigns/list"
    account.answers[path] = paged(path, lambda read: [[1]] if read == 0 else [[1, 2]], "its own")
    account.answers["sb/keywords"] = keywords_by_campaign("sb/keywords", range(1, 3))
    done = run(config={"confirm_reads": True})
    assert done.code == 0, done.log
    assert rows_of(done, "sb/keywords") == {"101", "102"}


@pytest.mark.parametrize("path", ["sb/keywords", "sb/negativeKeywords"])
def test_keywords_of_campaigns_that_nobody_lists_are_stored(run: Any, account: Account, path: str) -> None:
    account.rows["sb/v4/campaigns/list"] = [item("sb/v4/campaigns/list", 1)]
    account.answers[path] = keywords_by_campaign(path, range(1, 2), orphans=(77,))
    done = run()
    assert done.code == 0, done.log
    assert rows_of(done, path) == {"101", "177"}


# --- what was there before ------------------------------------------------------------------


def test_a_list_that_shrank_by_more_than_half_is_read_once_more(run: Any, account: Account) -> None:
    path = "sp/campaigns/list"
    account.rows[path] = [campaign(number) for number in range(1, 11)]
    first = run()
    account.answers[path] = paged(path, lambda read: [[1, 2]] if read == 0 else [list(range(1, 11))], "its own")
    done = run(first.state)
    assert done.code == 0, done.log
    assert len(rows_of(done, path)) == 10
    assert f"{path}: it held 10 rows when it was last read, now 2, reading it once more" in done.log
    # It has really shrunk.
    account.answers[path] = paged(path, lambda _: [[1, 2]], 2)
    shrunk = run(done.state)
    assert shrunk.code == 0, shrunk.log
    assert shrunk.bookmark("campaigns")["rows"][path] == 2


def dated(path: str, number: int, made: str = OLD, changed: str = OLD, **more: Any) -> dict[str, Any]:
    """A row of any list with times."""
    if path.startswith("sd/"):
        return item(path, number, creationDate=epoch(made), lastUpdatedDate=epoch(changed), **more)
    extended = {"creationDateTime": made, "lastUpdateDateTime": changed}
    if path.startswith("sb/"):
        extended = {"creationDate": epoch(made), "lastUpdateDate": epoch(changed)}
    return item(path, number, extendedData=extended, **more)


def epoch(moment: str) -> int:
    return int(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)


BY_TIME = {"refresh_statuses": False}


def test_what_has_no_time_of_its_making_is_emitted_however_old_it_is(run: Any, account: Account) -> None:
    path = "sd/productAds/extended"
    ads = [{**dated(path, number, state="archived"), "creationDate": 0} for number in (1, 2)]
    account.rows[path] = [ads[0], dated(path, 3, changed=NEW)]
    first = run()
    account.rows[path] += ads[1:]
    assert rows_of(run(first.state), path) == {"1", "2", "3"}


@pytest.mark.parametrize(("path", "config"), [("sb/v4/ads/list", {}), ("sd/targets/extended", BY_TIME)])
def test_an_old_row_that_a_read_had_missed_without_a_sign_is_emitted_by_the_next(
    run: Any, account: Account, path: str, config: dict[str, Any]
) -> None:
    entity = LISTS[path].entity
    config = {**config, "entities": [entity]}
    state = "archived" if path.startswith("sd/") else "ARCHIVED"
    ads = [*(dated(path, number, state=state) for number in range(1, 5)), dated(path, 5, changed=NEW)]
    account.rows[path] = [ads[0], *ads[2:]]
    first = run(config=config)
    # One that is gone hides, from whoever only counts, one that has come.
    account.rows[path] = ads[1:]
    second = run(first.state, config=config)
    assert second.code == 0, second.log
    assert rows_of(second, path) == {"2", "3", "4", "5"}
    assert second.slices[entity]["mode"] == "incremental"
    assert "the complete read before this one gave others" in second.slices[entity]["details"]["read_in_full"]
    assert second.slices[entity]["details"]["endpoints"][path]["rows"] == 4
    # From now on they are those that are known.
    third = run(second.state, config=config)
    assert third.code == 0
    assert rows_of(third, path) == {"5"}
    assert "read_in_full" not in third.slices[entity]["details"]
    # Any read may have been the short one, an incremental one as well.
    account.rows[path] = [*ads[1:3], ads[4]]
    fourth = run(third.state, config=config)
    account.rows[path] = ads[1:]
    fifth = run(fourth.state, config=config)
    assert rows_of(fifth, path) == {"2", "3", "4", "5"}


def test_accounts_that_live_are_not_read_twice_for_their_old_rows(run: Any, account: Account) -> None:
    path, lately = "sp/productAds/list", utc_text(datetime.now(tz=timezone.utc) - timedelta(hours=2))
    old = [dated(path, 1, state="ARCHIVED"), item(path, 3)]
    # Changed, changed with a time that goes back, and new.
    lives = [[dated(path, 2, changed=NEW)], [dated(path, 2, changed=lately)], [dated(path, 2, state="ARCHIVED")]]
    lives.append([*lives[-1], dated(path, 4, made=lately, changed=lately)])
    more: list[dict[str, Any]] = [
        {"lookback_hours": 1},
        {},
        {"lookback_hours": 50},
        {"ad_products": ["SB"]},
        {"mode": "full", "ad_products": ["SP"]},
        {"refresh_statuses": True},
        {},
    ]
    state = None
    for rows, settings in zip([*lives, *(lives[-1] for _ in more)], [{} for _ in lives] + more, strict=True):
        account.rows[path] = [*old, *rows]
        done = run(state, config={**BY_TIME, "entities": ["ads"], **settings})
        assert done.code == 0, done.log
        assert "read_in_full" not in done.slices["ads"]["details"]
        state = done.state


def test_a_slice_whose_second_read_fails_is_an_error_and_is_read_twice_the_next_time(
    run: Any, account: Account
) -> None:
    path = "sd/productAds/extended"
    ads = [dated(path, number, state="archived") for number in (1, 2)] + [dated(path, 3, changed=NEW)]
    account.rows[path] = ads[1:]
    config = {"entities": ["ads"]}
    first = run(config=config)
    account.rows[path] = ads
    whole = as_json(ads)

    def answer(asked: Asked, number: int) -> Answer:
        if "startIndex=0" not in asked.path:
            return as_json([])
        return whole if number == 0 else Answer(b"{}", 500)

    account.answers[path] = answer
    second = run(first.state, config=config)
    assert (second.code, "HTTP 500" in second.slices["ads"]["error"]) == (1, True)
    assert second.bookmark("ads") == first.bookmark("ads")
    del account.answers[path]
    third = run(second.state, config=config)
    assert (third.code, rows_of(third, path)) == (0, {"1", "2", "3"})


def test_confirmed_reads_take_what_all_reads_gave(run: Any, account: Account) -> None:
    path = "sp/campaigns/list"
    reads = [[[1, 2]], [[1, 2, 3]], [[1, 2, 4]], [[1, 2, 4]]]
    account.answers[path] = paged(path, lambda read: reads[min(read, 3)], "its own")
    done = run(config={"confirm_reads": True})
    assert done.code == 0, done.log
    assert rows_of(done, path) == {"1", "2", "3", "4"}
    assert done.slices["campaigns"]["details"]["endpoints"][path]["reads"] == 4


def test_what_never_stays_the_same_is_an_error_where_reads_are_confirmed(run: Any, account: Account) -> None:
    path = "sp/campaigns/list"
    account.answers[path] = paged(path, lambda read: [[1, 2, 10 + read]], "its own")
    done = run(config={"confirm_reads": "true"})
    assert done.code == 1
    assert "kept changing while it was read 8 times" in done.slices["campaigns"]["error"]


# --- profiles -----------------------------------------------------------------------------


def profile(number: int | None = 1, kind: Any = "seller") -> dict[str, Any]:
    made: dict[str, Any] = {"countryCode": "US", "currencyCode": "USD", "accountInfo": {"id": "A", "type": kind}}
    if kind is None:
        del made["accountInfo"]["type"]
    return made if number is None else {"profileId": number, **made}


@pytest.mark.parametrize("kind", ["Vendor", None, "SELLER", "author"])
def test_profiles_of_unknown_type_are_read(run: Any, account: Account, kind: Any) -> None:
    account.profiles = [profile(1), profile(2, kind)]
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run()
    assert done.code == 0, done.log
    assert {row["profile_id"] for row in done.records("entity_campaigns")} == {"1", "2"}


@pytest.mark.parametrize("kind", ["agency", "Agency"])
def test_agencies_are_skipped(run: Any, account: Account, kind: str) -> None:
    account.profiles = [profile(1), profile(2, kind)]
    done = run()
    assert done.code == 0
    assert {row["profile_id"] for row in done.records("entity_profiles")} == {"1"}


@pytest.mark.parametrize("broken", [profile(None), {**profile(), "profileId": ""}, {**profile(), "profileId": None}, 7])
def test_a_profile_that_cannot_be_read_is_an_error_and_costs_the_others_nothing(
    run: Any, account: Account, broken: Any
) -> None:
    account.profiles = [profile(1), broken]
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run()
    assert done.code == 1
    assert len(done.records("entity_campaigns")) == 1
    assert done.slices["campaigns"]["status"] == "success"
    assert "profile" in done.slices["profiles"]["error"]
    assert done.slices["profiles"]["status"] == "error"


@pytest.mark.parametrize("written", ["1.0", "1.000", "1e0"])
def test_an_id_that_is_written_in_another_way_is_no_other_row(run: Any, account: Account, written: str) -> None:
    body = (
        f'{{"campaigns": [{{"campaignId": 1}}, {{"campaignId": 2}}, {{"campaignId": {written}}}], "totalResults": 3}}'
    )
    account.answers["sp/campaigns/list"] = lambda _asked, _times: Answer(body.encode())
    done = run()
    assert done.code == 1
    assert "gave 2 of 3 rows" in done.slices["campaigns"]["error"]


@pytest.mark.parametrize(
    ("total", "says"),
    [
        ("3.0", "gave 2 of 3 rows"),
        ('"3"', "gave 2 of 3 rows"),
        ('" 3.0 "', "gave 2 of 3 rows"),
        ("[3]", "total or requestId cannot be read"),
        ('"1,000"', "total or requestId cannot be read"),
        ("true", "total or requestId cannot be read"),
    ],
)
def test_a_total_is_read_or_the_page_is_none(run: Any, account: Account, total: str, says: str) -> None:
    body = f'{{"campaigns": [{{"campaignId": 1}}, {{"campaignId": 2}}], "totalResults": {total}}}'
    account.answers["sp/campaigns/list"] = lambda _asked, _times: Answer(body.encode())
    done = run()
    assert done.code == 1
    assert says in done.slices["campaigns"]["error"]


def test_a_total_counts_under_either_name(run: Any, account: Account) -> None:
    account.answers["sp/campaigns/list"] = lambda _asked, _times: Answer(b'{"campaigns": [], "totalCount": 10}')
    done = run()
    assert done.code == 1
    assert "gave 0 of 10 rows" in done.slices["campaigns"]["error"]


@pytest.mark.parametrize("more", ['"errors": [1]', '"code": "500", "details": "x"', '"error": "x"'])
def test_an_error_beside_an_empty_list_is_an_error(run: Any, account: Account, more: str) -> None:
    body = f'{{"campaigns": [], {more}}}'
    account.answers["sp/campaigns/list"] = lambda _asked, _times: Answer(body.encode())
    done = run()
    assert done.code == 1
    assert "an error beside an empty list" in done.slices["campaigns"]["error"]


@pytest.mark.parametrize("hole", [(200, 300), (200, 300, 400), (300,)])
def test_a_hole_of_several_pages_is_not_the_end(run: Any, account: Account, hole: tuple[int, ...]) -> None:
    def answer(asked: Asked, _: int) -> Answer:
        start = int(asked.path.partition("startIndex=")[2].partition("&")[0])
        return as_json(
            [item("sd/productAds/extended", start + each) for each in range(100)]
            if start < 1200 and start not in hole
            else []
        )

    account.answers["sd/productAds/extended"] = answer
    done = run(config={"page_size": 100})
    assert done.code == 1
    assert "although rows lie beyond" in done.slices["ads"]["error"]


def test_a_refusal_of_a_product_that_had_rows_is_no_known_reason(run: Any, account: Account) -> None:
    kdp = profile(int(PROFILE))
    kdp["accountInfo"]["subType"] = "KDP_AUTHOR"
    account.profiles = [kdp]
    account.rows["sd/campaigns/extended"] = [item("sd/campaigns/extended", 1)]
    first = run()
    assert first.code == 0, first.log
    account.answers["sd/campaigns/extended"] = lambda _asked, _times: Answer(b'{"code": "403"}', 403)
    assert run(first.state).code == 1
    assert run().code == 0


def test_a_list_that_had_no_rows_is_emitted_whole_once_it_has_some(run: Any, account: Account) -> None:
    kdp = profile(int(PROFILE))
    kdp["accountInfo"]["subType"] = "KDP_AUTHOR"
    account.profiles = [kdp]
    dated = {"lastUpdateDateTime": "2026-01-01T00:00:00.000Z"}
    account.rows["sp/productAds/list"] = [item("sp/productAds/list", 1, extendedData=dated)]
    path = "sd/productAds/extended"
    account.answers[path] = lambda _asked, _times: Answer(b'{"code": "403"}', 403)
    first = run()
    assert first.code == 0, first.log
    del account.answers[path]
    # Long archived when the first run came by.
    old = {"state": "archived", "creationDate": 1_400_000_000_000, "lastUpdatedDate": 1_500_000_000_000}
    account.rows[path] = [item(path, number, **old) for number in (2, 3)]
    done = run(first.state)
    assert done.code == 0, done.log
    assert {row["ad_id"] for row in done.records("entity_ads")} == {"1", "2", "3"}
    # They are not old ones that had been hidden: all of them have been emitted, and nothing need be read again.
    assert "read_in_full" not in done.slices["ads"]["details"]


def listed(*answers: list[int]) -> Callable[[Asked, int], Answer]:
    """Profiles as one region names them, time after time; the others have none."""
    times = iter(answers)
    last = answers[-1]
    return lambda asked, _: as_json(
        [profile(each) for each in next(times, last)] if asked.path.startswith("/na/") else []
    )


def test_a_list_that_lacks_a_profile_of_before_is_asked_for_once_more(run: Any, account: Account) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    account.profiles = [profile(1), profile(2), profile(3)]
    known = run().state
    account.answers["v2/profiles"] = listed([1, 3], [2, 3])
    done = run(known)
    assert done.code == 0, done.log
    assert {row["profile_id"] for row in done.records("entity_profiles")} == {"1", "2", "3"}
    assert "2 of the 3 profiles of earlier runs were listed: asking once more" in done.log


def test_a_profile_that_is_gone_is_named(run: Any, account: Account) -> None:
    account.profiles = [profile(1), profile(2)]
    known = run().state
    account.profiles = [profile(1)]
    done = run(known)
    assert done.code == 0, done.log
    assert "no longer visible, so that their rows stay as they were: 2" in done.log
    assert done.slices["profiles"]["details"]["no_longer_visible"] == {"profiles": 1, "first": ["2"]}
    assert "no longer visible" not in run(known, config={"regions": "NA"}).log


def test_profiles_are_asked_for_once_more_whatever_regions_are_read(run: Any, account: Account) -> None:
    account.profiles = [profile(1), profile(2), profile(3)]
    known = run(config={"regions": "NA"}).state
    account.answers["v2/profiles"] = listed([1], [1, 2, 3])
    assert len(run(known, config={"regions": "NA"}).records("entity_profiles")) == 3


# --- refusals and statuses ------------------------------------------------------------------


@pytest.mark.parametrize("path", [each.path for each in CATALOGUE if each.unavailable_to])
@pytest.mark.parametrize("status", [400, 401, 404, 403])
def test_only_the_refusal_of_a_product_is_a_known_reason(run: Any, account: Account, path: str, status: int) -> None:
    kdp = profile(int(PROFILE))
    kdp["accountInfo"]["subType"] = "KDP_AUTHOR"
    account.profiles = [kdp]
    account.answers[path] = lambda _asked, _times: Answer(b'{"code": "403", "details": "no"}', status)
    done = run()
    assert done.code == (0 if status == 403 else 1), done.log


def test_all_lists_that_an_account_cannot_have_are_one_line(run: Any, account: Account) -> None:
    kdp = profile(int(PROFILE))
    kdp["accountInfo"]["subType"] = "KDP_AUTHOR"
    account.profiles = [kdp]
    paths = [each.path for each in CATALOGUE if each.unavailable_to]
    for path in paths:
        account.answers[path] = lambda _asked, _times: Answer(b'{"code": "403", "details": "no"}', 403)
    done = run()
    assert done.code == 0, done.log
    lines = [line for line in done.log.splitlines() if "KDP_AUTHOR" in line]
    assert len(lines) == 1, done.log
    assert f"profile {PROFILE}: {len(paths)} lists are left out" in lines[0]


def test_every_list_is_asked_for_every_state_its_filter_admits(run: Any, account: Account) -> None:
    asked: dict[str, list[str]] = {path: [] for path in LISTS}

    def note(path: str) -> Callable[[Asked, int], Answer]:
        envelope = LISTS[path].envelope

        def answer(request: Asked, _: int) -> Answer:
            asked[path].append(f"{request.path.partition('?')[2]} {request.body.decode()}")
            return as_json([] if envelope is None else {envelope: [], "totalResults": 0, "totalCount": 0})

        return answer

    for path in LISTS:
        account.answers[path] = note(path)
    assert run().code == 0
    for path, questions in asked.items():
        text = " ".join(questions)
        states = ["archived", "enabled"] if "negative" in path.lower() and path.startswith("sb/n") else None
        if path.startswith("sp/"):
            states = ["ENABLED", "PAUSED", "ARCHIVED", "ENABLING", "USER_DELETED", "PROPOSED", "OTHER"]
        for state in states or (["ENABLED", "PAUSED", "ARCHIVED"] if path.startswith("sb/v4") else ["enabled"]):
            assert state in text or path == "portfolios/list", (path, questions)
    single = [each for each in asked["sb/negativeKeywords"] if "stateFilter=enabled%2Carchived" in each]
    assert single == []
    assert any("filters" not in each for each in asked["sb/targets/list"])


@pytest.mark.parametrize(("refresh", "expected"), [(True, {"1", "3"}), (False, {"3"})])
def test_statuses_that_changed_without_a_time_of_change_are_emitted(
    run: Any, account: Account, refresh: Any, expected: set[str]
) -> None:
    keyword = "sp/keywords/list"
    dated = {"extendedData": {"creationDateTime": OLD, "lastUpdateDateTime": OLD}}
    account.rows = {
        "sp/campaigns/list": [campaign(1), campaign(2, NEW)],
        keyword: [item(keyword, 1, **dated), item(keyword, 2, state="ARCHIVED", **dated), item(keyword, 3)],
    }
    account.rows[keyword][2]["extendedData"] = {"lastUpdateDateTime": NEW}
    first = run()
    second = run(first.state, config={"refresh_statuses": refresh})
    assert second.code == 0
    assert rows_of(second, keyword) == expected
    assert rows_of(second, "sp/campaigns/list") == ({"1", "2"} if refresh else {"2"})
