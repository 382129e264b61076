"""DuckDB as a target: which versions keep every row, and the reading views in its file."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harness.warehouse import Warehouse, made, warehouse
from pythons import CleanEnvironment
from targets import KINDS, ROWS, Messages, connection, counts, environment, load

from amazon_ads_sandbox.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[1]
LOADER = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres-copy"
VIEWS = ("ad_hierarchy", "advertised_asins", "targets_keywords", "targets_products")


@pytest.fixture(scope="module")
def duck(messages: Messages, tmp_path_factory: pytest.TempPathFactory) -> CleanEnvironment:
    """A DuckDB file, loaded in many small batches by the pair of versions that the page names."""
    target = environment(tmp_path_factory.mktemp("duck"), "target-duckdb==0.8.0", "duckdb<1.3")
    config = {"filepath": "ads.duckdb", "default_target_schema": "amazon_ads", "batch_size_rows": 100}
    load(target, "target-duckdb", messages, config)
    return target


def asked(environment: CleanEnvironment, question: str, file: str = "ads.duckdb") -> list[list[Any]]:
    """What a DuckDB file says, as JSON has it."""
    script = environment.folder / "ask.py"
    script.write_text(
        "import duckdb, json, sys\n"
        f"rows = duckdb.connect({file!r}, read_only=True).execute(sys.argv[1]).fetchall()\n"
        "json.dump(rows, sys.stdout, default=str)\n"
    )
    return list(json.loads(environment.shell('python ask.py "$QUESTION"', QUESTION=question).stdout))


def test_duckdb_before_1_3_has_every_row(duck: CleanEnvironment, messages: Messages) -> None:
    for name, expected in ROWS.items():
        assert asked(duck, f"select count(*) from amazon_ads.entity_{name}") == [[expected]]
    columns = "select column_name, data_type from information_schema.columns where table_name = 'entity_campaigns'"
    types = {str(name): kind for name, kind in asked(duck, columns)}
    assert [types[name] for name in KINDS] == ["VARCHAR", "HUGEINT", "JSON", "VARCHAR", "TIMESTAMP"]
    columns = "profile_id, campaign_id, bidding::varchar, last_updated_time"
    sent = messages.campaigns()
    for profile, campaign, bidding, moment in asked(duck, f"select {columns} from amazon_ads.entity_campaigns"):
        record = sent[profile, campaign]
        assert json.loads(bidding or "null") == record["bidding"]
        assert (moment or "")[:19] == (record["last_updated_time"] or "")[:19].replace("T", " ")


def test_duckdb_from_1_3_on_loses_the_first_row_of_a_batch(messages: Messages, tmp_path: Path) -> None:
    """Once it does not, the page has to say so."""
    target = environment(tmp_path, "target-duckdb==0.8.0", "duckdb>=1.3")
    load(target, "target-duckdb", messages, {"filepath": "ads.duckdb", "default_target_schema": "amazon_ads"})
    found = {name: asked(target, f"select count(*) from amazon_ads.entity_{name}")[0][0] for name in ROWS}
    assert found == {name: rows - (name != "portfolios") for name, rows in ROWS.items()}


def test_the_reading_views_say_the_same_in_duckdb_as_in_postgres(
    duck: CleanEnvironment, messages: Messages, server: EmbeddedPostgres, tmp_path: Path
) -> None:
    dbt = environment(tmp_path, "dbt-core~=1.11.0", "dbt-duckdb~=1.11.0", "duckdb<1.3")
    folder = ROOT / "transform"
    dbt.shell(
        f"dbt run --project-dir '{folder}' --profiles-dir '{folder}/profiles' --target duckdb"
        ' --target-path "$PWD/made" --log-path "$PWD/logs"',
        AMAZON_ADS_DUCKDB=str(duck.folder / "ads.duckdb"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    with loaded(server, messages) as ours:
        for view in VIEWS:
            columns = [
                name
                for name, kind in ours.ask(
                    "select column_name, data_type from information_schema.columns"
                    " where table_schema = 'amazon_ads' and table_name = %s",
                    view,
                )
                # As text they differ in how they are written, and the tables themselves are compared elsewhere.
                if kind not in ("jsonb", "timestamp with time zone")
            ]
            question = f"select {', '.join(f'{name}::varchar' for name in columns)} from amazon_ads.{view}"
            here, there = ours.ask(question), asked(duck, question)
            assert Counter(map(_plain, there)) == Counter(map(_plain, here)), view
            assert len(here) > 0


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    """A row in which JSON that stands for a name is spaced as Python does; DuckDB leaves the spaces out."""
    return tuple(json.dumps(json.loads(each)) if str(each).startswith("[{") else each for each in row)


@contextmanager
def loaded(server: EmbeddedPostgres, messages: Messages) -> Iterator[Warehouse]:
    """The same messages in Postgres, by the project's loader, with its views."""
    with warehouse(server, made(server)) as database:
        config = {
            **connection(database),
            "database": database.database,
            "default_target_schema": "amazon_ads",
            "activate_version": False,
            "add_record_metadata": False,
            "validate_records": False,
        }
        path = messages.file.with_name("postgres.json")
        path.write_text(json.dumps(config))
        with messages.file.open() as lines:
            subprocess.run(
                [LOADER, "--config", path],
                stdin=lines,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=300,
            )
        assert counts(database) == ROWS
        yield database
