"""Watermarks, the STATE that is taken over or refused, and tallies."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from itertools import permutations
from typing import Any

import pytest

from tap_amazon_ads_entities.errors import StateError
from tap_amazon_ads_entities.lists.completeness import Verdict
from tap_amazon_ads_entities.lists.ids import Distinct, ids_of, number_of, plain_numbers
from tap_amazon_ads_entities.settings.model import Settings
from tap_amazon_ads_entities.singer import bookmarks, state_check
from tap_amazon_ads_entities.singer.streams import STREAMS
from tap_amazon_ads_entities.singer.tallies import EndpointTally

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
STARTED = "2026-11-24T12:00:00.000Z"
COVERED = {"ad_products": ["SB", "SP"], "lists": "0123"}
FULL_READ = {"at": STARTED, **COVERED}
"""As version 1 of the STATE held it."""

NAMES = [stream.name for stream in STREAMS]


def settings(**config: Any) -> Settings:
    return Settings.from_config({"client_id": "a", "client_secret": "b", "refresh_token": "c", **config})


def partition(profile_id: str = "4711", **more: Any) -> dict[str, Any]:
    return {"context": {"profile_id": profile_id}, **more}


def of_ads(*partitions: Any) -> dict[str, Any]:
    return {"bookmarks": {"entity_ads": {"version": 1, "partitions": list(partitions)}}}


@pytest.mark.parametrize(
    ("config", "watermark", "expected"),
    [
        ({}, "2026-11-24T10:00:00.000Z", "2026-11-23T09:00:00.000Z"),
        ({}, None, "2026-10-25T12:00:00.000Z"),
        ({"lookback_hours": 1}, "2026-11-24T10:00:00.000Z", "2026-11-24T09:00:00.000Z"),
        ({"initial_window_days": 2}, None, "2026-11-22T12:00:00.000Z"),
        ({"start_date": "2020-01-01"}, None, "2020-01-01T00:00:00.000Z"),
        ({"start_date": "2020-01-01"}, "2026-11-24T10:00:00.000Z", "2026-11-23T09:00:00.000Z"),
        ({}, "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"),
        ({"initial_window_days": 10_000_000}, None, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_where_an_incremental_slice_starts(config: dict[str, Any], watermark: str | None, expected: str) -> None:
    assert bookmarks.emit_since(settings(**config), watermark, NOW) == expected


@pytest.mark.parametrize(
    ("old", "seen", "expected"),
    [
        (None, "2026-11-24T10:00:00.000Z", "2026-11-24T10:00:00.000Z"),
        ("2026-11-24T11:00:00.000Z", "2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z"),
        ("2026-11-24T09:00:00.000Z", "2027-01-01T00:00:00.000Z", STARTED),
        ("2026-11-24T09:00:00.000Z", None, "2026-11-24T09:00:00.000Z"),
        (None, None, None),
    ],
)
def test_a_watermark_never_goes_back_and_never_past_the_start(
    old: str | None,
    seen: str | None,
    expected: str | None,
) -> None:
    assert bookmarks.advance(old, seen, STARTED) == expected


def test_a_bookmark_is_found_by_its_profile_and_replaced_in_its_place() -> None:
    state: dict[str, Any] = {}
    book = bookmarks.Bookmarks(state)
    assert book.of("1") == {}
    assert state == {}
    book.keep("1", {"run_id": "a"})
    book.keep("2", {"run_id": "a"})
    book.keep("1", {"replication_key_value": STARTED, "run_id": "b"})
    one, two = state["partitions"]
    assert one == {"context": {"profile_id": "1"}, "replication_key_value": STARTED, "shared": one["shared"]}
    assert two == {"context": {"profile_id": "2"}, "shared": two["shared"]}
    assert state["shared"] == {one["shared"]: {"run_id": "b"}, two["shared"]: {"run_id": "a"}}
    again = bookmarks.Bookmarks(state)
    assert again.of("1") == {**partition("1"), "replication_key_value": STARTED, "run_id": "b"}
    assert again.of("2") == {**partition("2"), "run_id": "a"}


# --- what many slices share -------------------------------------------------------------------


def kept(run_id: str = "first", minute: int = 0, **more: Any) -> dict[str, Any]:
    """A bookmark as a complete slice leaves it."""
    return {
        "replication_key": "last_updated_time",
        "replication_key_value": f"2026-11-24T10:{minute:02}:00.000Z",
        "run_id": run_id,
        "rows": {"sp/productAds/list": minute + 1, **({"sb/v4/ads/list": 7} if minute % 3 else {})},
        "full_read": COVERED,
        "made_before": STARTED,
        **({"old_rows": [minute, 2**32 - 1 - minute]} if minute else {}),
        **more,
    }


def all_of(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the tap makes of a STATE, as text that has been somewhere: every bookmark by profile."""
    taken = state_check.take_over(json.loads(json.dumps(state)), NAMES)
    book = bookmarks.Bookmarks(taken["bookmarks"]["entity_ads"])
    return {profile_id: {**book.of(profile_id)} for profile_id in book.profile_ids}


def test_every_state_of_a_run_holds_all_that_its_bookmarks_refer_to() -> None:
    """Whatever the moment a run is killed at, the last STATE that got away says what each slice was."""
    ads: dict[str, Any] = {}
    state = {"bookmarks": {"entity_ads": ads}}
    book, known = bookmarks.Bookmarks(ads), {}
    for run_id in ("first", "second"):
        for number in range(20):
            known[str(number)] = partition(str(number), **kept(run_id, number))
            book.keep(str(number), known[str(number)])
            assert all_of(state) == known


def test_what_no_slice_refers_to_any_more_is_not_taken_over() -> None:
    ads: dict[str, Any] = {}
    book = bookmarks.Bookmarks(ads)
    for run_id in ("first", "second"):
        book.keep("1", kept(run_id))
        book.keep("2", kept(run_id))
    del ads["partitions"][1]
    assert len(ads["shared"]) == 2
    taken = state_check.take_over({"bookmarks": {"entity_ads": ads}}, NAMES)
    (left,) = taken["bookmarks"]["entity_ads"]["shared"].values()
    assert left["run_id"] == "second"


def test_two_thousand_slices_of_many_lists_take_less_than_400_kilobytes() -> None:
    ads: dict[str, Any] = {}
    book = bookmarks.Bookmarks(ads)
    for number in range(2_000):
        rows = {f"sp/the-list-number-{each}": 120 for each in range(13) if number >> each & 1}
        book.keep(str(10**15 + number), kept("0b0f5a2e-6f0f-4b6e-9d53-9c9f0e0a2f11", number % 60, rows=rows))
    assert len(json.dumps(ads, separators=(",", ":"))) < 400_000


def test_an_older_state_is_taken_over_whole() -> None:
    old = of_ads(*(partition(str(n), **kept(minute=n, full_read=FULL_READ)) for n in range(9)))
    assert all_of(old) == {str(n): partition(str(n), **kept(minute=n)) for n in range(9)}
    old["bookmarks"]["entity_ads"]["partitions"][3]["full_read_due"] = "the table lost rows"
    assert all_of(old)["3"]["full_read_due"] == "the table lost rows"


def merged(source: Any, into: Any) -> Any:
    """As Meltano merges a STATE into another (`meltano.core.utils.merge`): objects at depth, all else is replaced."""
    for key, value in source.items():
        if isinstance(value, dict):
            merged(value, into.setdefault(key, {}))
        else:
            into[key] = value
    return into


def test_states_that_meltano_has_merged_say_what_the_last_of_them_said() -> None:
    ads: dict[str, Any] = {}
    book = bookmarks.Bookmarks(ads)
    book.keep("1", kept("first", 1))
    book.keep("2", kept("second", 2))
    earlier = json.dumps({"bookmarks": {"entity_ads": ads}})
    book.keep("1", kept("third", 3))
    later = json.dumps({"bookmarks": {"entity_ads": ads}})
    older = json.dumps(of_ads(partition("2", **kept("fourth", 4))))
    for source, into in permutations((earlier, later, older), 2):
        assert all_of(merged(json.loads(source), json.loads(into))) == all_of(json.loads(source))


# --- a STATE that is refused -------------------------------------------------------------


def full_read(**change: Any) -> dict[str, Any]:
    return of_ads(partition(full_read={**FULL_READ, **change}))


def counted(*rows: Any) -> dict[str, Any]:
    shared = {"a": {"rows_of": ["sp/ads", "sb/ads"]}}
    ads = {"version": 2, "shared": shared, "partitions": [partition(shared="a", rows=[*rows])]}
    return {"bookmarks": {"entity_ads": ads}}


NO_NUMBERS: tuple[Any, ...] = (-1, "1", None, 1.5, [], True)
NO_TIMESTAMPS: tuple[Any, ...] = (
    "soon",
    "",
    "xxxxxxxxxxxxxxxxxxx.000Z",
    "0000-00-00T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "9999-12-31T23:59:59-23:00",
    "2026-W48-7",
    "1767225600000",
    1767225600000,
    17.5,
    float("nan"),
    float("inf"),
    False,
    [],
    [STARTED],
    {},
)

BROKEN: list[tuple[dict[str, Any], list[str]]] = [
    # The document.
    ({"type": "STATE", "value": {"bookmarks": {}}}, ["whole STATE message", "'value'"]),
    ({"singer_state": {"bookmarks": {}}}, ["Meltano's document", "'singer_state'"]),
    ({"completed": {"singer_state": {}}, "partial": {}}, ["Meltano's document", "'completed'"]),
    ({"bookmarks": {}, "currently_syncing": None}, ["'currently_syncing'"]),
    ({"entity_ads": {"version": 1}}, ["'entity_ads'"]),
    ({"bookmarks": None}, ["bookmarks are null"]),
    ({"bookmarks": []}, ["bookmarks are a list"]),
    ({"bookmarks": 7}, ["bookmarks are 7"]),
    ({"bookmarks": {"orders": {}, "customers": {}}}, ["belongs to another tap", "'orders', 'customers'"]),
    # A stream.
    ({"bookmarks": {"entity_ads": "x"}}, ["entity_ads", "no object"]),
    ({"bookmarks": {"entity_ads": None}}, ["entity_ads", "null"]),
    ({"bookmarks": {"entity_ads": {"version": 3}}}, ["entity_ads", "version 3", "version 2", "newer"]),
    ({"bookmarks": {"entity_ads": {"version": None}}}, ["entity_ads", "version null"]),
    ({"bookmarks": {"entity_ads": {"version": True}}}, ["entity_ads", "version True"]),
    ({"bookmarks": {"entity_ads": {"partitions": None}}}, ["entity_ads", "no list"]),
    ({"bookmarks": {"entity_ads": {"partitions": {"4711": {}}}}}, ["entity_ads", "no list"]),
    ({"bookmarks": {"entity_ads": {"version": 2, "shared": None}}}, ["entity_ads", "shared that is null"]),
    ({"bookmarks": {"entity_ads": {"version": 2, "shared": {"a": 1}}}}, ["entity_ads", "shared that is an object"]),
    ({"bookmarks": {"entity_ads": {"version": 2, "shared": {"a": {"rows_of": 1}}}}}, ["entity_ads", "rows_of", "1"]),
    ({"bookmarks": {"entity_ads": {"version": 2, "shared": {"a": {"rows_of": [[]]}}}}}, ["entity_ads", "rows_of"]),
    # A partition.
    (of_ads(partition(shared="1f0c")), ["entity_ads for profile 4711", "'1f0c'", "does not hold"]),
    (of_ads(partition(shared=None)), ["entity_ads for profile 4711", "null", "does not hold"]),
    (of_ads(partition(shared=["1f0c"])), ["entity_ads for profile 4711", "a list", "does not hold"]),
    (of_ads(partition(rows=[1])), ["entity_ads for profile 4711", "more rows than rows_of"]),
    (of_ads(partition(rows="1")), ["entity_ads for profile 4711", "rows", "'1'"]),
    (of_ads(partition(rows={"sp": -1})), ["entity_ads for profile 4711", "rows"]),
    (counted(1, 2, 3), ["entity_ads for profile 4711", "more rows than rows_of"]),
    *((counted(1, each), ["entity_ads for profile 4711", "rows"]) for each in NO_NUMBERS),
    (of_ads("4711"), ["entity_ads", "number 1", "no object"]),
    (of_ads(partition(), None), ["entity_ads", "number 2", "no object"]),
    (of_ads({}), ["entity_ads", "context is null"]),
    (of_ads({"context": {}}), ["entity_ads", "context is an object that is empty"]),
    (of_ads({"context": ["4711"]}), ["entity_ads", "context is a list"]),
    (of_ads({"context": {"profile_id": 4711}}), ["entity_ads", "profile_id is 4711"]),
    (of_ads({"context": {"profile_id": ""}}), ["entity_ads", "profile_id is ''"]),
    (of_ads({"context": {"profile_id": "4711", "region": "NA"}}), ["entity_ads", "profile_id alone"]),
    (of_ads(partition(), partition()), ["entity_ads for profile 4711", "twice"]),
    (of_ads(partition(replication_key="id")), ["entity_ads for profile 4711", "'id'"]),
    *(
        (of_ads(partition(replication_key_value=value)), ["entity_ads for profile 4711", "not a timestamp"])
        for value in NO_TIMESTAMPS
    ),
    (of_ads(partition(run_id=7)), ["entity_ads for profile 4711", "run_id"]),
    (of_ads(partition(run_id=None)), ["entity_ads for profile 4711", "run_id"]),
    (of_ads(partition(full_read_due=True)), ["entity_ads for profile 4711", "full_read_due"]),
    *(
        (of_ads(partition(old_rows=value)), ["entity_ads for profile 4711", "old_rows"])
        for value in (None, 7, {}, [], [1], [1, 2, 3], [1, -2], [1, "2"], [True, 2])
    ),
    *((of_ads(partition(made_before=value)), ["made_before", "no timestamp"]) for value in (*NO_TIMESTAMPS, None)),
    *(
        (of_ads(partition(unlisted=value)), ["entity_ads for profile 4711", "unlisted"])
        for value in (None, ["1"], {"sp": "1"}, {"sp": [1]}, {"sp": ["1&x=2"]}, {"sp": ["9" * 21]}, {"sp": [""]})
    ),
    (of_ads(partition(full_read=None)), ["entity_ads for profile 4711", "full_read"]),
    (of_ads(partition(full_read=STARTED)), ["entity_ads for profile 4711", "full_read"]),
    (of_ads(partition(full_read={})), ["entity_ads for profile 4711", "full_read"]),
    (full_read(more=1), ["entity_ads for profile 4711", "full_read"]),
    (full_read(at="soon"), ["entity_ads for profile 4711", "full_read"]),
    (full_read(lists=7), ["entity_ads for profile 4711", "full_read"]),
    (full_read(ad_products="SP"), ["entity_ads for profile 4711", "full_read"]),
    (full_read(ad_products=[1]), ["entity_ads for profile 4711", "full_read"]),
]


@pytest.mark.parametrize(("state", "words"), BROKEN, ids=[json.dumps(state)[:60] for state, _ in BROKEN])
def test_a_state_that_cannot_be_understood_is_refused_in_a_sentence(state: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(StateError) as caught:
        state_check.take_over(state, NAMES)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300


def test_a_long_value_is_not_repeated_at_length() -> None:
    with pytest.raises(StateError) as caught:
        state_check.take_over(of_ads(partition(replication_key_value="x" * 10_000)), NAMES)
    assert len(str(caught.value)) < 300


# --- a STATE that is taken over ------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"replication_key": "last_updated_time", "replication_key_value": STARTED},
        {"run_id": "r", "full_read": COVERED},
        {"made_before": STARTED, "old_rows": [0, 4294967295]},
        {"run_id": "r", "unlisted": {"sp": ["1", "18446744073709551615"], "any": []}},
        {"run_id": "r", "full_read": {**COVERED, "ad_products": []}, "full_read_due": "the table lost rows"},
    ],
)
def test_a_state_of_ours_is_taken_over_as_it_is(more: dict[str, Any]) -> None:
    assert state_check.take_over({}, NAMES) == {}
    assert all_of(of_ads(partition(**more))) == {"4711": partition(**more)}
    taken = state_check.take_over(of_ads(partition(**more)), NAMES)
    assert state_check.take_over(taken, NAMES) == taken


def test_what_is_not_ours_in_a_state_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    state = of_ads(partition(progress_markers="x", replication_key_signpost=1, new=2))
    state["bookmarks"] |= {"orders": 7, "sync_log": {}}
    assert state_check.take_over(state, NAMES) == {
        "bookmarks": {"entity_ads": {"version": 2, "partitions": [partition()]}, "sync_log": {}},
    }
    assert "bookmarks of 'orders', which this tap does not have; ignored" in caplog.text


def test_many_bookmarks_are_checked_in_linear_time() -> None:
    state = of_ads(*({"context": {"profile_id": str(number)}} for number in range(200_000)))
    book = bookmarks.Bookmarks(state_check.take_over(state, NAMES)["bookmarks"]["entity_ads"])
    assert book.of("199999") == {"context": {"profile_id": "199999"}}


# --- tallies ------------------------------------------------------------------------------


def test_distinct_rows_are_counted_and_clashes_named() -> None:
    first, second = Distinct(), Distinct()
    first.add(map(number_of, ["1", "2", "2", "18446744073709551615", "sb-legacy-1"]))
    second.add(map(number_of, ["2", "3", "sb-legacy-2"]))
    assert first.count() == 4
    assert Distinct.clashes([first, second]) == [2]
    assert Distinct.union([first, second]) == 6
    assert Distinct.union([]) == 0
    assert first.fingerprint() != second.fingerprint()


def test_more_ids_than_one_set_should_hold_are_counted_alike() -> None:
    many = range(1 << 60, (1 << 60) + 150_000)
    first, second = Distinct(), Distinct()
    first.add(many)
    second.add(reversed([*many, *many]))
    assert len(second) == 300_000
    assert first.count() == second.count() == Distinct.union([first, second]) == 150_000
    assert first.fingerprint() == second.fingerprint()
    second.add([1, 2, 1 << 60])
    assert first.fingerprint() != second.fingerprint()
    assert Distinct.clashes([first, second]) == [*many]


ODD_IDS = [
    "007",
    "01",
    "18446744073709551615",
    "18446744073709551616",
    "\u0661\u0662",
    "sb-legacy-1",
    "",
    "9" * 30,
    "0" * 25,
]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_ids_of_a_page_are_the_same_numbers_alone_and_among_others(odd: str) -> None:
    def page(*ids: str) -> bytes:
        return json.dumps([{"id": each, "more": [each]} for each in ids], ensure_ascii=False).encode()

    texts = ["1", odd, "300000000000000001"]
    numbers = [number_of(each) for each in texts]
    assert plain_numbers(texts) in (None, numbers)
    assert len({*numbers}) == 3
    alone = [ids_of(page(each), "id")[0] for each in texts]
    together = ids_of(page(*texts), "id")
    assert [*together] == alone
    if odd:
        assert [*together] == numbers


def test_ids_sent_as_numbers_and_items_without_one_are_told_apart() -> None:
    page = b'[{"id":5},{"id":"5"},{"id":5.0},{"id":5e0},{"id":null},{"x":1},{"id":{"a":1}},{"id":true},{"id":-1}]'
    numbers = [*ids_of(page, "id")]
    assert numbers[:4] == [5] * 4
    assert len({*numbers}) == 6
    assert ids_of(b'[{"id":5},7,{"id":6}]', "id") != ids_of(b'[{"id":5},{"id":7},{"id":6}]', "id")


def test_a_shortfall_against_amazons_total_is_reported() -> None:
    tally = EndpointTally("campaignId")
    tally.rows, tally.pages, tally.verdict = 3, 1, Verdict(2, 5, "gave 2 of 5 rows")
    tally.ids.add([1, 2, 2])
    assert tally.details() == {
        "pages": 1,
        "rows": 3,
        "emitted": 0,
        "duplicates": 1,
        "total_reported": 5,
        "shortfall": 3,
        "problem": "gave 2 of 5 rows",
    }
