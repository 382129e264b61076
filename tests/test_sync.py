"""The job `sync`, for real: sandbox, Postgres, Meltano, tap, loader, dbt."""

from __future__ import annotations

import pytest
from harness.pipeline import Pipeline
from harness.truth import ALONE, KEYS, OURS, all_differences, loaded

RUN = ("run", "sync")


@pytest.fixture(scope="module", autouse=True)
def _first_run(pipeline: Pipeline) -> None:
    result = pipeline.meltano(*RUN, mode="full")
    assert result.code == 0, result.output


def test_every_table_equals_the_ground_truth_row_by_row(pipeline: Pipeline) -> None:
    assert all_differences(pipeline) == []
    counts = pipeline.sandbox.control.counts()
    for table in KEYS.keys() - ALONE:
        assert len(loaded(pipeline, table)) == sum(counts[table].values()) > 0


def test_every_slice_is_in_the_run_log(pipeline: Pipeline) -> None:
    rows = pipeline.query("select entity_type, status, mode, items_upserted, details from amazon_ads.sync_runs")
    assert {row[1] for row in rows} == {"success"}
    assert {row[2] for row in rows} == {"full"}
    assert len(rows) == 3 * 5 + 1
    stored = {table: len(loaded(pipeline, table)) for table in KEYS}
    for entity in ("portfolios", "campaigns", "ad_groups", "ads", "targets"):
        assert sum(row[3] for row in rows if row[0] == entity) == stored[f"entity_{entity}"]
    endpoints = {path for row in rows for path in row[4]["endpoints"]}
    assert len([path for path in endpoints if not path.startswith("v2/")]) == 1 + 9 + 8 + 5


def test_the_state_is_fresh_everywhere(pipeline: Pipeline) -> None:
    rows = pipeline.query(
        "select freshness, last_full_sync_at, last_error, consecutive_errors from amazon_ads.sync_state",
    )
    assert len(rows) == 15
    assert {row[0] for row in rows} == {"fresh"}
    assert all(row[1] is not None and row[2] is None and row[3] == 0 for row in rows)


def test_a_second_run_changes_nothing_but_synced_at_and_the_log(pipeline: Pipeline) -> None:
    before = {table: loaded(pipeline, table) for table in KEYS}
    assert pipeline.meltano(*RUN, mode="full").code == 0
    for table in KEYS:
        after = loaded(pipeline, table)
        assert after.keys() == before[table].keys()
        for key, row in after.items():
            old = before[table][key]
            assert {name for name in row if row[name] != old[name]} == {"synced_at"}
            assert row["synced_at"] > old["synced_at"]
            assert row["created_at"] == old["created_at"]
    assert {"synced_at", "created_at", "valid_from", "vanished_since"} == OURS
    assert pipeline.query("select count(*) from amazon_ads.entity_changes") == [(0,)]


def test_an_incremental_run_brings_changes_and_only_those(pipeline: Pipeline) -> None:
    pipeline.sandbox.control.configure(log_requests=True)
    before = {table: loaded(pipeline, table) for table in KEYS}
    changed = pipeline.sandbox.control.change(count=3, create=2, tables=["entity_campaigns", "entity_ad_groups"])
    assert changed["updated"] > 0
    assert changed["created"] > 0
    result = pipeline.meltano(*RUN, refresh_statuses=False)
    assert result.code == 0, result.output
    assert all_differences(pipeline) == []
    moved = [
        key
        for key, row in loaded(pipeline, "entity_campaigns").items()
        if key in before["entity_campaigns"] and row["synced_at"] != before["entity_campaigns"][key]["synced_at"]
    ]
    assert 0 < len(moved) < len(before["entity_campaigns"]) / 2


def test_vanished_entities_stay_and_are_shown_after_a_full_run_only(pipeline: Pipeline) -> None:
    pipeline.sandbox.control.change(vanish=1, tables=["entity_ads"])
    assert pipeline.meltano(*RUN).code == 0
    assert pipeline.query("select count(*) from amazon_ads.vanished_entities") == [(0,)]
    assert pipeline.meltano(*RUN, mode="full").code == 0
    assert all_differences(pipeline, vanished_stay=True) == []
    shown = pipeline.query("select table_name, count(*) from amazon_ads.vanished_entities group by 1")
    assert shown == [("entity_ads", 3 * 3)]
    # The next run asks for them by their ids.
    assert pipeline.meltano(*RUN).code == 0
    gone = pipeline.query("select ad_product from amazon_ads.entity_ads where vanished_since is not null")
    assert sorted(gone) == [("sb",)] * 3 + [("sd",)] * 3 + [("sp",)] * 3


def test_every_check_is_made_where_dbt_is_not_started(pipeline: Pipeline) -> None:
    """Nothing has changed since the first run, so that nothing is left to make; what is stored may still be wrong."""
    again = pipeline.meltano(*RUN)
    assert again.code == 0, again.output
    assert again.lines("nothing to prepare")
    assert again.lines(r"(\d\d) of \1 checks found nothing")
    assert not again.lines("Running with dbt")
    some = "select min(ad_id) from amazon_ads.entity_ads where ad_product = 'sp'"
    pipeline.query_none(f"update amazon_ads.entity_ads set ad_product = 'xy' where ad_id = ({some})")
    failed = pipeline.meltano("run", "dbt-postgres:build")
    assert failed.code == 1
    assert failed.lines("Failure in test source_accepted_values_amazon_ads_entity_ads_ad_product.*: it found 1 rows")
    pipeline.query_none("drop view amazon_ads.advertised_asins")
    pipeline.query_none("update amazon_ads.entity_ads set ad_product = 'sp' where ad_product = 'xy'")
    made = pipeline.meltano("run", "dbt-postgres:build")
    assert made.code == 0, made.output
    assert made.lines("Running with dbt"), "what was dropped is made anew"
    assert pipeline.query("select count(*) > 0 from amazon_ads.advertised_asins") == [(True,)]


WEAKENED = """
select bool_or(pg_get_expr(p.polqual, p.polrelid) = 'true') from pg_policy as p
where p.polname = 'amazon_ads_members_read'
union all
select not reloptions::text like '%%security_invoker=on%%' from pg_class where oid = 'amazon_ads.ad_hierarchy'::regclass
union all
select tgenabled = 'D' from pg_trigger where tgname = 'amazon_ads_reopen_run'
union all
select prosecdef from pg_proc where oid = 'amazon_ads.reopen_run()'::regprocedure
"""


def test_what_others_have_weakened_is_made_anew(pipeline: Pipeline) -> None:
    assert pipeline.meltano("run", "dbt-postgres:prepare").code == 0
    pipeline.query_none(
        "alter policy amazon_ads_members_read on amazon_ads.entity_targets using (true);"
        "alter view amazon_ads.ad_hierarchy set (security_invoker = off);"
        "alter table amazon_ads.sync_log disable trigger amazon_ads_reopen_run;"
        "alter function amazon_ads.reopen_run() security definer"
    )
    assert set(pipeline.query(WEAKENED)) == {(True,)}
    done = pipeline.meltano("run", "dbt-postgres:prepare")
    assert done.code == 0, done.output
    assert set(pipeline.query(WEAKENED)) == {(False,)}
    assert pipeline.meltano("run", "dbt-postgres:prepare").lines("nothing to prepare")


def test_the_views_people_reach_for_first(pipeline: Pipeline) -> None:
    def number(statement: str) -> int:
        return int(pipeline.query(statement)[0][0])

    leaves = len(loaded(pipeline, "entity_ads")) + len(loaded(pipeline, "entity_targets"))
    assert number("select count(*) from amazon_ads.ad_hierarchy") == leaves
    inherited = (
        "from amazon_ads.ad_hierarchy as h join amazon_ads.entity_ad_groups as g using (profile_id, ad_group_id)"
    )
    assert number(f"select count(*) {inherited} where h.inherits_bid") > 0
    wrong = "h.inherits_bid and h.effective_bid_micros is distinct from g.default_bid_micros"
    assert number(f"select count(*) {inherited} where {wrong}") == 0
    assert number("select count(*) from amazon_ads.ad_hierarchy where campaign_name is null") == 0
    keywords = "from amazon_ads.entity_targets where target_type = 'keyword'"
    assert number("select count(*) from amazon_ads.targets_keywords") == number(f"select count(*) {keywords}")
    assert number("select count(*) from amazon_ads_fivetran.keyword_history") == number(
        f"select count(*) {keywords} and not negative",
    )
    assert number("select count(distinct ad_product) from amazon_ads.advertised_asins") == 3
    for view in ("campaign_history", "ad_group_history", "product_ad_history", "portfolio_history", "profile"):
        assert number(f"select count(*) from amazon_ads_fivetran.{view}") > 0


def test_one_entity_and_one_profile_can_be_run_alone(pipeline: Pipeline) -> None:
    profile = min(pipeline.sandbox.control.counts()["entity_profiles"])
    result = pipeline.meltano(*RUN, entities=["ads"], profile_ids=[int(profile)])
    assert result.code == 0, result.output
    rows = pipeline.query("select profile_id, entity_type from amazon_ads.sync_runs where run_id = %s", result.run_id)
    assert sorted(rows) == [("*", "profiles"), (profile, "ads")]


def test_every_view_and_column_is_commented(pipeline: Pipeline) -> None:
    silent = pipeline.query(
        """
        select c.relname, a.attname
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        where c.relnamespace::regnamespace::text like 'amazon_ads%%' and c.relkind in ('r', 'v')
            and a.attnum > 0 and not a.attisdropped
            and col_description(c.oid, a.attnum) is null
        """,
    )
    assert silent == []
