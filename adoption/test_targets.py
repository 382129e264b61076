"""Other targets, each in an environment of its own: what goes in, what comes out, and what is lost on the way.

docs/warehouses.md says the same in a table; where one of these fails, a target has changed and the table with it.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path

import pytest
from harness.warehouse import warehouse
from targets import KINDS, ROWS, Messages, connection, counts, environment, load

from amazon_ads_sandbox.postgres import EmbeddedPostgres

TABLES = [f"entity_{name}" for name in ROWS]


def test_csv_has_every_row_and_json_as_python_writes_it(messages: Messages, tmp_path: Path) -> None:
    target = environment(tmp_path, "meltanolabs-target-csv==0.5.0")
    (target.folder / "rows").mkdir()
    load(target, "target-csv", messages, {"output_path": "rows"})
    found = {}
    for name in ROWS:
        with (target.folder / f"rows/entity_{name}.csv").open(newline="") as file:
            found[name] = list(csv.DictReader(file))
    assert {name: len(rows) for name, rows in found.items()} == ROWS
    sent = messages.campaigns()
    for row in found["campaigns"]:
        record = sent[row["profile_id"], row["campaign_id"]]
        assert row["budget_micros"] == str(record["budget_micros"])
        written = re.sub(r"Decimal\('(.*?)'\)", r"\1", row["bidding"]) or "None"
        assert ast.literal_eval(written) == record["bidding"]
    with pytest.raises(ValueError, match="Expecting property name"):
        json.loads(found["campaigns"][0]["bidding"])
    # What is null and what is an empty text look alike.
    assert None in {each["portfolio_id"] for each in sent.values()}
    assert "" in {row["portfolio_id"] for row in found["campaigns"]}


def test_pipelinewise_postgres_has_every_row_without_time_zones(
    messages: Messages, server: EmbeddedPostgres, tmp_path: Path
) -> None:
    target = environment(tmp_path, "pipelinewise-target-postgres==2.1.2")
    with warehouse(server) as empty:
        address = {**connection(empty), "dbname": empty.database, "default_target_schema": "amazon_ads"}
        load(target, "target-postgres", messages, address)
        assert counts(empty) == ROWS
        types = "select column_name, data_type from information_schema.columns where table_name = 'entity_campaigns'"
        assert [dict(empty.ask(types))[name] for name in KINDS] == [
            "character varying",
            "numeric",
            "jsonb",
            "character varying",
            "timestamp without time zone",
        ]
        values = empty.ask("select profile_id, campaign_id, bidding from amazon_ads.entity_campaigns")
        sent = {key: each["bidding"] for key, each in messages.campaigns().items()}
        assert {(profile, campaign): bidding for profile, campaign, bidding in values} == sent


@pytest.mark.parametrize(
    ("script", "packages", "types", "keyed"),
    [
        (
            "snowflake",
            ("meltanolabs-target-snowflake==0.20.4",),
            ["VARCHAR", "DECIMAL", "VARIANT", "DATE", "TIMESTAMP_NTZ"],
            True,
        ),
        (
            "bigquery",
            # Its SDK of then imports pkg_resources, which newer ones do not have.
            ("z3-target-bigquery==0.7.2", "setuptools<81"),
            ["STRING", "INTEGER", "JSON", "DATE", "TIMESTAMP"],
            False,
        ),
    ],
)
def test_types_of_a_warehouse_without_an_account(
    messages: Messages, tmp_path: Path, script: str, packages: tuple[str, ...], types: list[str], *, keyed: bool
) -> None:
    target = environment(tmp_path, *packages)
    (target.folder / "schemas.jsonl").write_text(messages.schemas())
    made_by = Path(__file__).parent / "warehouses" / f"{script}_types.py"
    found = json.loads(target.shell(f"python '{made_by}' < schemas.jsonl").stdout)
    assert set(found["types"]) == {*TABLES, "sync_log"}
    assert [found["types"]["entity_campaigns"][name] for name in KINDS] == types
    for stream, columns in found["types"].items():
        assert set(columns) == set((messages.records(stream) or [columns])[0]), stream
    if keyed:
        assert found["keys"]["entity_campaigns"] == ["profile_id", "campaign_id"]
