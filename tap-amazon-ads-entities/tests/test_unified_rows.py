"""Items of the unified API in the words of the lists, and nothing of them lost."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.rows import common_model, unified
from tap_amazon_ads_entities.rows.ad_extensions import ad_extension
from tap_amazon_ads_entities.rows.context import Row, RowContext, RowFunction
from tap_amazon_ads_entities.rows.unreadable import Notes

NAMES = {"sp": "PRODUCTS", "sb": "BRANDS", "sd": "DISPLAY", "st": "TELEVISION"}
CONTEXT = RowContext("1", "2026-11-24T00:00:00.000Z", "USD", {"20": "10"}, timezone="America/Los_Angeles")
SHARED = {
    "state": "ENABLED",
    "status": {"deliveryStatus": "DELIVERING"},
    "creationDateTime": "2026-01-02T03:04:05Z",
    "lastUpdatedDateTime": "2026-01-02T03:04:05.678Z",
}


def item(product: str, **fields: Any) -> dict[str, Any]:
    return {**SHARED, "adProduct": f"SPONSORED_{NAMES[product]}", **fields}


def target(product: str, kind: str, *, negative: bool = False, **details: Any) -> Row:
    own = {"targetId": "30", "adGroupId": "20", "negative": negative, "targetType": kind, "targetDetails": details}
    return unified.target(item(product, **own), CONTEXT)


TARGET = {"targetId": "30", "adGroupId": "20", "negative": False}


def budget(**more: Any) -> dict[str, Any]:
    money = {"currencyCode": "USD", "value": Decimal("12.34")}
    value = {"monetaryBudgetValue": {"monetaryBudget": money, **more}}
    return {"budgetType": "MONETARY", "recurrenceTimePeriod": "DAILY", "budgetValue": value}


def campaign(product: str = "sp", **fields: Any) -> Row:
    own = {"campaignId": "10", "name": "c", "startDateTime": "2026-01-02T08:00:00Z", "budgets": [budget()]}
    return unified.campaign(item(product, **{**own, **fields}), CONTEXT)


@pytest.mark.parametrize(
    ("product", "kind", "details", "expected"),
    [
        ("sp", "THEME", {"themeTarget": {"matchType": "KEYWORDS_CLOSE_MATCH"}}, ("auto", "close_match")),
        ("sp", "THEME", {"themeTarget": {"matchType": "SEARCH_CLOSE_MATCH"}}, ("auto", "close_match")),
        ("sp", "THEME", {"themeTarget": {"matchType": "SEARCH_LOOSE_MATCH"}}, ("auto", "loose_match")),
        ("sp", "THEME", {"themeTarget": {"matchType": "PRODUCT_SUBSTITUTES"}}, ("auto", "substitutes")),
        ("sp", "THEME", {"themeTarget": {"matchType": "PRODUCT_COMPLEMENTS"}}, ("auto", "complements")),
        *(
            ("sp", "THEME", {"themeTarget": {"matchType": f"KEYWORDS_RELATED_TO_{which}"}}, ("keyword_group", match))
            for which, match in (
                ("GIFTS", "keyword_group_same_as"),
                ("YOUR_BRAND", "keyword_group_same_as"),
                ("PRIME_DAY", "keywords_related_to_prime_day"),
                (
                    "PEER_BRANDS_PRODUCT_CATEGORY",
                    "keywords_related_to_peer_brands_product_category",
                ),
            )
        ),
        (
            "sb",
            "THEME",
            {"themeTarget": {"matchType": "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES"}},
            ("theme", "keywords_related_to_your_landing_pages"),
        ),
        ("sd", "THEME", {"themeTarget": {"matchType": "INTERESTED_AUDIENCE"}}, ("unknown", "interested_audience")),
        (
            "sd",
            "CONTENT_CATEGORY",
            {"contentCategoryTarget": {"contentCategoryId": "7"}},
            ("content_category", "content_category_same_as"),
        ),
        (
            "sd",
            "PRODUCT",
            {"productTarget": {"matchType": "PRODUCT_SIMILAR", "productIdType": "ASIN", "product": {}}},
            ("product", "similar_product"),
        ),
        (
            "sp",
            "PRODUCT",
            {"productTarget": {"matchType": "PRODUCT_EXACT", "productIdType": "SKU", "product": {"productId": "S"}}},
            ("product", "product_exact"),
        ),
        (
            "sp",
            "PRODUCT",
            {"productTarget": {"matchType": "PRODUCT_SIMILAR", "productIdType": "ASIN", "product": {"productId": "B"}}},
            ("product", "asin_expanded_from"),
        ),
        ("sp", "LOCATION", {"locationTarget": {"locationId": "9"}}, ("unknown", None)),
        ("st", "AUDIENCE", {"audienceTarget": {"audienceId": {"defaultValue": "4"}}}, ("audience", "audience")),
    ],
)
def test_a_target_is_of_the_kind_that_lists_say(
    product: str, kind: str, details: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    row = target(product, kind, **details)
    assert (row["target_type"], row["match_type"]) == expected


@pytest.mark.parametrize(
    "details",
    [
        {"productTarget": {"matchType": "PRODUCT_EXACT", "productIdType": "SKU", "product": {"productId": "KEPT"}}},
        {"productTarget": {"matchType": "PRODUCT_EXACT", "productIdType": "ASIN", "product": {"productId": "KEPT"}}},
        {"keywordTarget": {"keyword": "shoe", "matchType": "EXACT", "nativeLanguageKeyword": "KEPT"}},
        {"audienceTarget": {"audienceId": {"defaultValue": "1", "marketplaceSettings": [{"value": "KEPT"}]}}},
        {"contentCategoryTarget": {"contentCategoryId": "KEPT"}},
        {"locationTarget": {"locationId": "KEPT"}},
        {"somethingNew": {"matchType": "KEPT"}},
    ],
)
def test_details_of_a_target_are_in_its_expression(details: dict[str, Any]) -> None:
    kind = {"productTarget": "PRODUCT", "keywordTarget": "KEYWORD", "audienceTarget": "AUDIENCE"}.get(
        next(iter(details)), "CONTENT_CATEGORY" if "contentCategoryTarget" in details else "LOCATION"
    )
    assert "KEPT" in json.dumps(target("sd", kind, **details)["expression"])


@pytest.mark.parametrize(
    ("product", "state"), [("sp", "ENABLED"), ("sb", "enabled"), ("sd", "enabled"), ("st", "ENABLED")]
)
def test_the_state_of_a_target_is_in_the_case_of_its_list(product: str, state: str) -> None:
    assert target(product, "KEYWORD", keywordTarget={"keyword": "a", "matchType": "EXACT"})["state"] == state


def test_what_holds_back_something_that_delivers_does_not_stop_it() -> None:
    status = {"deliveryStatus": "LIMITED", "deliveryReasons": ["CAMPAIGN_OUT_OF_BUDGET"]}
    row = campaign("st", status=status)
    assert (row["serving_status"], row["computed_status"]) == ("LIMITED", "delivering")
    assert row["bidding"]["deliveryReasons"] == ["CAMPAIGN_OUT_OF_BUDGET"]
    stopped = campaign("st", status={**status, "deliveryStatus": "NOT_DELIVERING"})
    assert (stopped["serving_status"], stopped["computed_status"]) == ("CAMPAIGN_OUT_OF_BUDGET", "out_of_budget")
    assert "deliveryReasons" not in stopped["bidding"]


def test_a_global_campaign_keeps_what_is_said_of_its_marketplaces() -> None:
    parts = [{"marketplace": "GB", "monetaryBudget": {"currencyCode": "GBP", "value": Decimal(7)}}]
    configurations = [{"campaignId": "11", "marketplace": "GB", "overrides": {"state": "PAUSED"}}]
    own: dict[str, Any] = {
        "marketplaceScope": "GLOBAL",
        "globalCampaignId": "9",
        "marketplaceConfigurations": configurations,
    }
    row = campaign(budgets=[budget(marketplaceSettings=parts)], **own)
    assert row["daily_budget_micros"] == 12_340_000
    assert {name: row["bidding"][name] for name in own} == own
    assert row["bidding"]["budgets"] == [budget(marketplaceSettings=parts)]
    assert "budgets" not in campaign()["bidding"]


def test_other_bids_than_the_one_of_the_column_are_kept() -> None:
    group = {"adGroupId": "20", "campaignId": "10", "name": "g"}
    bid = {"defaultBid": Decimal("1.5"), "currencyCode": "USD"}
    row = unified.ad_group(item("st", **group, bid={**bid, "baseBid": Decimal(2)}), CONTEXT)
    assert row["default_bid_micros"] == 1_500_000
    assert row["other_fields"] == {"bid": {"baseBid": Decimal(2)}}
    assert "bid" not in (unified.ad_group(item("sp", **group, bid=bid), CONTEXT)["other_fields"] or {})


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-01-02T08:00:00Z", "2026-01-02"),
        ("2026-01-02T07:59:59Z", "2026-01-01"),
        ("2026-07-02T07:00:00Z", "2026-07-02"),
        ("2026-07-02T06:59:59.999Z", "2026-07-01"),
        ("2026-07-02T00:00:00-07:00", "2026-07-02"),
        ("2026-07-02", "2026-07-02"),
        ("20260702", "2026-07-02"),
        ("2026-07-02 junk", None),
    ],
)
def test_a_day_is_that_of_the_profiles_time_zone(moment: str, day: str | None) -> None:
    assert campaign(startDateTime=moment)["start_date"] == day


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc/passwd"])
def test_a_time_zone_that_nobody_knows_is_told(zone: str | None) -> None:
    context = RowContext("1", CONTEXT.synced_at, timezone=zone)
    row = unified.campaign(item("sp", campaignId="10", startDateTime="2026-01-02T07:59:59Z"), context)
    assert row["start_date"] == "2026-01-02"
    assert context.notes.cells["timezone"].count == 1


def test_whether_products_like_one_are_meant_is_kept() -> None:
    audience = {"asin": {"defaultValue": "B0"}, "event": "VIEW", "lookback": "DAYS_30"}
    said = [
        target("sd", "PRODUCT_AUDIENCE", productAudienceTarget={**audience, "matchType": match})["expression"]
        for match in ("PRODUCT_EXACT", "PRODUCT_SIMILAR")
    ]
    assert said[0]["expression"] == said[1]["expression"]
    assert [one.get("targetDetails") for one in said] == [None, {"matchType": "PRODUCT_SIMILAR"}]


@pytest.mark.parametrize(
    ("kind", "settings", "prompt"),
    [
        ("PROMPTS", {"promptExtension": {"promptText": "Which one is quiet?"}}, "Which one is quiet?"),
        ("VIDEO", {"videoExtension": {"videoType": "SPOTLIGHT", "renderedAssetId": "amzn1.x"}}, None),
        ("SOMETHING_NEW", {"newExtension": {"colour": "blue"}}, None),
    ],
)
def test_an_ad_extension_of_any_type_is_a_row_and_loses_nothing(
    kind: str, settings: dict[str, Any], prompt: str | None
) -> None:
    own = {"adExtensionId": "50", "adId": "40", "adGroupId": "20", "adExtensionType": kind, "someday": 1}
    reasons = ["AD_EXTENSION_PAUSED", "CAMPAIGN_PAUSED"]
    paused = {"deliveryStatus": "NOT_DELIVERING", "deliveryReasons": reasons}
    row = ad_extension(item("sp", **{**own, "adExtensionSettings": settings, "status": paused}), CONTEXT)
    assert (row["ad_extension_id"], row["ad_id"], row["ad_group_id"], row["campaign_id"]) == ("50", "40", "20", "10")
    assert (row["extension_type"], row["prompt"], row["extension_status"]) == (kind.lower(), prompt, None)
    assert (row["serving_status"], row["computed_status"]) == ("AD_EXTENSION_PAUSED", "paused")
    assert row["settings"] == {"adExtensionSettings": settings, "someday": 1, "deliveryReasons": reasons}


def test_an_ad_extension_that_names_no_ad_group_has_no_campaign() -> None:
    context = RowContext("1", CONTEXT.synced_at)
    row = ad_extension(
        item("sp", adExtensionId="50", adExtensionType="PROMPTS", adExtensionStatus="OPTED_OUT"), context
    )
    assert (row["campaign_id"], row["ad_id"], row["extension_status"]) == (None, None, "OPTED_OUT")
    assert context.notes.cells["campaignId"].count == 1


@pytest.mark.parametrize("product", NAMES)
@pytest.mark.parametrize("read", [common_model.ad, common_model.target, unified.ad, unified.target])
def test_what_names_neither_its_campaign_nor_a_known_ad_group_is_noted(read: RowFunction, product: str) -> None:
    kind = {"targetType": "PRODUCT", "targetDetails": {}, "negative": False}
    for ad_group, found in (("20", "10"), ("21", None)):
        context = replace(CONTEXT, notes=Notes())
        row = read(item(product, adId="30", targetId="30", adGroupId=ad_group, **kind), context)
        assert row["campaign_id"] == found
        assert ("campaignId" in context.notes.cells) == (found is None)


def objects(value: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value, itself included."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [each for part in parts for each in objects(part)]


CATEGORY = {"productCategoryRefinement": {"productCategoryRefinement": {"productCategoryId": "7"}}}
CAPS = {"recurrenceTimePeriod": "DAILY", "budgetType": "MONETARY", "budgetValue": {"monetaryBudget": {"amount": 5}}}


@pytest.mark.parametrize(
    ("read", "product", "fields"),
    [
        (unified.campaign, "sp", {"campaignId": "10", "budgets": [budget()]}),
        (common_model.campaign, "sp", {"campaignId": "10", "budgetCaps": CAPS}),
        (unified.ad_group, "sp", {"adGroupId": "20", "bid": {"defaultBid": 1}}),
        *(
            (unified.target, product, {**TARGET, "targetType": kind, "targetDetails": {member: details}})
            for product, kind, member, details in (
                ("sb", "THEME", "themeTarget", {"matchType": "KEYWORDS_RELATED_TO_YOUR_BRAND"}),
                ("sp", "PRODUCT_CATEGORY", "productCategoryTarget", CATEGORY),
                ("sp", "KEYWORD", "keywordTarget", {"matchType": "EXACT", "keyword": "k"}),
            )
        ),
        (common_model.target, "sb", {**TARGET, "targetType": "THEME", "targetDetails": {"matchType": "X"}}),
    ],
)
def test_a_field_that_is_new_is_kept_in_whatever_object_it_comes(
    read: RowFunction, product: str, fields: dict[str, Any]
) -> None:
    for number in range(len(objects(item(product, **fields)))):
        changed = json.loads(json.dumps(item(product, **fields), default=float))
        objects(changed)[number]["brandNew"] = "kept"
        assert "kept" in json.dumps(read(changed, CONTEXT), default=str), changed


@pytest.mark.parametrize(
    ("product", "kind", "member", "details", "aim"),
    [
        ("sp", "PRODUCT", "productTarget", {"productIdType": "ASIN", "product": {"productId": "B0"}}, "product"),
        ("sd", "PRODUCT_AUDIENCE", "productAudienceTarget", {"event": "VIEW", "lookback": "DAYS_30"}, "audience"),
    ],
)
def test_a_match_that_nobody_knows_is_none_of_the_known(
    product: str, kind: str, member: str, details: dict[str, Any], aim: str
) -> None:
    row = target(product, kind, **{member: {**details, "matchType": "PRODUCT_BRAND_NEW"}})
    assert (row["target_type"], row["match_type"]) == (aim, "product_brand_new")
    assert row["expression"]["targetDetails"]["matchType"] == "PRODUCT_BRAND_NEW"


def noted(**fields: Any) -> tuple[Row, Notes]:
    """A campaign, and what is noted of it."""
    context = replace(CONTEXT, notes=Notes())
    return unified.campaign(item("sp", **{"campaignId": "10", "budgets": [budget()], **fields}), context), context.notes


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_the_last_day_of_the_calendar_costs_its_cell_at_most(zone: str) -> None:
    context = replace(CONTEXT, notes=Notes(), timezone=zone)
    days = {"startDateTime": "0001-01-01T00:00:00Z", "endDateTime": "9999-12-31T23:59:59Z"}
    row = unified.campaign(item("sp", campaignId="10", budgets=[budget()], **days), context)
    assert row["campaign_id"] == "10"
    assert len(context.notes.cells) == 1
    assert set(row["bidding"]["unreadable"]) < set(days)


def test_a_time_of_day_beside_a_date_is_kept_and_no_problem() -> None:
    row, notes = noted(startDateTime="2026-01-02T20:00:00Z", endDateTime="2026-02-03T07:59:59Z")
    assert (row["start_date"], row["end_date"]) == ("2026-01-02", "2026-02-02")
    assert not notes.altered
    assert "altered" not in row["bidding"]
    assert (row["bidding"]["startDateTime"], "endDateTime" in row["bidding"]) == ("2026-01-02T20:00:00Z", False)


def test_an_amount_of_something_else_is_no_budget() -> None:
    row, notes = noted(budgets=[{**budget(), "budgetType": "IMPRESSIONS"}])
    assert (row["budget_micros"], row["daily_budget_micros"]) == (None, None)
    assert len(notes.cells) == 1
    assert noted(budgets=[budget(), budget()])[1].cells["budgets"].sample == "2 of them: the columns hold the first"


def test_a_level_that_contradicts_the_ids_is_kept() -> None:
    levels = {level: unified.target(item("sp", **TARGET, targetLevel=level), CONTEXT) for level in ("AD_GROUP", "NEW")}
    assert "targetLevel" not in levels["AD_GROUP"]["expression"]
    assert levels["NEW"]["expression"]["targetLevel"] == "NEW"


def test_a_product_that_was_not_asked_for_is_refused() -> None:
    context = replace(CONTEXT, ad_products=frozenset({"SP"}))
    with pytest.raises(RefusedItemError, match="adProduct is SPONSORED_BRANDS, although only SP was asked for"):
        unified.ad_group(item("sb", adGroupId="20"), context)
