"""What JSON allows and rows do not, and what servers send that is no JSON: each costs its cell, and is counted once."""

from __future__ import annotations

import pytest

from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.lists.mapping import rows_of
from tap_amazon_ads_entities.lists.pages import page_of
from tap_amazon_ads_entities.lists.refused import Refused
from tap_amazon_ads_entities.rows.accounts import profile
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext
from tap_amazon_ads_entities.rows.unreadable import Notes

AT = "2026-11-24T00:00:00.000Z"
CAMPAIGNS = next(endpoint for endpoint in CATALOGUE if endpoint.path == "sp/campaigns/list")


class Read:
    """A list of campaigns whose page is read as often as one likes."""

    def __init__(self, *items: bytes) -> None:
        self.notes, self.refused = Notes(), Refused("campaignId")
        self._page = page_of(b"[" + b",".join(items) + b"]")

    def once(self) -> dict[str, Row]:
        context = RowContext("1", AT, "EUR", {}, self.notes)

        def to_row(item: Item) -> Row:
            assert CAMPAIGNS.to_row is not None
            return CAMPAIGNS.to_row(item, context)

        return {row["campaign_id"]: row for row in rows_of(self._page, to_row, self.notes, self.refused)}

    def twice(self) -> dict[str, Row]:
        first = self.once()
        assert self.once() == first
        return first


GOOD = b'{"campaignId":"2","name":"fine","budget":{"budget":1.5,"budgetType":"DAILY"}}'


@pytest.mark.parametrize("amount", [b"NaN", b"-Infinity", b"1e400", b"01", b".5", b"9" * 5000])
def test_a_number_that_nothing_can_hold_costs_its_cell(amount: bytes) -> None:
    read = Read(b'{"campaignId":"1","name":"odd","budget":{"budget":%b,"budgetType":"DAILY"}}' % amount, GOOD)
    rows = read.twice()
    assert (rows["1"]["name"], rows["1"]["budget_micros"]) == ("odd", None)
    assert rows["1"]["bidding"]["unreadable"]["budget.budget"] == amount.decode()
    assert rows["2"]["budget_micros"] == 1_500_000
    assert {source: seen.count for source, seen in read.notes.cells.items()} == {"budget.budget": 1}
    assert read.refused.count == 0


def test_of_a_name_that_stands_twice_no_value_is_chosen() -> None:
    read = Read(b'{"campaignId":"1","name":"one","name":"other"}', b'{"campaignId":"3","name":"a","name":"a"}', GOOD)
    rows = read.twice()
    assert (rows["1"]["name"], rows["3"]["name"], rows["2"]["name"]) == (None, "a", "fine")
    assert "one" in rows["1"]["bidding"]["unreadable"]["name"]
    assert "other" in rows["1"]["bidding"]["unreadable"]["name"]
    assert {source: seen.count for source, seen in read.notes.cells.items()} == {"name": 1}


def test_an_id_that_stands_twice_refuses_its_item_once() -> None:
    read = Read(b'{"campaignId":"1","campaignId":"4","name":"whose"}', GOOD)
    assert set(read.twice()) == {"2"}
    assert read.refused.count == 1
    assert "campaignId" in read.refused.sentence()


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(b"a\\u0000b", "a\ufffdb"), (b"a\\ud83d", "a\ufffd"), (b"a\xffb", "a\ufffdb")],
)
def test_a_text_that_is_stored_in_another_form_is_counted(sent: bytes, stored: str) -> None:
    read = Read(b'{"campaignId":"1","name":"%b"}' % sent, GOOD)
    rows = read.twice()
    assert rows["1"]["name"] == stored
    assert rows["1"]["bidding"]["altered"]["name"]
    assert {source: seen.count for source, seen in read.notes.altered.items()} == {"name": 1}
    assert rows["2"]["bidding"] is None or "altered" not in rows["2"]["bidding"]


def test_an_amount_finer_than_a_micro_is_counted() -> None:
    read = Read(b'{"campaignId":"1","budget":{"budget":0.0000015,"budgetType":"DAILY"}}', GOOD)
    rows = read.twice()
    assert rows["1"]["budget_micros"] in (1, 2)
    assert rows["1"]["bidding"]["altered"]["budget.budget"] == "0.0000015"
    assert {source: seen.count for source, seen in read.notes.altered.items()} == {"budget.budget": 1}


def test_a_profile_with_a_number_that_is_none_costs_no_other() -> None:
    page = page_of(b'[{"profileId":1,"dailyBudget":NaN,"countryCode":"DE"},{"profileId":2,"countryCode":"FR"}]')
    notes, refused = Notes(), Refused("profileId")
    rows = rows_of(page, lambda item: profile(item, "EU", AT, notes), notes, refused)
    assert [row["country_code"] for row in rows] == ["DE", "FR"]
    assert list(notes.cells) == ["dailyBudget"]
    assert refused.count == 0
