"""What somebody holds that the last complete read did not list is asked for by its ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.account import OLD, Account, Run, as_json, campaign
from harness.rogue import Answer, Asked

SP, SD = "sp/campaigns/list", "sd/campaigns/extended"
BY_TIME = {"refresh_statuses": False}


def by_ids(asked: Asked) -> list[str] | None:
    """The ids that a list is asked for; None where it is asked for all."""
    include = (json.loads(asked.body) if asked.body else {}).get("campaignIdFilter", {}).get("include")
    if include is None and "campaignIdFilter=" in asked.path:
        include = asked.path.partition("campaignIdFilter=")[2].partition("&")[0].replace("%2C", ",").split(",")
    return include


def answers(listed: list[int], there: list[int]) -> Callable[[Asked, int], Answer]:
    """A list of Sponsored Products that gives some campaigns, and others as well when it is asked for their ids."""

    def answer(asked: Asked, _: int) -> Answer:
        ids = by_ids(asked)
        rows = [campaign(each) for each in (listed if ids is None else there) if ids is None or str(each) in ids]
        return as_json({"campaigns": rows, "totalResults": len(rows)})

    return answer


@pytest.fixture(params=["auto", "full"])
def again(request: pytest.FixtureRequest, run: Any, account: Account) -> Callable[..., Run]:
    """A run after one that listed campaign 1, of a store that holds others as well."""

    def again(listed: list[int], there: list[int], unlisted: dict[str, list[str]], **config: Any) -> Run:
        account.rows[SP] = [campaign(1)]
        state = run().state
        state["bookmarks"]["entity_campaigns"]["partitions"][0]["unlisted"] = unlisted
        account.answers.setdefault(SP, answers(listed, there))
        done: Run = run(state, config={"entities": "campaigns", "mode": request.param, **config})
        return done

    return again


def unlisted_of(done: Run) -> Any:
    return done.slices["campaigns"]["details"].get("unlisted")


def test_what_amazon_does_not_return_by_its_id_is_gone(again: Callable[..., Run]) -> None:
    done = again([1], [1], {"sp": ["2", "3"]})
    assert done.code == 0
    assert unlisted_of(done) == {"ids": 2, "asked": ["sp"], "gone": {"sp": ["2", "3"]}}
    assert "unlisted" not in done.bookmark("campaigns")


def test_what_is_there_by_its_id_is_emitted_and_the_list_is_short(again: Callable[..., Run]) -> None:
    done = again([1], [1, 2], {"sp": ["2", "3"]})
    assert done.code == 1
    row = done.slices["campaigns"]
    assert row["error"] == f"{SP}: left out 1 rows that are there when they are asked for by their ids (2)"
    assert "2" in [each["campaign_id"] for each in done.records("entity_campaigns")]
    assert row["items_upserted"] == len(done.records("entity_campaigns"))
    assert unlisted_of(done) == {"ids": 2, "left_out": 1, "asked": ["sp"], "gone": {"sp": ["3"]}}
    # The bookmark stays, and with it what is asked for next time.
    assert done.bookmark("campaigns")["unlisted"] == {"sp": ["2", "3"]}


def test_a_row_by_its_id_that_a_stream_map_does_not_fit_fails_the_slice_in_those_words(
    again: Callable[..., Run],
) -> None:
    maps = {"entity_campaigns": {"number": "1 / (2 - int(campaign_id))"}}
    done = again([1], [1, 2], {"sp": ["2"]}, stream_maps=maps)
    assert done.code == 1
    assert "'stream_maps' does not fit a row of entity_campaigns" in done.slices["campaigns"]["error"]
    assert "vanished" not in done.log


def test_what_is_listed_again_is_emitted_however_old_it_is(again: Callable[..., Run]) -> None:
    done = again([1, 2], [1, 2], {"sp": ["2"]}, **BY_TIME, lookback_hours=0)
    assert done.code == 0
    assert [each["last_updated_time"] for each in done.records("entity_campaigns") if each["campaign_id"] == "2"] == [
        OLD
    ]
    assert unlisted_of(done) == {"ids": 1, "listed_again": 1, "asked": ["sp"]}


def test_a_server_that_does_not_know_the_filter_proves_nothing_wrong(
    account: Account, again: Callable[..., Run]
) -> None:
    account.answers[SP] = lambda _asked, _number: as_json({"campaigns": [campaign(1)], "totalResults": 1})
    done = again([], [], {"sp": ["2"]})
    assert done.code == 0
    assert unlisted_of(done) == {"ids": 1, "asked": ["sp"], "gone": {"sp": ["2"]}}


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: Answer(b'{"code": "NOT_FOUND"}', 404),
        lambda: as_json({"campaigns": [], "totalResults": 1}),
        lambda: as_json({"campaigns": [{"campaignId": None}], "totalResults": 1}),
    ],
    ids=["refused", "short", "unreadable"],
)
def test_a_question_without_an_answer_proves_nothing_and_costs_the_lists_nothing(
    account: Account, again: Callable[..., Run], refuse: Callable[[], Answer]
) -> None:
    lists = answers([1], [1])
    account.answers[SP] = lambda asked, number: lists(asked, number) if by_ids(asked) is None else refuse()
    done = again([], [], {"sp": ["2"]})
    assert done.code == 0, done.log
    assert unlisted_of(done)["untold"].keys() == {"sp"}
    assert not unlisted_of(done).keys() & {"gone", "asked"}
    assert "by their ids it cannot be told whether campaigns have vanished" in done.log


def test_only_where_all_lists_of_a_product_have_such_a_filter_is_anything_asked(run: Any, account: Account) -> None:
    state = run().state
    paths = ("sb/themes/list", "sb/targets/list", "sb/keywords", "sp/productAds/list")
    asked: list[str] = []

    def answer(each: Asked, _: int) -> Answer:
        asked.extend(name for name in ("adIdFilter", "keywordIdFilter", "themeIdFilter") if name in repr(each))
        return Answer(b"[]") if "sb/keywords" in each.path else as_json({"themes": [], "targets": [], "productAds": []})

    account.answers.update(dict.fromkeys(paths, answer))
    for entity, product in (("targets", "sb"), ("ads", "any"), ("ads", "xy"), ("campaigns", "xy")):
        state["bookmarks"][f"entity_{entity}"]["partitions"][0].setdefault("unlisted", {})[product] = ["7"]
    done = run(state)
    assert done.code == 0, done.log
    assert asked == []
    assert done.slices["targets"]["details"]["unlisted"] == {"ids": 1}
    state["bookmarks"]["entity_ads"]["partitions"][0]["unlisted"]["sp"] = ["7"]
    assert run(state).slices["ads"]["details"]["unlisted"]["gone"] == {"sp": ["7"]}
    assert set(asked) == {"adIdFilter"}


def test_what_is_to_be_asked_for_later_is_not_told_by_the_lists_alone(again: Callable[..., Run]) -> None:
    done = again([1], [1], {"sp": [], "xy": []})
    assert done.code == 0
    assert unlisted_of(done) == {"asked": ["sp"]}


def test_ids_in_an_address_are_asked_for_in_batches(account: Account, again: Callable[..., Run]) -> None:
    seen: list[list[str]] = []

    def answer(asked: Asked, _: int) -> Answer:
        if (ids := by_ids(asked)) is not None:
            seen.append(ids)
        return as_json([])

    account.answers[SD] = answer
    wanted = [str(number) for number in range(100, 220)]
    done = again([1], [1], {"sd": wanted, "sp": ["2"]})
    assert done.code == 0
    assert {len(ids) for ids in seen} == {50, 20}
    assert {each for ids in seen for each in ids} == set(wanted)
    assert unlisted_of(done)["gone"] == {"sd": wanted, "sp": ["2"]}
