"""Thousands of items with something wrong in them, through tap and loader into Postgres."""

from __future__ import annotations

import random
from typing import Any

from harness import chaos
from harness.account import OLD, PROFILE, Account, as_json
from harness.mutations import INTACT_EVERY, LISTS, mutate, wire
from harness.pipeline import Pipeline
from harness.rogue import Answer, Asked, Rogue

from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.rows.context import RowContext
from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS

MUTATED = 20_000 // len(LISTS) + 1
COLUMN = {stream.entity: stream.id_column for stream in ENTITY_STREAMS}


def test_no_bad_item_costs_a_valid_row_and_every_refusal_is_named(pipeline: Pipeline) -> None:
    account, intact = Account(), {}
    for endpoint in LISTS:
        chance = random.Random(f"2026 {endpoint.path}")  # noqa: S311 - the same mutations every time
        items = wire(endpoint, MUTATED * INTACT_EVERY // (INTACT_EVERY - 1))
        intact[endpoint.path] = {_key(endpoint, each) for each in items[::INTACT_EVERY]}
        for number, item in enumerate(items):
            if number % INTACT_EVERY:
                mutate(item, chance)
        account.answers[endpoint.path] = _answer(endpoint, items)
    chaos.prepare(pipeline)
    with Rogue(account) as server:
        result = pipeline.direct(
            api_url=f"{server.url}/{{region}}", token_url=f"{server.url}/token", mode="full", max_retries=0
        )
    log = (pipeline.folder / "target.log").read_text()
    assert "Traceback" not in result.output, log[-2000:]
    rows = dict(pipeline.query("select entity_type, error from amazon_ads.sync_log where run_id = %s", result.run_id))
    for endpoint in LISTS:
        stored = {
            row[0]
            for row in pipeline.query(f"select {COLUMN[endpoint.entity]} from amazon_ads.entity_{endpoint.entity}")
        }
        assert intact[endpoint.path] <= stored, endpoint.path
        details = pipeline.query(
            "select details -> 'endpoints' -> %s -> 'refused' from amazon_ads.sync_log"
            " where run_id = %s and entity_type = %s",
            endpoint.path,
            result.run_id,
            endpoint.entity,
        )[0][0]
        if details:
            assert f"{endpoint.path}: " in rows[endpoint.entity]
            assert details["count"] >= len(details["first"]) > 0
    # Refusals are errors.
    assert result.code == 1


def _key(endpoint: ListEndpoint, item: dict[str, Any]) -> str:
    """The key of an item's row; of ads without an id it is made."""
    assert endpoint.to_row is not None
    return str(endpoint.to_row(item, RowContext(PROFILE, OLD, "USD"))[COLUMN[endpoint.entity]])


def _answer(endpoint: ListEndpoint, items: list[dict[str, Any]]) -> Any:
    whole = as_json(items)
    wrapped = as_json({str(endpoint.envelope): items, "totalResults": len(items), "totalCount": len(items)})

    def answer(asked: Asked, _: int) -> Answer:
        if endpoint.envelope is not None:
            return wrapped
        first = "startIndex=0" in asked.path and "campaignIdFilter" not in asked.path
        return whole if first else as_json([])

    return answer
