"""Runs a scenario and says how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass

from harness.pipeline import Pipeline, Result
from harness.scenarios import Scenario
from harness.truth import KEYS, all_differences, expected, loaded

SETTINGS = {"mode": "full", "page_size": 10, "max_retries": 3, "request_deadline": 60}


@dataclass
class Outcome:
    """One row of the fault table."""

    name: str
    rows_expected: int
    rows_loaded: int
    slices_failed: int
    exit_code: int
    seconds: float
    missing: int
    profiles_failed: int
    result: Result
    source: str


def prepare(pipeline: Pipeline) -> None:
    """An empty database with tables and views, no state, and the mark that every run leaves."""
    pipeline.sandbox.control.clear_faults()
    pipeline.sandbox.control.configure(latency_ms=0, rate_limit=None, token_ttl_seconds=3600)
    (pipeline.folder / "state.json").unlink(missing_ok=True)
    if not pipeline.query("select 1 from pg_views where schemaname = 'amazon_ads' and viewname = 'sync_runs'"):
        built = pipeline.meltano("run", "dbt-postgres:prepare", "dbt-postgres:build")
        assert built.code == 0, built.output
    tables = ", ".join(f"amazon_ads.{table}" for table in (*KEYS, "sync_log", "sync_slices"))
    pipeline.query_none(f"truncate {tables}")


def play(pipeline: Pipeline, scenario: Scenario) -> Outcome:
    """Run with the scenario's faults."""
    prepare(pipeline)
    first = min(pipeline.sandbox.control.counts()["entity_profiles"])
    for each in scenario.faults:
        rule = dict(each)
        match = {name: first if value == "FIRST" else value for name, value in rule.pop("match").items()}
        pipeline.sandbox.control.fault(rule.pop("kind"), match=match, **rule)
    started = time.monotonic()
    result = pipeline.direct(**{**SETTINGS, **scenario.settings})
    seconds = time.monotonic() - started
    pipeline.sandbox.control.clear_faults()
    return outcome(pipeline, scenario.name, result, seconds, scenario.source)


def outcome(pipeline: Pipeline, name: str, result: Result, seconds: float, source: str = "lists") -> Outcome:
    """What the database says of a run."""
    rows_expected = rows_loaded = missing = 0
    for table in KEYS:
        wanted, actual = expected(pipeline, table, source), loaded(pipeline, table)
        rows_expected += len(wanted)
        rows_loaded += len(actual)
        missing += len(wanted.keys() - actual.keys())
    failed = pipeline.query("select profile_id from amazon_ads.sync_runs where status = 'error'")
    return Outcome(
        name=name,
        rows_expected=rows_expected,
        rows_loaded=rows_loaded,
        slices_failed=len(failed),
        exit_code=result.code,
        seconds=seconds,
        missing=missing,
        profiles_failed=len({row[0] for row in failed} - {"*"}),
        result=result,
        source=source,
    )


def heal(pipeline: Pipeline, source: str = "lists") -> list[str]:
    """A clean full run; returns what still differs from the truth."""
    result = pipeline.direct(mode="full", source=source)
    return [*all_differences(pipeline, source=source), *([] if result.code == 0 else [f"exit code {result.code}"])]
