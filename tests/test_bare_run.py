"""Tap and loader alone, on an empty database, with Meltano and without, and a later prepare."""

from __future__ import annotations

from harness.pipeline import Pipeline
from harness.truth import all_differences

TYPES = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'amazon_ads' and table_name like 'entity_%%' or table_name = 'sync_log'
order by 1, 2
"""


def test_the_two_plugins_alone_prepare_an_empty_database(pipeline: Pipeline) -> None:
    pipeline.reset()
    result = pipeline.meltano("run", "tap-amazon-ads-entities", "target-postgres", mode="full")
    assert result.code == 0, result.output
    assert all_differences(pipeline) == []
    assert ("entity_ads", "created_at", "timestamp with time zone") in pipeline.query(TYPES)
    pipeline.reset()


def test_tap_and_loader_without_meltano_work_on_an_empty_database_and_prepare_repairs_it(pipeline: Pipeline) -> None:
    result = pipeline.direct(mode="full")
    assert result.code == 0, result.output
    assert all_differences(pipeline) == []
    assert ("entity_ads", "created_at", "timestamp with time zone") not in pipeline.query(TYPES)

    repaired = pipeline.meltano("run", "dbt-postgres:prepare")
    assert repaired.code == 0, repaired.output
    kinds = pipeline.query(TYPES)
    assert ("entity_ads", "created_at", "timestamp with time zone") in kinds
    assert "timestamp without time zone" not in {row[2] for row in kinds}
    assert all_differences(pipeline) == []

    again = pipeline.meltano("run", "sync", mode="full")
    assert again.code == 0, again.output
    assert all_differences(pipeline) == []

    pipeline.reset()
    assert pipeline.meltano("run", "dbt-postgres:prepare").code == 0
    assert pipeline.query(TYPES) == kinds
