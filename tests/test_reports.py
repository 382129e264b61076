"""Spend that others load is joined with what we know, every row of it and none twice, as each of them lays it down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from harness.project import ROOT
from harness.warehouse import Warehouse, made, warehouse

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from entities_runner.database import Database

ENTITIES = """
insert into amazon_ads.entity_profiles (profile_id, account_name, country_code, currency_code, synced_at)
values ('1', 'Northwind', 'US', 'USD', now()), ('2', 'Nordwind', 'DE', 'EUR', now());
insert into amazon_ads.entity_portfolios (profile_id, portfolio_id, name, synced_at) values ('1', '5', 'Shoes', now());
insert into amazon_ads.entity_campaigns
    (profile_id, campaign_id, portfolio_id, name, campaign_type, state, computed_status, daily_budget_micros, synced_at)
values
    ('1', '9007199254740993', '5', 'Boots', 'sp', 'ENABLED', 'delivering', 10000000, now()),
    ('1', '12', null, 'Brand', 'sb', 'ENABLED', 'delivering', 20000000, now()),
    ('1', '13', null, 'Twice', 'sp', 'ENABLED', 'delivering', 1, now()),
    ('2', '13', null, 'Doppelt', 'sp', 'PAUSED', 'paused', 1, now());
insert into amazon_ads.entity_ad_groups
    (profile_id, ad_group_id, campaign_id, name, state, default_bid_micros, synced_at)
values ('1', '21', '9007199254740993', 'Group', 'ENABLED', 500000, now());
insert into amazon_ads.entity_ads
    (profile_id, ad_id, campaign_id, ad_group_id, ad_product, asin, sku, state, computed_status, creative, synced_at)
values
    ('1', '31', '9007199254740993', '21', 'sp', 'B000000001', 'S-1', 'ENABLED', 'delivering', null, now()),
    ('1', '32', '12', null, 'sb', null, null, 'ENABLED', 'delivering', '{"asins": ["B1", "B2"]}', now());
insert into amazon_ads.entity_targets
    (profile_id, target_id, campaign_id, ad_group_id, ad_product, target_type, match_type, negative, state,
     computed_status, expression, synced_at)
values
    ('1', '41', '9007199254740993', '21', 'sp', 'keyword', 'exact', false, 'ENABLED', 'delivering',
     '{"text": "boots"}', now());
"""
# Types and names as the connectors' own schemas have them.
AIRBYTE = """
create schema lake;
create table lake.sponsored_products_campaigns_report_stream_daily (
    "date" varchar, "profileId" bigint, "reportDate" varchar, "campaignId" bigint, impressions bigint, clicks bigint,
    "cost" numeric, "purchases30d" bigint, "sales30d" numeric, _airbyte_extracted_at timestamptz);
insert into lake.sponsored_products_campaigns_report_stream_daily values
    ('2026-11-20', 1, '2026-11-22', 9007199254740993, 100, 5, 1.23, 2, 40.5),
    ('2026-11-20', 1, '2026-11-22', 13, 10, 1, 0.1, 0, 0),
    ('2026-11-20', 2, '2026-11-22', 13, 10, 1, 0.2, 0, 0),
    ('2026-11-20', 1, '2026-11-22', 999, 1, 1, 7, 0, 0);
create table lake.sponsored_brands_campaigns_report_stream_daily (
    "date" varchar, "profileId" bigint, "campaignId" varchar, impressions bigint, clicks bigint, "cost" numeric);
insert into lake.sponsored_brands_campaigns_report_stream_daily values ('2026-11-20', 1, '12', 50, 2, 3);
create table lake.sponsored_products_productads_report_stream_daily (
    "date" varchar, "profileId" bigint, "adId" bigint, "campaignId" bigint, "adGroupId" bigint, impressions bigint,
    clicks bigint, "cost" numeric, "advertisedAsin" varchar, "purchases30d" bigint, "sales30d" numeric);
insert into lake.sponsored_products_productads_report_stream_daily values
    ('2026-11-20', 1, 31, 9007199254740993, 21, 100, 5, 1.23, 'B000000001', 2, 40.5);
create table lake.sponsored_brands_ads_report_stream_daily (
    "date" varchar, "profileId" bigint, "adId" bigint, impressions bigint, clicks bigint, "cost" numeric);
insert into lake.sponsored_brands_ads_report_stream_daily values ('2026-11-20', 1, 32, 50, 2, 3);
create table lake.sponsored_products_keywords_report_stream_daily (
    "date" varchar, "profileId" bigint, "keywordId" bigint, impressions bigint, clicks bigint, "cost" numeric);
insert into lake.sponsored_products_keywords_report_stream_daily values ('2026-11-20', 1, 41, 100, 5, 1.23);
create table lake.sponsored_display_targets_report_stream_daily (
    "date" varchar, "profileId" bigint, "targetingId" bigint, impressions bigint, clicks bigint, "cost" numeric);
insert into lake.sponsored_display_targets_report_stream_daily values ('2026-11-20', 2, 77, 8, 1, 0.5);
"""
FIVETRAN = """
create schema "Fivetran Ads";
create table "Fivetran Ads".campaign_level_report (
    "date" date, campaign_id text, clicks bigint, impressions bigint, cost double precision, purchases_30_d bigint,
    sales_30_d double precision, _fivetran_synced timestamptz);
insert into "Fivetran Ads".campaign_level_report values
    ('2026-11-20', '9007199254740993', 5, 100, 1.23, 2, 40.5), ('2026-11-20', '13', 1, 10, 0.3, 0, 0);
create table "Fivetran Ads".sb_campaign_report (
    report_date date, campaign_id text, clicks bigint, impressions bigint, cost double precision,
    attributed_conversions_14_d bigint, attributed_sales_14_d double precision);
insert into "Fivetran Ads".sb_campaign_report values ('2026-11-20', '12', 2, 50, 3, 1, 9.99);
create table "Fivetran Ads".advertised_product_report (
    "date" date, ad_id text, ad_group_id text, campaign_id text, advertised_asin text, advertised_sku text,
    clicks bigint, impressions bigint, cost double precision, purchases_30_d bigint, sales_30_d double precision);
insert into "Fivetran Ads".advertised_product_report values
    ('2026-11-20', '31', '21', '9007199254740993', 'B000000001', 'S-1', 5, 100, 1.23, 2, 40.5);
create table "Fivetran Ads".targeting_keyword_report (
    "date" date, keyword_id text, ad_group_id text, campaign_id text, clicks bigint, impressions bigint,
    cost double precision, purchases_30_d bigint, sales_30_d double precision);
insert into "Fivetran Ads".targeting_keyword_report values
    ('2026-11-20', '41', '21', '9007199254740993', 5, 100, 1.23, 2, 40.5);
"""
POSTHOG = """
create schema copied;
create table copied.sp_campaign_reports (
    "date" date, campaign_id bigint, _profile_id text, impressions bigint, clicks bigint, "cost" numeric,
    purchases30d bigint, sales30d numeric);
insert into copied.sp_campaign_reports values ('2026-11-20', 9007199254740993, '1', 100, 5, 1.23, 2, 40.5);
"""
CAMPAIGNS = """
select profile_id, currency_code, portfolio_name, campaign_id, campaign_name, ad_product, date::text, clicks,
    cost_micros, purchases, sales_micros
from amazon_ads.campaign_spend order by 4, 1
"""
ADS = "select ad_id, campaign_name, asin, sku, effective_status, cost_micros from amazon_ads.ad_spend order by 1"
TARGETS = """
select profile_id, target_id, target_name, effective_bid_micros, cost_micros from amazon_ads.target_spend order by 2
"""
BOOTS = ("1", "USD", "Shoes", "9007199254740993", "Boots", "sp", "2026-11-20", 5, 1_230_000, 2, 40_500_000)
BOOTS_AD = ("31", "Boots", "B000000001", "S-1", "delivering", 1_230_000)
VIEWS = "select count(*) from pg_views where schemaname = 'amazon_ads' and viewname like '%\\_spend'"
MODELS = ("--select", "path:models/reports")


@pytest.fixture(scope="module")
def loaded(postgres: EmbeddedPostgres) -> Iterator[Warehouse]:
    with warehouse(postgres, made(postgres)) as database:
        database.ask(ENTITIES)
        for reports in (AIRBYTE, FIVETRAN, POSTHOG):
            database.ask(reports)
        yield database


def test_without_the_setting_there_are_no_such_views(loaded: Warehouse) -> None:
    assert loaded.ask(VIEWS) == [(0,)]


def test_airbytes_reports_name_the_profile(loaded: Warehouse) -> None:
    done = loaded.dbt("run", *MODELS, AMAZON_ADS_REPORTS="airbyte:lake")
    assert done.code == 0, done.output
    day = "2026-11-20"
    assert loaded.ask(CAMPAIGNS) == [
        ("1", "USD", None, "12", "Brand", "sb", day, 2, 3_000_000, None, None),
        ("1", "USD", None, "13", "Twice", "sp", day, 1, 100_000, 0, 0),
        ("2", "EUR", None, "13", "Doppelt", "sp", day, 1, 200_000, 0, 0),
        BOOTS,
        # Spend of what we do not know is there all the same.
        ("1", "USD", None, "999", None, "sp", day, 1, 7_000_000, 0, 0),
    ]
    # An ad of two products is shown once, without a product.
    assert loaded.ask(ADS) == [BOOTS_AD, ("32", "Brand", None, None, "delivering", 3_000_000)]
    assert loaded.ask(TARGETS) == [("1", "41", "boots", 500_000, 1_230_000), ("2", "77", None, None, 500_000)]
    for block in re.findall(r"```sql\n(.*?)```", (ROOT / "docs/reports.md").read_text(), re.DOTALL):
        for question in filter(str.strip, block.split(";")):
            assert loaded.ask(question.replace("current_date", "date '2026-11-21'"))


def test_a_parent_whose_state_nobody_could_read_stops_its_children_from_delivering(loaded: Warehouse) -> None:
    change = "update amazon_ads.entity_campaigns set state = {}, computed_status = '{}' where name = 'Boots'"
    question = "select distinct effective_status from amazon_ads.ad_hierarchy where ad_group_id = '21'"
    assert loaded.ask(question) == [("delivering",)]
    loaded.ask(change.format("null", "unknown"))
    assert loaded.ask(question) == [("unknown",)]
    loaded.ask(change.format("'ENABLED'", "delivering"))


def test_fivetrans_reports_find_the_profile_by_ids_that_only_one_has(loaded: Warehouse) -> None:
    done = loaded.dbt("run", *MODELS, AMAZON_ADS_REPORTS="fivetran:Fivetran Ads")
    assert done.code == 0, done.output
    day = "2026-11-20"
    assert loaded.ask(CAMPAIGNS) == [
        ("1", "USD", None, "12", "Brand", "sb", day, 2, 3_000_000, 1, 9_990_000),
        (None, None, None, "13", None, "sp", day, 1, 300_000, 0, 0),
        BOOTS,
    ]
    assert loaded.ask(ADS) == [BOOTS_AD]
    assert loaded.ask(TARGETS) == [("1", "41", "boots", 500_000, 1_230_000)]


def test_posthogs_reports_are_of_campaigns_alone_and_views_go_with_the_setting(loaded: Warehouse) -> None:
    done = loaded.dbt("run", *MODELS, AMAZON_ADS_REPORTS="posthog:copied")
    assert done.code == 0, done.output
    assert loaded.ask(CAMPAIGNS) == [BOOTS]
    assert (loaded.ask(ADS), loaded.ask(TARGETS)) == ([], [])
    assert loaded.ask("select sum(cost_micros) from amazon_ads.campaign_spend") == [(Decimal(1_230_000),)]
    loaded.make()
    assert loaded.ask(VIEWS) == [(0,)]


def test_a_report_that_is_new_is_seen_by_the_next_run(loaded: Warehouse) -> None:
    variables = {**loaded.postgres.environment(), "TARGET_POSTGRES_DATABASE": loaded.database}
    ours = Database({**variables, "AMAZON_ADS_REPORTS": "airbyte:lake"})
    ours.bless("sources", [], "")
    loaded.ask("create table lake.sponsored_products_campaigns (id text)")
    assert ours.unchanged("sources", []) == "", "it is no report"
    loaded.ask("create table lake.sponsored_display_campaigns_report_stream_daily (date text)")
    assert ours.unchanged("sources", []) is None


def test_a_schema_without_reports_is_said_and_nothing_is_made(loaded: Warehouse) -> None:
    before = loaded.ask(VIEWS)
    done = loaded.dbt("run", *MODELS, AMAZON_ADS_REPORTS="airbyte:nowhere")
    assert done.code != 0
    assert "the schema nowhere has none of the tables sponsored_products_campaigns_report_stream_daily" in done.output
    assert loaded.ask(VIEWS) == before
