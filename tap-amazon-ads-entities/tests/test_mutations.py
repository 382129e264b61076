"""Items of every list with something wrong in them: what leaves fits its table, what is refused has a name."""

from __future__ import annotations

import json
import random
import re
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from amazon_ads_sandbox.endpoints import ENDPOINTS
from amazon_ads_sandbox.model.generate import entity
from amazon_ads_sandbox.model.profiles import profiles
from amazon_ads_sandbox.model.sizes import Sizes
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.errors import RefusedItemError
from tap_amazon_ads_entities.lists.pages import parse_array
from tap_amazon_ads_entities.lists.refused import Refused
from tap_amazon_ads_entities.rows.context import Row, RowContext
from tap_amazon_ads_entities.singer.streams.entities import ENTITY_STREAMS

SIZES = Sizes(now_ms=1_790_000_000_000)
LISTS = [endpoint for endpoint in CATALOGUE if endpoint.to_row is not None]
STREAM = {stream.entity: stream for stream in ENTITY_STREAMS}
MUTATED = 20_000 // len(LISTS) + 1
INTACT_EVERY = 4
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7.5, 1e-9, 1e300, 2**63, 2**64 - 1, -(2**63), 10**30, 9223372036854.7758075,
    1_643_229_451, 1_643_229_451_000, 1_643_229_451_000_000, "", " ", "0", "x", "n/a", "1,50", "1e3", "NaN", "Infinity",
    "0000-00-00", "0000-00-00T00:00:00.000Z", "2026-01-31T12:00:00.12Z", "2026-02-30", "2026-02-30T00:00:00.000Z",
    "03/04/2025", "0001-01-01T00:00:00+01:00", "20261301", "a\x00b", "\ud83d", "\udced x", "x" * 500, "7" * 250, "😀",
    "1643229451000", "²", "١٢٣", [], {}, [1], ["x", None], {"a": {"b": [1]}}, {"": ""}, [[[]]], {"type": 1},
)  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        found += places(part, (*path, step))
    return found


def mutate(item: dict[str, Any], chance: random.Random) -> None:
    """Change one to three places of an item, or give it a new field."""
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.1:
            item[chance.choice(("brandNew", "tactic", "goal", "name"))] = deepcopy(chance.choice(STRANGE))
            continue
        *way, last = chance.choice(places(item) or [("brandNew",)])
        holder: Any = item
        for step in way:
            holder = holder[step]
        if isinstance(holder, dict) and chance.random() < 0.15:
            del holder[last]
        else:
            holder[last] = deepcopy(chance.choice(STRANGE))


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


def wire(endpoint: ListEndpoint) -> list[dict[str, Any]]:
    """Items as the made-up account serves them."""
    served, profile = ENDPOINTS[endpoint.path], profiles(SIZES)[0]
    items = [
        served.render(entity(SIZES, profile.profile_id, served.product, served.kind, number), profile)
        for number in range(50)
    ]
    found: list[dict[str, Any]] = json.loads(msgspec.json.encode(items))
    return found


def test_the_made_up_account_has_nothing_to_note(endpoint: ListEndpoint) -> None:
    rows, refused, context = mapped(endpoint, wire(endpoint))
    assert len(rows) == 50
    assert refused.count == 0
    unknown_group = {"campaignId"} if endpoint.path == "sd/negativeTargets/extended" else set()
    assert context.notes.cells.keys() == unknown_group


def mapped(endpoint: ListEndpoint, items: list[dict[str, Any]]) -> tuple[list[Row], Refused, RowContext]:
    """The rows of a page, what is refused, and the context with its notes."""
    assert endpoint.to_row is not None
    context, refused, rows = RowContext("1", "2026-11-24T00:00:00.000Z", "EUR"), Refused(), []
    found, strange = parse_array(Response(200, {}, json.dumps(items).encode())).sorted_out()
    for reason in strange:
        refused.add_named(reason)
    for item in found:
        try:
            rows.append(endpoint.to_row(item, context))
        except RefusedItemError as error:
            refused.add(item, error)
    return rows, refused, context


@pytest.fixture(params=LISTS, ids=lambda endpoint: endpoint.path)
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
