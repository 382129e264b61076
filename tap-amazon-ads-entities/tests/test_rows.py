"""Every endpoint's row function against every kind of surprise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows.change_events import change_event
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS

PROFILE = "1234567890123456"
SYNCED = "2026-11-24T00:00:00.000Z"
BIG = 9_007_199_254_740_993
CONTEXT = RowContext(PROFILE, SYNCED, "EUR", {"20": "10"})
STREAM = {stream.entity: stream for stream in ENTITY_STREAMS}
LISTS = [endpoint for endpoint in CATALOGUE if endpoint.to_row is not None]
BY_PATH = {endpoint.path: endpoint for endpoint in LISTS}

MONEY = {
    "sp/campaigns/list": ("budget_micros", lambda amount: {"budget": {"budget": amount, "budgetType": "DAILY"}}),
    "sb/v4/campaigns/list": ("budget_micros", lambda amount: {"budget": amount, "budgetType": "DAILY"}),
    "sd/campaigns/extended": ("budget_micros", lambda amount: {"budget": amount, "budgetType": "daily"}),
    "portfolios/list": ("budget_micros", lambda amount: {"budget": {"amount": amount}}),
    "sp/adGroups/list": ("default_bid_micros", lambda amount: {"defaultBid": amount}),
    "sd/adGroups/extended": ("default_bid_micros", lambda amount: {"defaultBid": amount}),
    **{
        path: ("bid_micros", lambda amount: {"bid": amount})
        for path in ("sp/keywords/list", "sp/targets/list", "sb/keywords", "sb/targets/list", "sb/themes/list",
                     "sd/targets/extended")
    },
}  # fmt: skip
ID_FIELDS = ("portfolioId", "campaignId", "adGroupId", "adId", "keywordId", "targetId", "themeId")
KEEPS = {
    "portfolios": "other_fields",
    "campaigns": "bidding",
    "ad_groups": "other_fields",
    "ads": "creative",
    "targets": "expression",
}
OWN_ID = {
    "portfolios": "portfolioId",
    "campaigns": "campaignId",
    "ad_groups": "adGroupId",
    "ads": "adId",
    "targets": "targetId",
}


def own_id(endpoint: ListEndpoint) -> str:
    if "eywords" in endpoint.path:
        return "keywordId"
    return "themeId" if "themes" in endpoint.path else OWN_ID[endpoint.entity]


def times(endpoint: ListEndpoint, created: Any, updated: Any) -> dict[str, Any]:
    if endpoint.ad_product == "SD":
        return {"creationDate": created, "lastUpdatedDate": updated}
    return {"extendedData": {"creationDate": created, "lastUpdateDate": updated}}


def minimal(endpoint: ListEndpoint, **fields: Any) -> dict[str, Any]:
    return {own_id(endpoint): "1", **fields}


def to_row(endpoint: ListEndpoint, item: dict[str, Any]) -> Row:
    assert endpoint.to_row is not None
    return endpoint.to_row(item, CONTEXT)


@pytest.fixture(params=LISTS, ids=lambda endpoint: endpoint.path)
def endpoint(request: pytest.FixtureRequest) -> ListEndpoint:
    found: ListEndpoint = request.param
    return found


def id_of(endpoint: ListEndpoint, row: Row) -> Any:
    return row[STREAM[endpoint.entity].id_column]


def test_a_row_has_exactly_the_declared_columns(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint))
    assert list(row) == list(STREAM[endpoint.entity].schema["properties"])


def test_a_minimal_item_gives_nulls_and_no_invented_values(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint))
    assert row["profile_id"] == PROFILE
    assert row["synced_at"] == SYNCED
    assert id_of(endpoint, row) == "1"
    assert row["state"] is None
    assert row["serving_status"] is None
    assert row["computed_status"] == "unknown"
    assert row["creation_time"] is None
    assert row["last_updated_time"] is None


def test_json_columns_are_objects_even_when_there_is_nothing_to_say(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint))
    for column in {"bidding", "creative", "expression"} & set(row):
        assert isinstance(row[column], dict)


def test_an_id_above_2_to_the_53_keeps_every_digit_as_number_and_as_text(endpoint: ListEndpoint) -> None:
    for value in (BIG, str(BIG)):
        row = to_row(endpoint, minimal(endpoint, **{own_id(endpoint): value}))
        assert id_of(endpoint, row) == "9007199254740993"


@pytest.mark.parametrize("field", ["state", "matchType", "themeType", "budgetType", "targetingType", "expressionType"])
def test_an_unknown_enum_value_passes_through(endpoint: ListEndpoint, field: str) -> None:
    row = to_row(endpoint, minimal(endpoint, **{field: "BRAND_NEW"}))
    if field == "state":
        assert row["state"] == "BRAND_NEW"
        assert row["computed_status"] == "unknown"


def test_an_unknown_field_is_kept(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint, brandNewField={"a": [1, Decimal("0.30")]}))
    assert row[KEEPS[endpoint.entity]]["brandNewField"] == {"a": [1, Decimal("0.30")]}


def test_a_null_is_the_same_as_an_absent_field(endpoint: ListEndpoint) -> None:
    optional = ("bid", "defaultBid", "endDate", "portfolioId", "name", "extendedData", "budget", "creative", "sku")
    fields = {name: None for name in optional if name != own_id(endpoint)}
    assert to_row(endpoint, minimal(endpoint, **fields)) == to_row(endpoint, minimal(endpoint))


def test_an_epoch_of_zero_is_no_timestamp(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint, **times(endpoint, 0, 0)))
    assert row["creation_time"] is None
    assert row["last_updated_time"] is None


def test_epoch_milliseconds_become_utc(endpoint: ListEndpoint) -> None:
    row = to_row(endpoint, minimal(endpoint, **times(endpoint, 1_643_229_451_001, 1_761_992_400_999)))
    assert row["creation_time"] == "2022-01-26T20:37:31.001Z"
    assert row["last_updated_time"] == "2025-11-01T10:20:00.999Z"


@pytest.mark.parametrize("path", sorted(MONEY))
def test_money_is_exact(path: str) -> None:
    column, item = MONEY[path]
    found = BY_PATH[path]
    for amount, expected in (
        (Decimal("0.1") + Decimal("0.2"), 300_000),
        (Decimal("0.30"), 300_000),
        (10, 10_000_000),
        (Decimal("1.15"), 1_150_000),
        (Decimal("0.0000005"), 0),
        (Decimal("20000.01"), 20_000_010_000),
        (None, None),
    ):
        assert to_row(found, minimal(found, **item(amount)))[column] == expected


@pytest.mark.parametrize("path", [each.path for each in LISTS if "egative" in each.path])
def test_negatives_never_have_a_bid(path: str) -> None:
    row = to_row(BY_PATH[path], minimal(BY_PATH[path], bid=Decimal("0.5")))
    assert row["negative"] is True
    assert row["bid_micros"] is None


def test_campaign_level_negatives_have_no_ad_group() -> None:
    for path in ("sp/campaignNegativeKeywords/list", "sp/campaignNegativeTargets/list"):
        row = to_row(BY_PATH[path], minimal(BY_PATH[path], campaignId="10"))
        assert (row["target_level"], row["campaign_id"], row["ad_group_id"]) == ("campaign", "10", None)


def test_display_negatives_take_the_campaign_of_their_ad_group() -> None:
    found = BY_PATH["sd/negativeTargets/extended"]
    assert to_row(found, minimal(found, adGroupId=20))["campaign_id"] == "10"
    assert to_row(found, minimal(found, adGroupId=21))["campaign_id"] is None


def test_a_brands_ad_without_id_gets_the_surrogate_of_its_ad_group() -> None:
    found = BY_PATH["sb/v4/ads/list"]
    assert to_row(found, {"adGroupId": "144346139432941903"})["ad_id"] == "sb-legacy-144346139432941903"


def test_a_lifetime_budget_is_no_daily_budget() -> None:
    found = BY_PATH["sb/v4/campaigns/list"]
    row = to_row(found, minimal(found, budget=1500, budgetType="LIFETIME"))
    assert (row["budget_type"], row["budget_micros"], row["daily_budget_micros"]) == ("lifetime", 1_500_000_000, None)


def test_display_dates_are_dates() -> None:
    found = BY_PATH["sd/campaigns/extended"]
    row = to_row(found, minimal(found, startDate="20220126", endDate="20261231"))
    assert (row["start_date"], row["end_date"]) == ("2022-01-26", "2026-12-31")


def test_a_full_products_campaign() -> None:
    item = {
        "campaignId": "281474976710001",
        "portfolioId": "69616386521924",
        "name": "SP | Batteries",
        "targetingType": "MANUAL",
        "state": "ENABLED",
        "dynamicBidding": {"strategy": "LEGACY_FOR_SALES", "placementBidding": []},
        "budget": {"budgetType": "DAILY", "budget": Decimal("25.5"), "effectiveBudget": Decimal("30.6")},
        "startDate": "2024-05-01",
        "endDate": None,
        "tags": {"team": "emea"},
        "extendedData": {
            "creationDateTime": "2024-04-30T17:12:43.118Z",
            "lastUpdateDateTime": "2026-10-02T08:41:10.004Z",
            "servingStatus": "CAMPAIGN_OUT_OF_BUDGET",
        },
    }
    assert to_row(BY_PATH["sp/campaigns/list"], item) == {
        "profile_id": PROFILE,
        "campaign_id": "281474976710001",
        "name": "SP | Batteries",
        "campaign_type": "sp",
        "portfolio_id": "69616386521924",
        "targeting_type": "manual",
        "cost_type": None,
        "state": "ENABLED",
        "serving_status": "CAMPAIGN_OUT_OF_BUDGET",
        "computed_status": "out_of_budget",
        "budget_type": "daily",
        "budget_micros": 25_500_000,
        "daily_budget_micros": 25_500_000,
        "currency_code": "EUR",
        "bidding": {
            "strategy": "LEGACY_FOR_SALES",
            "placementBidding": [],
            "effectiveBudget": Decimal("30.6"),
            "tags": {"team": "emea"},
        },
        "start_date": "2024-05-01",
        "end_date": None,
        "creation_time": "2024-04-30T17:12:43.118Z",
        "last_updated_time": "2026-10-02T08:41:10.004Z",
        "synced_at": SYNCED,
    }


@pytest.mark.parametrize(
    ("path", "item", "expected"),
    [
        (
            "sp/keywords/list",
            {"keywordText": "soap", "matchType": "BROAD", "nativeLanguageKeyword": "肥皂"},
            ("keyword", "broad", {"text": "soap", "nativeLanguageKeyword": "肥皂"}),
        ),
        (
            "sp/negativeKeywords/list",
            {"keywordText": "x", "matchType": "NEGATIVE_EXACT"},
            ("keyword", "negative_exact", {"text": "x"}),
        ),
        (
            "sb/negativeKeywords",
            {"keywordText": "x", "matchType": "negativePhrase"},
            ("keyword", "negative_phrase", {"text": "x"}),
        ),
        (
            "sp/targets/list",
            {"expressionType": "AUTO", "expression": [{"type": "QUERY_HIGH_REL_MATCHES"}]},
            (
                "auto",
                "close_match",
                {
                    "expressionType": "AUTO",
                    "expression": [{"type": "QUERY_HIGH_REL_MATCHES"}],
                    "resolvedExpression": [],
                },
            ),
        ),
        (
            "sb/negativeTargets/list",
            {"expressions": {"type": "asinBrandSameAs", "value": "1"}},
            (
                "brand",
                "asin_brand_same_as",
                {"expression": [{"type": "asinBrandSameAs", "value": "1"}], "resolvedExpression": []},
            ),
        ),
        (
            "sd/targets/extended",
            {"expression": [{"type": "views", "value": [{"type": "lookback", "value": "30"}]}]},
            (
                "audience",
                "views",
                {
                    "expression": [{"type": "views", "value": [{"type": "lookback", "value": "30"}]}],
                    "resolvedExpression": [],
                },
            ),
        ),
        (
            "sp/targets/list",
            {"expression": [{"type": "SOMETHING_NEW", "value": "1"}]},
            (
                "unknown",
                "something_new",
                {"expression": [{"type": "SOMETHING_NEW", "value": "1"}], "resolvedExpression": []},
            ),
        ),
        (
            "sd/targets/extended",
            {"expression": "not a list", "resolvedExpression": 'category="1" lookback=30'},
            ("unknown", None, {"expression": ["not a list"], "resolvedExpression": ['category="1" lookback=30']}),
        ),
        (
            "sb/themes/list",
            {"themeType": "KEYWORDS_RELATED_TO_YOUR_BRAND"},
            ("theme", "keywords_related_to_your_brand", {"themeType": "KEYWORDS_RELATED_TO_YOUR_BRAND"}),
        ),
    ],
)
def test_the_normal_form_of_targets(path: str, item: dict[str, Any], expected: tuple[Any, ...]) -> None:
    row = to_row(BY_PATH[path], minimal(BY_PATH[path], **item))
    assert (row["target_type"], row["match_type"], row["expression"]) == expected


# --- what has happened ------------------------------------------------------------------------


def event(product: str = "sp", metadata: Any = None, **fields: Any) -> Row:
    told = {"timestamp": 1_761_001_200_123, "entityType": "CAMPAIGN", "entityId": "1", "changeType": "STATUS"}
    values = {"previousValue": "a", "newValue": "b", "metadata": metadata or {}}
    return change_event(product)({**told, **values, **fields}, CONTEXT)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (event(), ("campaigns", "state", "state")),
        (event(entityType="THEME", changeType="BID_AMOUNT"), ("targets", "bid_micros", "bid_micros")),
        (event(entityType="AD_GROUP", changeType="BID_AMOUNT"), ("ad_groups",) + ("default_bid_micros",) * 2),
        (event(changeType="IN_BUDGET"), ("campaigns", None, None)),
        (event(changeType="SMART_BIDDING_STRATEGY"), ("campaigns", "bidding", "bidding.strategy")),
        (event("sb", changeType="SMART_BIDDING_STRATEGY"), ("campaigns", None, None)),
        (event(changeType="PLACEMENT_GROUP"), ("campaigns", None, None)),
        (
            event(changeType="PLACEMENT_GROUP", metadata={"placementGroupPosition": "TOP_OF_SEARCH"}),
            ("campaigns", "bidding", "bidding.placementBidding[PLACEMENT_TOP].percentage"),
        ),
        (event(entityType="MOOD", changeType="COLOUR"), (None, None, None)),
        (event(entityType=["?"], changeType={"?": 1}), (None, None, None)),
    ],
)
def test_an_event_says_which_place_has_changed(row: Row, place: tuple[str | None, ...]) -> None:
    assert (row["entity_type"], row["column_name"], row["path"]) == place
    assert list(row) == list(STREAM["change_events"].schema["properties"])


def test_events_are_one_where_they_say_the_same() -> None:
    assert event()["event_id"] == event(metadata={"campaignId": "7"}, mood="new")["event_id"]
    others = [event(newValue="c"), event(timestamp=1_761_001_200_124), event(metadata={"placementGroupPosition": "X"})]
    assert len({each["event_id"] for each in (event(), *others)}) == 4


def test_an_event_has_amounts_in_micros_and_keeps_what_has_no_column() -> None:
    row = event(changeType="BUDGET_AMOUNT", previousValue="", newValue="25.5", metadata={"campaignBudgetType": "DAILY"})
    assert (row["old_micros"], row["new_micros"], row["occurred_at"]) == (None, 25_500_000, "2025-10-20T23:00:00.123Z")
    assert row["other_fields"] == {"campaignBudgetType": "DAILY"}
    strange = event(changeType="BUDGET_AMOUNT", previousValue="1", newValue="much")
    assert (strange["new_micros"], strange["new_value"]) == (None, "much")
    assert strange["other_fields"] == {"unreadable": {"newValue": "much"}}


@pytest.mark.parametrize("field", ["timestamp", "entityId"])
def test_an_event_without_what_it_is_about_is_refused(field: str) -> None:
    with pytest.raises(RefusedItemError, match=field):
        event(**{field: None})
