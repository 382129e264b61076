"""Values that a column cannot hold, and items that cannot be rows, in every list."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.accounts import profile
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.rows.unreadable import Notes
from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS

AT = "2026-11-24T00:00:00.000Z"
LISTS = [endpoint for endpoint in CATALOGUE if endpoint.to_row is not None]
PATHS = [endpoint.path for endpoint in LISTS]
BY_PATH = {endpoint.path: endpoint for endpoint in LISTS}
KEY = {stream.entity: stream.id_column for stream in ENTITY_STREAMS}
KEEPS = {
    "portfolios": "other_fields",
    "campaigns": "bidding",
    "ad_groups": "other_fields",
    "ads": "creative",
    "targets": "expression",
}
SB_CAMPAIGNS, SD_CAMPAIGNS = "sb/v4/campaigns/list", "sd/campaigns/extended"
ADS = ("sp/productAds/list", "sb/v4/ads/list", "sd/productAds/extended")
KEYWORDS = [path for path in PATHS if "eywords" in path]
CLAUSES = [path for path in PATHS if "argets" in path]
CAMPAIGN_LEVEL = [path for path in PATHS if "campaignNegative" in path]
TIMED = [path for path in PATHS if BY_PATH[path].ad_product in (None, "SP", "SD") or "/v4/" in path]


def own_id(path: str) -> str:
    if path in KEYWORDS:
        return "keywordId"
    if path in CLAUSES:
        return "targetId"
    names = {"portfolios": "portfolioId", "campaigns": "campaignId", "ad_groups": "adGroupId", "ads": "adId"}
    return names.get(BY_PATH[path].entity, "themeId")


def mapped(path: str, item: dict[str, Any], *, campaign_of: dict[str, str] | None = None) -> tuple[Row, dict[str, str]]:
    """The row of an item, and what was noted about it."""
    endpoint: ListEndpoint = BY_PATH[path]
    assert endpoint.to_row is not None
    context = RowContext("1", AT, "EUR", campaign_of or {})
    parents = {"campaignId": "10", "adGroupId": "20"} if endpoint.entity != "portfolios" else {}
    row = endpoint.to_row({**parents, own_id(path): "7", **item}, context)
    return row, {source: seen.sample for source, seen in context.notes.cells.items()}


def money(path: str, amount: Any) -> tuple[str, str, dict[str, Any]] | None:
    """Column, field and item of an amount, where the list has one."""
    found: dict[str, tuple[str, str, dict[str, Any]]] = {
        "sp/campaigns/list": ("budget_micros", "budget.budget", {"budget": {"budget": amount, "budgetType": "DAILY"}}),
        SB_CAMPAIGNS: ("budget_micros", "budget", {"budget": amount, "budgetType": "DAILY"}),
        SD_CAMPAIGNS: ("budget_micros", "budget", {"budget": amount, "budgetType": "daily"}),
        "portfolios/list": ("budget_micros", "budget.amount", {"budget": {"amount": amount}}),
        "sp/adGroups/list": ("default_bid_micros", "defaultBid", {"defaultBid": amount}),
        "sd/adGroups/extended": ("default_bid_micros", "defaultBid", {"defaultBid": amount}),
    }
    if BY_PATH[path].entity == "targets" and "egative" not in path:
        return "bid_micros", "bid", {"bid": amount}
    return found.get(path)


def moments(path: str, value: Any) -> tuple[str, str, dict[str, Any]]:
    """Fields and item of a list's times."""
    if BY_PATH[path].ad_product == "SD":
        return "creationDate", "lastUpdatedDate", {"creationDate": value, "lastUpdatedDate": value}
    if BY_PATH[path].ad_product == "SB":
        names = "extendedData.creationDate", "extendedData.lastUpdateDate"
    else:
        names = "extendedData.creationDateTime", "extendedData.lastUpdateDateTime"
    return *names, {"extendedData": {name.partition(".")[2]: value for name in names}}


@pytest.mark.parametrize("path", TIMED)
@pytest.mark.parametrize(
    "value", ["0000-00-00T00:00:00.000Z", "0001-01-01T00:00:00+01:00", "03/04/2025", 1_643_229_451, True, {"a": 1}]
)
def test_a_time_that_is_none_is_null_and_noted_and_kept(path: str, value: Any) -> None:
    created, updated, item = moments(path, value)
    row, notes = mapped(path, item)
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    assert (row["creation_time"], row["last_updated_time"]) == (None, None)
    assert notes == {created: text, updated: text}
    assert row[KEEPS[BY_PATH[path].entity]]["unreadable"] == {created: text, updated: text}


@pytest.mark.parametrize("path", TIMED)
@pytest.mark.parametrize("value", [0, "0", "", None])
def test_a_time_that_amazon_does_not_know_is_null_without_a_note(path: str, value: Any) -> None:
    row, notes = mapped(path, moments(path, value)[2])
    assert row["creation_time"] is None
    assert notes == {}


@pytest.mark.parametrize("path", [path for path in TIMED if BY_PATH[path].ad_product != "SD"])
def test_a_time_that_can_be_read_under_its_other_name_is_read(path: str) -> None:
    block = {"creationDateTime": "0000-00-00T00:00:00.000Z", "creationDate": 1_643_229_451_001}
    assert mapped(path, {"extendedData": block})[0]["creation_time"] == "2022-01-26T20:37:31.001Z"


@pytest.mark.parametrize("path", [path for path in PATHS if money(path, 1)])
@pytest.mark.parametrize(
    "amount", ["1,50", "n/a", "", True, [1], {"amount": 1}, Decimal("9223372036854.7758075"), 10**18]
)
def test_an_amount_that_is_none_is_null_and_noted_and_kept(path: str, amount: Any) -> None:
    found = money(path, amount)
    assert found is not None
    column, source, item = found
    row, notes = mapped(path, item)
    assert row[column] is None
    assert row.get("daily_budget_micros") is None
    assert list(notes) == [source]
    assert row[KEEPS[BY_PATH[path].entity]]["unreadable"] == notes
    if isinstance(amount, (str, Decimal)):
        assert notes[source] == str(amount)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", [{"a": 1}, ["x"], True])
def test_a_text_column_holds_text(path: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"))
    status = "servingStatus" if BY_PATH[path].ad_product == "SD" else "extendedData.servingStatus"
    serving = {"servingStatus": value} if status == "servingStatus" else {"extendedData": {"servingStatus": value}}
    row, notes = mapped(path, {"state": value, **serving})
    assert (row["state"], row["serving_status"], row["computed_status"]) == (None, None, "unknown")
    assert notes == {"state": text, status: text}
    names = ("name", "matchType", "themeType", "targetingType", "costType", "budgetType", "asin", "sku", "adName")
    for field in names:
        row, _ = mapped(path, {field: value})
        for column in ("name", "match_type", "targeting_type", "cost_type", "budget_type", "asin", "sku"):
            assert isinstance(row.get(column), (str, type(None)))


def test_a_number_in_a_text_column_is_its_text() -> None:
    row, notes = mapped("sd/productAds/extended", {"sku": 4711, "asin": Decimal("1.50")})
    assert (row["sku"], row["asin"], notes) == ("4711", "1.50", {})


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, [], {}])
def test_a_flag_is_true_false_or_noted(value: Any) -> None:
    row, notes = mapped("portfolios/list", {"inBudget": value})
    assert row["in_budget"] is None
    assert list(notes) == ["inBudget"]
    noted = Notes()
    found = profile({"profileId": 1, "accountInfo": {"validPaymentMethod": value}}, "NA", AT, noted)
    assert found["valid_payment_method"] is None
    assert list(noted.cells) == ["accountInfo.validPaymentMethod"]
    assert list(found["other_fields"]["unreadable"]) == ["accountInfo.validPaymentMethod"]


@pytest.mark.parametrize("path", ["sp/campaigns/list", SB_CAMPAIGNS, SD_CAMPAIGNS])
def test_a_date_that_is_none_is_null_and_noted(path: str) -> None:
    row, notes = mapped(path, {"startDate": "03/04/2025", "endDate": "2025-02-30"})
    assert (row["start_date"], row["end_date"]) == (None, None)
    assert notes == {"startDate": "03/04/2025", "endDate": "2025-02-30"}


@pytest.mark.parametrize("path", ["sp/campaigns/list", SB_CAMPAIGNS, SD_CAMPAIGNS])
@pytest.mark.parametrize("value", ["0", 0])
def test_portfolio_0_is_no_portfolio(path: str, value: Any) -> None:
    row, notes = mapped(path, {"portfolioId": value})
    assert row["portfolio_id"] is None
    assert notes == {}


@pytest.mark.parametrize("path", [path for path in PATHS if BY_PATH[path].entity == "targets"])
def test_the_level_of_a_target_is_where_it_belongs(path: str) -> None:
    expected = "campaign" if path in CAMPAIGN_LEVEL else "ad_group"
    assert mapped(path, {})[0]["target_level"] == expected
    row, _ = mapped(path, {"adGroupId": None})
    assert (row["target_level"], row["ad_group_id"]) == ("campaign", None)
    if path not in CAMPAIGN_LEVEL:
        row, notes = mapped(path, {"adGroupId": None, "campaignId": None})
        assert row["target_level"] is None
        assert "campaignId" in notes


@pytest.mark.parametrize("path", ["sd/targets/extended", "sd/negativeTargets/extended"])
def test_a_display_target_of_an_unknown_ad_group_is_noted(path: str) -> None:
    row, notes = mapped(path, {"campaignId": None, "adGroupId": 21}, campaign_of={"20": "10"})
    assert row["campaign_id"] is None
    assert "21" in notes["campaignId"]
    row, notes = mapped(path, {"campaignId": None, "adGroupId": 20}, campaign_of={"20": "10"})
    assert (row["campaign_id"], notes) == ("10", {})


@pytest.mark.parametrize("path", CLAUSES)
def test_a_clause_is_read_from_what_is_there(path: str) -> None:
    parts = [{"type": "asinSameAs", "value": "B0"}]
    for item in (
        {"expression": None, "expressions": parts},
        {"expression": [], "expressions": parts},
        {"expressions": parts[0]},
    ):
        row, _ = mapped(path, item)
        assert row["expression"]["expression"] == parts
        assert (row["target_type"], row["match_type"]) == ("product", "asin_same_as")
    for item in ({"resolvedExpression": parts}, {"resolvedExpression": None, "resolvedExpressions": parts}):
        row, _ = mapped(path, item)
        assert row["expression"]["resolvedExpression"] == parts
        assert (row["target_type"], row["match_type"]) == ("product", "asin_same_as")


def test_a_clause_with_both_spellings_keeps_both() -> None:
    item = {"expression": [{"type": "a"}], "expressions": [{"type": "b"}]}
    kept = mapped("sb/targets/list", item)[0]["expression"]
    assert (kept["expression"], kept["expressions"]) == (item["expression"], item["expressions"])


@pytest.mark.parametrize("path", PATHS)
def test_every_field_without_a_column_is_kept(path: str) -> None:
    row, _ = mapped(path, {"tactic": "T1", "newText": "a", "newObject": {"b": 1}, "extendedData": {"new": [1]}})
    kept = row[KEEPS[BY_PATH[path].entity]]
    assert (kept["tactic"], kept["newText"], kept["newObject"]) == ("T1", "a", {"b": 1})
    assert kept["extendedData"] == {"new": [1]}


def test_known_fields_without_a_column_are_kept() -> None:
    fields = {"bidOptimization": "reach", "tactic": "T00030", "creativeType": "IMAGE"}
    assert mapped("sd/adGroups/extended", fields)[0]["other_fields"] == fields
    details = [{"name": "AD_OUT_OF_STOCK_DETAIL", "message": "x"}]
    row, _ = mapped("sp/productAds/list", {"extendedData": {"servingStatusDetails": details}})
    assert row["creative"]["extendedData"] == {"servingStatusDetails": details}
    item = {
        "budget": {"amount": 1, "new": 1},
        "budgetControls": {"new": 2, "campaignUnspentBudgetSharing": {"featureState": "ENABLED", "new": 3}},
        "extendedData": {"statusReasons": ["PORTFOLIO_ENDED_DETAIL"]},
    }
    assert mapped("portfolios/list", item)[0]["other_fields"] == {
        "budget": {"new": 1},
        "budgetControls": {"new": 2, "campaignUnspentBudgetSharing": {"new": 3}},
        "extendedData": {"statusReasons": ["PORTFOLIO_ENDED_DETAIL"]},
    }
    row = profile({"profileId": 1, "new": 1, "accountInfo": {"new": 2}}, "NA", AT)
    assert row["other_fields"] == {"new": 1, "accountInfo": {"new": 2}}


def test_fields_of_the_same_name_stay_apart() -> None:
    item = {"dynamicBidding": {"x": 1}, "budget": {"x": 2}, "x": 3}
    bidding = mapped("sp/campaigns/list", item)[0]["bidding"]
    assert (bidding["x"], bidding["budget"], bidding["other_fields"]["x"]) == (1, {"x": 2}, 3)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", ["", "  ", None, True, {}, [], Decimal("1.5"), "7" * 300])
def test_an_item_without_an_id_is_refused_by_field(path: str, value: Any) -> None:
    if path == "sb/v4/ads/list" and value is None:
        return  # these have a surrogate
    with pytest.raises(RefusedItemError, match=f"^{own_id(path)} is (missing|empty|not an id)"):
        mapped(path, {own_id(path): value})


@pytest.mark.parametrize(
    ("path", "item", "words"),
    [
        ("sp/campaigns/list", {"dynamicBidding": "x"}, "dynamicBidding is not an object"),
        ("sp/campaigns/list", {"budget": 7}, "budget is not an object"),
        (SB_CAMPAIGNS, {"bidding": ["x"]}, "bidding is not an object"),
        ("portfolios/list", {"budget": "x"}, "budget is not an object"),
        ("portfolios/list", {"budgetControls": "x"}, "budgetControls is not an object"),
        (
            "portfolios/list",
            {"budgetControls": {"campaignUnspentBudgetSharing": 1}},
            "budgetControls.campaignUnspentBudgetSharing is not an object",
        ),
        *(
            (path, {"extendedData": "x"}, "extendedData is not an object")
            for path in TIMED
            if not path.startswith("sd")
        ),
    ],
)
def test_a_part_of_the_wrong_kind_refuses_the_item(path: str, item: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedItemError, match=f"^{words}$"):
        mapped(path, item)


def legacy(context: RowContext, **fields: Any) -> str:
    to_row = BY_PATH["sb/v4/ads/list"].to_row
    assert to_row is not None
    return str(to_row({"campaignId": "10", "state": "ENABLED", **fields}, context)["ad_id"])


def test_ads_without_any_id_have_keys_of_their_own_that_stay() -> None:
    ads = [
        {"creative": {"headline": "a"}},
        {"creative": {"headline": "b"}},
        {"creative": {"headline": "b"}, "campaignId": "11"},
        {"creative": {"headline": "b"}, "extendedData": {"creationDate": 1_643_229_451_000}},
        {"landingPage": {"url": "c"}},
    ]
    first, again = RowContext("1", AT), RowContext("1", AT)
    keys = [legacy(first, **ad) for ad in ads]
    assert len(set(keys)) == len(ads)
    assert [legacy(again, **{**ad, "state": "PAUSED"}) for ad in reversed(ads)] == keys[::-1]
    assert [legacy(first, **ad) for ad in ads] == keys


def test_an_ad_that_nothing_tells_from_others_is_refused() -> None:
    with pytest.raises(RefusedItemError, match="adId is missing"):
        legacy(RowContext("1", AT))
    context = RowContext("1", AT)
    assert legacy(context, adGroupId="5", creative={"headline": "a"}) == "sb-legacy-5"
    assert legacy(context, adGroupId="5", creative={"headline": "a"}) == "sb-legacy-5"
    with pytest.raises(RefusedItemError, match="another ad without one has its ad group 5"):
        legacy(context, adGroupId="5", creative={"headline": "b"})
