"""Reads and checks what a list request asks for; refuses what Amazon refuses."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from amazon_ads_sandbox import media, unified
from amazon_ads_sandbox.endpoints import Endpoint
from amazon_ads_sandbox.errors import RefusedError

_SD_STATE_SEPARATOR = ","


@dataclass
class Query:
    """What a request asks for.

    Args:
        states: states to list.
        size: rows of a page.
        start: first row of the page.
        campaigns: campaign filter; None for all.
        ids: filter by the ids of the items; None for all.
        extended: whether the extended fields are wanted.
    """

    states: frozenset[str]
    size: int
    start: int
    campaigns: frozenset[str] | None
    extended: bool
    ids: frozenset[str] | None = None

    @property
    def page(self) -> int:
        """1-based number of the page."""
        return self.start // max(1, self.size) + 1


def check_headers(endpoint: Endpoint, headers: Mapping[str, str]) -> None:
    """Both media types must be those of the endpoint."""
    if endpoint.content_type is not None:
        sent = headers.get("content-type", "")
        if not any(media.same(sent, taken) for taken in (endpoint.content_type, *endpoint.also_takes)):
            raise RefusedError(415, f"Cannot consume content type {sent or 'none'}")
    accept = headers.get("accept", "")
    if not media.same(accept, endpoint.accept) and not (endpoint.family == "sd" and accept in ("*/*", "")):
        raise RefusedError(406, f"Cannot produce {accept or 'anything'}")


def from_body(endpoint: Endpoint, body: bytes, scope: str) -> Query:
    """The query of a POSTed list."""
    try:
        document = msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError as error:
        raise RefusedError(400, "The request body is not JSON", "INVALID_BODY", "$") from error
    if not isinstance(document, dict):
        raise RefusedError(400, "The request body is not an object", "INVALID_BODY", "$")
    if endpoint.family == "unified" and unified.PRODUCTS.get(unified.named(document)) != endpoint.product:
        text = "adProductFilter.include must name one ad product"
        raise RefusedError(400, text, "INVALID_ARGUMENT", "$.adProductFilter.include")
    size = document.get("maxResults", endpoint.max_page)
    if "maxResults" in document and not endpoint.sized:
        raise RefusedError(400, "maxResults is not known here", "INVALID_ARGUMENT", "$.maxResults")
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= endpoint.max_page:
        text = f"maxResults must be between 1 and {endpoint.max_page}"
        raise RefusedError(400, text, "OUT_OF_RANGE", "$.maxResults")
    token = document.get("nextToken")
    start = 0 if token is None else decode_token(endpoint, scope, token)
    extended = endpoint.extended == "always" or bool(document.get("includeExtendedDataFields"))
    states, campaigns = _states(endpoint, _asked(document)), _campaigns(endpoint, document)
    return Query(states, size, start, campaigns, extended, _own_ids(endpoint, document))


def _asked(document: dict[str, Any]) -> Iterable[Any] | None:
    """The states asked for, whichever dialect they are asked for in."""
    chosen = document.get("stateFilter")
    if isinstance(chosen, dict):
        include = chosen.get("include")
        return include if isinstance(include, list) else [include]
    for part in document.get("filters", ()):
        if part.get("filterType") == "TARGETING_STATE":
            values = part.get("values")
            return values if isinstance(values, list) else [values]
    return None if chosen is None else [chosen]


def _campaigns(endpoint: Endpoint, document: dict[str, Any]) -> frozenset[str] | None:
    chosen = document.get("campaignIdFilter")
    include = chosen.get("include") if isinstance(chosen, dict) else None
    for part in document.get("filters", ()):
        if part.get("filterType") == "CAMPAIGN_ID":
            include = part.get("values")
    if include is None or _is_own(endpoint, "campaignIdFilter"):
        return None
    return _some_ids("campaignIdFilter", include, endpoint.campaign_ids)


def _own_ids(endpoint: Endpoint, document: dict[str, Any]) -> frozenset[str] | None:
    name, most = endpoint.own_ids or ("", 0)
    chosen = document.get(name)
    return _some_ids(name, chosen.get("include"), most) if isinstance(chosen, dict) else None


def _is_own(endpoint: Endpoint, name: str) -> bool:
    """Whether a filter is the one by the ids of the items: of campaigns, that by campaigns is."""
    return endpoint.own_ids is not None and endpoint.own_ids[0] == name


def _some_ids(name: str, include: Any, most: int) -> frozenset[str]:
    if not isinstance(include, list) or not 1 <= len(include) <= most:
        raise RefusedError(400, f"{name}: 1 to {most} ids", "OUT_OF_RANGE", f"$.{name}.include")
    return frozenset(str(each) for each in include)


def from_parameters(endpoint: Endpoint, parameters: Mapping[str, str]) -> Query:
    """The query of a GET list."""
    try:
        start, size = int(parameters.get("startIndex", 0)), int(parameters.get("count", endpoint.max_page))
    except ValueError as error:
        raise RefusedError(400, "startIndex and count must be numbers") from error
    if start < 0 or not 1 <= size <= endpoint.max_page:
        raise RefusedError(400, f"count must be between 1 and {endpoint.max_page}")
    text = parameters.get("stateFilter")
    asked = None if text is None else [part.strip() for part in text.split(_SD_STATE_SEPARATOR)]
    campaigns = None if _is_own(endpoint, "campaignIdFilter") else parameters.get("campaignIdFilter")
    ids = parameters.get(endpoint.own_ids[0]) if endpoint.own_ids else None
    return Query(
        _states(endpoint, asked),
        size,
        start,
        None if campaigns is None else frozenset(campaigns.split(",")),
        endpoint.extended == "always",
        None if ids is None else frozenset(ids.split(",")),
    )


def _states(endpoint: Endpoint, asked: Iterable[Any] | None) -> frozenset[str]:
    if asked is None:
        return endpoint.default_states
    wanted = frozenset(str(state) for state in asked)
    if endpoint.most_states is not None and len(wanted) > endpoint.most_states:
        text = f"stateFilter: at most {endpoint.most_states} state(s)"
        raise RefusedError(400, text, "OUT_OF_RANGE", "$.stateFilter.include")
    if unknown := sorted(wanted - endpoint.states):
        text = f"stateFilter: {', '.join(unknown)} is none of {', '.join(sorted(endpoint.states))}"
        raise RefusedError(400, text, "INVALID_ENUM_VALUE", "$.stateFilter.include")
    return wanted


def _seal(endpoint: Endpoint, scope: str, start: int) -> bytes:
    return hashlib.blake2b(f"{endpoint.path}|{endpoint.product}|{scope}|{start}".encode(), digest_size=6).digest()


def encode_token(endpoint: Endpoint, scope: str, start: int) -> str:
    """An opaque token for the page that starts there; it fits only its own list."""
    return base64.b64encode(_seal(endpoint, scope, start) + start.to_bytes(6, "big")).decode()


def decode_token(endpoint: Endpoint, scope: str, token: Any) -> int:
    """Where a token points; some look like a number, and are text all the same."""
    if isinstance(token, str) and token.isdigit():
        number = int(token)
        token = number.to_bytes((number.bit_length() + 7) // 8, "big").decode("ascii", "replace")
    try:
        raw = base64.b64decode(str(token), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    start = int.from_bytes(raw[6:], "big")
    if len(raw) != 12 or raw[:6] != _seal(endpoint, scope, start):  # noqa: PLR2004 - six and six bytes
        raise RefusedError(400, "The next token is not valid", "INVALID_TOKEN", "$.nextToken")
    return start
