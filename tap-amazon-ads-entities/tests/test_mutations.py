"""Items of every list with something wrong in them: what leaves fits its table, what is refused has a name."""

from __future__ import annotations

import json
import random
import re
from datetime import date, datetime
from typing import Any

import pytest
from harness.mutations import EXPORTED, INTACT_EVERY, LISTS, mutate, wire

from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.lists.mapping import rows_of
from tap_amazon_ads_entities.lists.pages import parse_array
from tap_amazon_ads_entities.lists.refused import Refused
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS

STREAM = {stream.entity: stream for stream in ENTITY_STREAMS}
MUTATED = 20_000 // len(LISTS) + 1
WITHOUT_CAMPAIGN = {"sd/negativeTargets/extended", "ads/export", "targets/export"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> bool:
    """Whether Postgres takes every text of a JSON value."""
    if isinstance(value, dict):
        return all(storable(name) and storable(part) for name, part in value.items())
    if isinstance(value, list):
        return all(storable(part) for part in value)
    return not isinstance(value, str) or not UNSTORABLE.search(value)


def fits(value: Any, column: dict[str, Any]) -> bool:
    """Whether a column holds a value."""
    kind, form = column["type"][0], column.get("format")
    if value is None:
        return "null" in column["type"]
    if type(value) is not {"object": dict, "integer": int, "boolean": bool, "string": str}[kind]:
        return False
    if kind == "integer":
        return -(2**63) <= value < 2**63
    if form == "date-time":
        return bool(MOMENT.fullmatch(value)) and datetime.fromisoformat(value[:-1]).year > 0
    return date.fromisoformat(value).isoformat() == value if form == "date" else storable(value)


def test_the_made_up_account_has_nothing_to_note(endpoint: ListEndpoint) -> None:
    rows, refused, context = mapped(endpoint, wire(endpoint))
    assert len(rows) == 50
    assert refused.count == 0
    # Nobody tells of which campaign an ad group is.
    unknown_group = {"campaignId"} if endpoint.path in WITHOUT_CAMPAIGN else set()
    assert context.notes.cells.keys() == unknown_group


def mapped(endpoint: ListEndpoint, items: list[dict[str, Any]]) -> tuple[list[Row], Refused, RowContext]:
    """The rows of a page, what is refused, and the context with its notes."""
    assert endpoint.to_row is not None
    context, refused = RowContext("1", "2026-11-24T00:00:00.000Z"), Refused(endpoint.id_field)
    page, to_row = parse_array(Response(200, {}, json.dumps(items).encode())), endpoint.to_row
    return rows_of(page, lambda item: to_row(item, context), context.notes, refused), refused, context


@pytest.fixture(params=[*LISTS, *EXPORTED], ids=lambda endpoint: endpoint.path)
def endpoint(request: pytest.FixtureRequest) -> ListEndpoint:
    found: ListEndpoint = request.param
    return found


def test_whatever_is_wrong_with_an_item_it_fits_or_is_named(endpoint: ListEndpoint) -> None:
    chance = random.Random(f"4711 {endpoint.path}")  # noqa: S311 - the same mutations every time
    columns, key = STREAM[endpoint.entity].schema["properties"], STREAM[endpoint.entity].id_column
    originals = wire(endpoint)
    intact = {row[key]: row for row in mapped(endpoint, originals)[0]}
    done = 0
    while done < MUTATED:
        items, kept = json.loads(json.dumps(originals)), []
        for number, item in enumerate(items):
            if number % INTACT_EVERY == 0:
                kept.append(mapped(endpoint, [originals[number]])[0][0][key])
            else:
                mutate(item, chance)
                done += 1
        rows, refused, _ = mapped(endpoint, items)
        assert len(rows) + refused.count == len(items)
        assert all(refused.names)
        for row in rows:
            assert list(row) == list(columns)
            wrong = {name: value for name, value in row.items() if not fits(value, columns[name])}
            assert wrong == {}
        by_key = {json.dumps(row, default=str, sort_keys=True) for row in rows}
        for each in kept:
            assert json.dumps(intact[each], default=str, sort_keys=True) in by_key
