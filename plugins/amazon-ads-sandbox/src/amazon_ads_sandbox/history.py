"""Amazon's change history: `POST /history`, which says what has happened to some campaigns, or to all of a profile."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from amazon_ads_sandbox import media
from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.happened import TYPES, Event
from amazon_ads_sandbox.model.profiles import Profile

PATH = "history"
PLAIN = "application/json"
WITH_THEMES = "application/vnd.historyresponse.v1.1+json"
_TYPES = frozenset(TYPES.values())
_FILTERS = frozenset(
    {
        "BID_AMOUNT",
        "BUDGET_AMOUNT",
        "END_DATE",
        "IN_BUDGET",
        "NAME",
        "PLACEMENT_GROUP",
        "SMART_BIDDING_STRATEGY",
        "START_DATE",
        "STATUS",
    }
)
_FIELDS = frozenset({"fromDate", "toDate", "eventTypes", "count", "nextToken", "pageOffset", "sort"})
_DAYS_MS = 90 * 86_400_000
_SIZES = (50, 200)
_MOST = 10
_FARTHEST = 10_000
_ADVERTISER = "useProfileIdAdvertiser"


@dataclass(frozen=True)
class Scope:
    """What is asked for of one type of entity.

    Args:
        ids: of entities of the type.
        campaigns, ad_groups: parents.
        everything: of the profile.
        filters: types of changes; all where there are none.
        numeric: whether ids were given as numbers, so that ids are.
    """

    ids: frozenset[str]
    campaigns: frozenset[str]
    ad_groups: frozenset[str]
    everything: bool
    filters: frozenset[str]
    numeric: bool

    def holds(self, event: Event) -> bool:
        """Whether an event is among what is asked for."""
        if self.filters and event.change.removeprefix("DEFAULT_") not in self.filters:
            return False
        entity = event.entity
        return (
            self.everything
            or bool(self.ids & _names(entity.entity_id))
            or bool(self.campaigns & _names(entity.campaign_id))
            or bool(self.ad_groups & _names(entity.ad_group_id))
        )


def answer(account: Account, profile: Profile, headers: Mapping[str, str], body: bytes) -> tuple[bytes, str]:
    """The body and the media type of an answer.

    Raises:
        RefusedError: Amazon would refuse it.
    """
    if not media.same(headers.get("content-type", ""), PLAIN):
        raise RefusedError(415, f"Cannot consume content type {headers.get('content-type', 'none')}")
    accept = next((each for each in (PLAIN, WITH_THEMES) if media.same(headers.get("accept", ""), each)), None)
    if accept is None:
        raise RefusedError(406, f"Cannot produce {headers.get('accept', 'anything')}")
    document = _document(body)
    scopes = _scopes(document, themes=accept == WITH_THEMES)
    since, until = _period(document)
    size, direction = _size(document), _direction(document)
    asked = msgspec.json.encode([profile.profile_id, since, until, direction, document["eventTypes"]])
    seal = hashlib.blake2b(asked, digest_size=6).digest()
    offset, start = document.get("pageOffset"), _start(document, seal)
    found = [
        event
        for event in account.happened(profile)
        if since <= event.at_ms <= until and event.type in scopes and scopes[event.type].holds(event)
    ]
    found.sort(key=lambda event: event.at_ms, reverse=direction == "DESC")
    page = found[start : start + size]
    answered: dict[str, Any] = {"events": [_event(each, numeric=scopes[each.type].numeric) for each in page]}
    if offset is not None:
        answered["totalResults"] = min(len(found), _FARTHEST)
    elif start + size < len(found):
        answered["nextToken"] = base64.b64encode(seal + (start + size).to_bytes(6, "big")).decode()
    return msgspec.json.encode(answered), accept


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError as error:
        raise RefusedError(400, "The request body is not JSON") from error
    if not isinstance(document, dict) or not {"fromDate", "toDate", "eventTypes"} <= document.keys() <= _FIELDS:
        raise RefusedError(400, "The request needs fromDate, toDate and eventTypes, and takes nothing unknown")
    return document


def _period(document: dict[str, Any]) -> tuple[int, int]:
    since, until = document["fromDate"], document["toDate"]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in (since, until)):
        raise RefusedError(400, "fromDate and toDate must be milliseconds")
    if since < time.time() * 1000 - _DAYS_MS or since > until:
        raise RefusedError(400, "fromDate must be at most 90 days ago, and before toDate")
    return since, until


def _size(document: dict[str, Any]) -> int:
    size = document.get("count", 100)
    if not isinstance(size, int) or isinstance(size, bool) or not _SIZES[0] <= size <= _SIZES[1]:
        raise RefusedError(400, "count must be between 50 and 200")
    return size


def _direction(document: dict[str, Any]) -> str:
    sort = document.get("sort", {})
    direction = sort.get("direction", "DESC") if isinstance(sort, dict) else None
    if direction not in ("ASC", "DESC") or sort.get("key", "DATE") != "DATE":
        raise RefusedError(400, "sort takes DATE, ASC and DESC")
    return str(direction)


def _start(document: dict[str, Any], seal: bytes) -> int:
    token, offset = document.get("nextToken"), document.get("pageOffset")
    if token is not None and offset is not None:
        raise RefusedError(400, "pageOffset and nextToken exclude each other")
    if offset is not None:
        if not isinstance(offset, int) or not 0 <= offset < _FARTHEST:
            raise RefusedError(400, "pageOffset must be below 10000")
        return offset
    if token is None:
        return 0
    try:
        raw = base64.b64decode(str(token), validate=True)
    except ValueError:
        raw = b""
    if raw[:6] != seal:
        raise RefusedError(400, "nextToken is not valid")
    return int.from_bytes(raw[6:], "big")


def _scopes(document: dict[str, Any], *, themes: bool) -> dict[str, Scope]:
    asked = document["eventTypes"]
    if not isinstance(asked, dict) or not asked or not asked.keys() <= _TYPES:
        raise RefusedError(400, f"eventTypes must name some of {', '.join(sorted(_TYPES))}")
    if "THEME" in asked and not themes:
        raise RefusedError(400, f"THEME needs Accept {WITH_THEMES}")
    return {name: _scope(each) for name, each in asked.items()}


def _scope(asked: Any) -> Scope:
    if not isinstance(asked, dict):
        raise RefusedError(400, "a type of events must be an object")
    ids, parents, filters = (asked.get(name, []) for name in ("eventTypeIds", "parents", "filters"))
    if len(ids) > _MOST or len(parents) > _MOST:
        raise RefusedError(400, "at most 10 ids and 10 parents")
    if not _FILTERS.issuperset(filters):
        raise RefusedError(400, f"filters must be some of {', '.join(sorted(_FILTERS))}")
    if any(each.get(_ADVERTISER) and each.keys() & {"campaignId", "adGroupId"} for each in parents):
        raise RefusedError(400, f"{_ADVERTISER} excludes other parents")
    campaigns, ad_groups = (_named(parents, name) for name in ("campaignId", "adGroupId"))
    given = [*ids, *campaigns, *ad_groups]
    if not all(isinstance(each, str) for each in given):
        raise RefusedError(400, "ids must be text")
    return Scope(
        frozenset(ids),
        frozenset(campaigns),
        frozenset(ad_groups),
        any(each.get(_ADVERTISER) for each in parents),
        frozenset(filters),
        bool(given) and all(each.isdecimal() for each in given),
    )


def _named(parents: Iterable[dict[str, Any]], name: str) -> list[Any]:
    return [each[name] for each in parents if name in each]


def _names(number: int | None) -> frozenset[str]:
    """An id in both forms."""
    return frozenset() if number is None else frozenset({str(number), _opaque(number)})


def _opaque(number: int) -> str:
    return f"A0{number:X}"


def _event(event: Event, *, numeric: bool) -> dict[str, Any]:
    shown = str if numeric else _opaque
    entity = event.entity
    parents = {"campaignId": entity.campaign_id, "adGroupId": entity.ad_group_id}
    return {
        "timestamp": event.at_ms,
        "entityType": event.type,
        "entityId": shown(entity.entity_id or 0),
        "changeType": event.change,
        "previousValue": event.old,
        "newValue": event.new,
        "metadata": {
            **{name: shown(number) for name, number in parents.items() if number is not None},
            **event.metadata,
        },
    }
