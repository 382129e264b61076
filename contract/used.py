"""What the tap makes of Amazon's lists, asked of its own catalogue and row functions: there is no second list of it.

What is sent comes from the requests that the tap's paginator makes. Which fields are read shows when they are taken
away: a row is made of a whole item and of the item without the field, and the rows are compared.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from urllib.parse import parse_qsl

import msgspec

from contract.described import Fact, Field, Operation, value_of
from contract.samples import reads
from tap_amazon_ads_entities import endpoints
from tap_amazon_ads_entities.endpoints.accounts import PROFILES_PATH, PROFILES_QUERY
from tap_amazon_ads_entities.endpoints.model import JSON, WHOLE, ListEndpoint, Paging, Part
from tap_amazon_ads_entities.exports.questions import REASONS, STATUS_PATH, STATUSES, Answer
from tap_amazon_ads_entities.lists.pagination import Cursor, Paginator
from tap_amazon_ads_entities.rows.accounts import profile
from tap_amazon_ads_entities.rows.context import Item, Row, RowContext

_SYNCED_AT = "2026-01-01T00:00:00.000Z"


def _profile(item: Item, context: RowContext) -> Row:
    return profile(item, "NA", context.synced_at, context.notes)


# The one list that is no part of the catalogue.
_PROFILES = ListEndpoint(
    path=PROFILES_PATH,
    entity="profiles",
    ad_product=None,
    envelope=None,
    accept=JSON,
    content_type=None,
    paging=Paging.OFFSET,
    size_field=None,
    max_page_size=0,
    query=PROFILES_QUERY,
    to_row=_profile,
    id_field="profileId",
)


ITEMS = "items of "
"""What the name of the items of an export begins with."""


@dataclass(frozen=True)
class UsedList:
    """A list that the tap reads.

    Args:
        endpoint: its record in the catalogue.
        fields: of its items that are read beside those of the row: ids, and what other lists look up in it.
        items: what the items of an export are like, where it is about them and not about the request that makes it.
    """

    endpoint: ListEndpoint
    fields: frozenset[str]
    items: Operation | None = None

    @property
    def name(self) -> str:
        """Its path, with the ad product where one path serves several of them."""
        endpoint = self.endpoint
        if self.items is not None:
            return f"{ITEMS}{endpoint.path}"
        if endpoint.of and endpoint.ad_product is None:
            return endpoint.name
        return endpoint.path if endpoint.ad_product is None else f"{endpoint.ad_product} {endpoint.path}"

    @property
    def operation(self) -> str:
        """Its name in Amazon's files."""
        return f"{self.endpoint.method} {self.endpoint.path}"

    def sent(self, operation: Operation) -> set[Fact]:
        """Everything that requests to it say, as the facts of an operation that it has to offer."""
        endpoint = self.endpoint
        if self.items is not None:
            return set()
        found = {Fact("list", self.operation), Fact("response media type", endpoint.accept)}
        if endpoint.content_type:
            found.add(Fact("request media type", endpoint.content_type))
        for part in _parts(endpoint):
            for path, value in _body(endpoint, part):
                found |= _said("request field", path, [value], operation.request)
            for name, value in _query(endpoint, part):
                allowed = operation.parameters.get(name, Field()).values
                # Amazon's files describe lists as text: some values in one, with commas.
                values = [value] if value in allowed else value.split(",")
                found |= _said("query parameter", name, values, operation.parameters)
        return found

    def read(self, operation: Operation) -> set[Fact]:
        """The fields of its responses that the tap reads by name, of those that are known."""
        endpoint = self.endpoint
        if endpoint.paging is Paging.FILE and self.items is None:
            return _answer(operation.response)
        outer = [endpoint.total_field, endpoint.envelope]
        if endpoint.paging is Paging.NEXT_TOKEN:
            outer.append("nextToken")
        prefix = f"{endpoint.envelope or ''}[]"
        items = {
            path.removeprefix(f"{prefix}."): each
            for path, each in operation.response.items()
            if path.startswith(f"{prefix}.")
        }
        inner = set(self.fields)
        if endpoint.to_row is not None:
            context = partial(RowContext, profile_id="1", synced_at=_SYNCED_AT)
            inner |= reads(items, lambda item, to_row=endpoint.to_row: to_row(item, context()))  # type: ignore[misc]
        paths = {*filter(None, outer), *(f"{prefix}.{path}" for path in inner)}
        return {Fact("response field", path) for path in paths if path in operation.response}

    def numbers_sent(self) -> dict[str, int]:
        """The largest numbers of requests by their paths: rows of a page, and elements of each filter."""
        found: dict[str, int] = {}
        endpoint = self.endpoint
        if self.items is not None:
            return found
        for part in _parts(endpoint, whole=True):
            document = {**endpoint.body, **part.body}
            for name, value in {**endpoint.query, **part.query}.items():
                found[name] = max(found.get(name, 0), len(value.split(",")))
            for path, number in _lengths(document, ""):
                found[path] = max(found.get(path, 0), number)
        if endpoint.size_field:
            found[endpoint.size_field] = endpoint.max_page_size
        return found


def _answer(response: Mapping[str, Field]) -> set[Fact]:
    """What is read of the answer that says how an export is going."""
    paths = {field.encode_name for field in msgspec.structs.fields(Answer)} | {f"error.{name}" for name in REASONS}
    found = set()
    for path in paths:
        found |= _said("response field", path, list(STATUSES) if path == "status" else [], response)
    return found


def items_of(exports: Mapping[str, Operation]) -> list[UsedList]:
    """The items of the exports, by what files of them hold.

    Args:
        exports: what items are like, by entity.
    """
    return [
        replace(each, items=exports[each.endpoint.entity])
        for each in used_lists()
        if each.endpoint.paging is Paging.FILE and each.endpoint.content_type and each.endpoint.entity in exports
    ]


def used_lists() -> list[UsedList]:
    """Every list in the catalogue, whatever source it belongs to, and those that are only looked up."""
    found: dict[tuple[str, str | None], tuple[ListEndpoint, set[str]]] = {}

    def add(endpoint: ListEndpoint, *fields: str) -> None:
        known = found.get((endpoint.name, endpoint.ad_product))
        # A record that is only looked up makes no rows.
        best = known[0] if known is not None and known[0].to_row is not None else endpoint
        found[(endpoint.name, endpoint.ad_product)] = (
            best,
            {endpoint.id_field, *fields, *(known[1] if known else ())},
        )
        lookups = [endpoint.campaign_of, endpoint.by_campaigns.campaigns if endpoint.by_campaigns else None]
        for lookup in lookups:
            if lookup is not None:
                add(lookup.source, lookup.key, lookup.value)

    add(_PROFILES)
    for module in pkgutil.iter_modules(endpoints.__path__, f"{endpoints.__name__}."):
        for endpoint in getattr(import_module(module.name), "ENDPOINTS", ()):
            add(endpoint)
            if endpoint.paging is Paging.FILE:
                add(replace(endpoint, path=STATUS_PATH, of=endpoint.entity, content_type=None, body={}))
    return [UsedList(endpoint, frozenset(fields)) for endpoint, fields in found.values()]


def _parts(endpoint: ListEndpoint, *, whole: bool = False) -> Iterator[Part]:
    """Every question that is asked of a list, as a whole and in pieces; with as many ids as are ever asked for."""
    filters = [by for by in (endpoint.by_campaigns, endpoint.by_ids) if by is not None]
    narrowed = [WHOLE, *(by.narrow(["1"] * (by.size if whole else 1)) for by in filters)]
    for read in endpoint.reads:
        for part in (*narrowed, *endpoint.by_state):
            yield read.with_(part)


def _body(endpoint: ListEndpoint, part: Part) -> Iterator[tuple[str, str]]:
    if endpoint.content_type is None:
        return
    later = Paginator(endpoint, part, Cursor(token="t")).body(1)  # noqa: S106 - where a page begins
    document = {**endpoint.body, **part.body} if later is None else json.loads(later)
    yield from _leaves(document, "")


def _leaves(node: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, f"{path}[]")
    else:
        yield path, str(node)


def _lengths(node: object, path: str) -> Iterator[tuple[str, int]]:
    """How many elements the arrays of a document have."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _lengths(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        yield path, len(node)
        for value in node:
            yield from _lengths(value, f"{path}[]")


def _query(endpoint: ListEndpoint, part: Part) -> Iterator[tuple[str, str]]:
    if endpoint.size_field is None:
        yield from {**endpoint.query, **part.query}.items()
    else:
        yield from parse_qsl(Paginator(endpoint, part).query(1).removeprefix("?"))


def _said(kind: str, path: str, values: list[str], described: Mapping[str, Field]) -> set[Fact]:
    """A field, and its values where the files enumerate them."""
    closed = path in described and described[path].values
    return {Fact(kind, path), *(Fact(kind, value_of(path, value)) for value in values if closed)}
