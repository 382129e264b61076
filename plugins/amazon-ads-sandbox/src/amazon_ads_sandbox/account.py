"""The account as it stands: generated entities plus what has been changed since, with their JSON kept ready."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import msgspec

from amazon_ads_sandbox import truth, unified
from amazon_ads_sandbox.endpoints import ENDPOINTS, Endpoint
from amazon_ads_sandbox.happened import Event, events
from amazon_ads_sandbox.model.entity import Entity
from amazon_ads_sandbox.model.generate import count, entity
from amazon_ads_sandbox.model.profiles import Profile, profiles
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.truth_events import event_row
from amazon_ads_sandbox.truth_exports import exported
from amazon_ads_sandbox.truth_unified import unified_row
from amazon_ads_sandbox.wire import Render

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_EXTENDED = ("extendedData", "servingStatus", "creationDate", "lastUpdatedDate")
_TRUTH = {
    "portfolio": truth.portfolio_row,
    "campaign": truth.campaign_row,
    "ad_group": truth.ad_group_row,
    "ad": truth.ad_row,
}


ALTERED_BY = 10_000
"""Micros by which an altered amount is another one."""


@dataclass(frozen=True)
class Disagreement:
    """What a source shows otherwise than the account has it: entities of one list, by their numbers."""

    hidden: frozenset[int] = frozenset()
    altered: frozenset[int] = frozenset()


class Collection:
    """One list of one profile."""

    def __init__(self, sizes: Sizes, profile: Profile, endpoint: Endpoint) -> None:
        """Generate nothing yet."""
        self._sizes = sizes
        self._profile = profile
        self._endpoint = endpoint
        self._numbers = list(range(count(sizes, endpoint.product, endpoint.kind)))
        self._changed: dict[int, Entity] = {}
        self._rows: dict[bool, list[bytes]] = {}
        self._common: dict[Render, list[bytes]] = {}
        self._states: list[str] | None = None
        self._campaigns: dict[str, list[int]] | None = None
        self._places: dict[str, int] | None = None
        self._by_states: dict[frozenset[str], list[int]] = {}
        self._views: dict[str, tuple[Disagreement, Collection]] = {}
        self.happened: list[Event] = []
        """What was changed, as Amazon's change history tells it."""

    def seen_by(self, source: str, disagreement: Disagreement) -> Collection:
        """The collection as a source shows it; kept until something changes."""
        known = self._views.get(source)
        if known is None or known[0] != disagreement:
            view = Collection(self._sizes, self._profile, self._endpoint)
            view._numbers = [number for number in self._numbers if number not in disagreement.hidden]
            view._changed = dict(self._changed)
            for number in disagreement.altered:
                each = self.entity(number)
                view._changed[number] = replace(each, amount=(each.amount or 0) + ALTERED_BY)
            known = self._views[source] = (disagreement, view)
        return known[1]

    def __len__(self) -> int:
        """How many entities there are now."""
        return len(self._numbers)

    def entity(self, number: int) -> Entity:
        """One entity as it is now."""
        return self._changed.get(number) or self.as_made(number)

    def entities(self) -> Iterator[Entity]:
        """All entities as they are now, in list order."""
        return (self.entity(number) for number in self._numbers)

    def truth(self, source: str = "lists") -> Iterator[dict[str, Any]]:
        """The rows a correct pipeline ends up with, by the source that it reads."""
        row = _TRUTH.get(self._endpoint.kind, truth.target_row)
        said = {"exports": exported, "unified": unified_row}.get(source, _as_listed)
        for each in map(truth.storable, self.entities()):
            found = {} if each.product == "st" or each.kind == "ad_extension" else row(each, self._profile)
            yield said(found, each, self._profile)

    def rows(self, *, extended: bool) -> list[bytes]:
        """Every element as JSON."""
        known = self._rows.get(extended)
        if known is None:
            known = self._rows[extended] = [self._encode(each, extended=extended) for each in self.entities()]
        return known

    def common(self, render: Render) -> list[bytes]:
        """Every element in Amazon's common model, as JSON; what is handed out stays as it is when something changes."""
        if render not in self._common:
            self._common[render] = [_encoded(render(each, self._profile)) for each in self.entities()]
        return self._common[render]

    def states(self) -> list[str]:
        """The state of every element, in the list's own case."""
        if self._states is None:
            upper = next(iter(self._endpoint.states)).isupper()
            self._states = [each.state.upper() if upper else each.state for each in self.entities()]
        return self._states

    def in_states(self, states: frozenset[str]) -> list[int]:
        """Places of the elements in those states."""
        known = self._by_states.get(states)
        if known is None:
            known = [place for place, state in enumerate(self.states()) if state in states]
            self._by_states[states] = known
        return known

    def of_campaign(self, campaign_id: str) -> list[int]:
        """Places of the elements of one campaign."""
        if self._campaigns is None:
            own = self._endpoint.kind == "campaign"
            self._campaigns = {}
            for place, each in enumerate(self.entities()):
                key = str(each.entity_id if own else each.campaign_id)
                self._campaigns.setdefault(key, []).append(place)
        return self._campaigns.get(campaign_id, [])

    def of_ids(self, ids: Iterable[str]) -> Iterator[int]:
        """Places of the elements with these ids."""
        if self._places is None:
            self._places = {str(each.entity_id): place for place, each in enumerate(self.entities())}
        return (self._places[each] for each in ids if each in self._places)

    def numbers(self) -> list[int]:
        """Places of the entities that exist."""
        return self._numbers

    def change(self, number: int, at_ms: int, **fields: Any) -> None:
        """Change one entity at a moment."""
        before = self.entity(number)
        after = self._changed[number] = replace(before, **fields)
        self.happened += events(before, after, at_ms)
        self._forget()

    def create(self) -> int:
        """Add one entity at the end of the list."""
        number = (self._numbers[-1] + 1) if self._numbers else 0
        self._numbers.append(number)
        self._forget()
        return number

    def vanish(self, number: int) -> None:
        """Remove one entity, as Amazon never does on purpose."""
        self._numbers.remove(number)
        self._forget()

    def back(self, number: int) -> None:
        """List one entity again that was removed."""
        if number not in self._numbers:
            self._numbers = sorted([*self._numbers, number])
            self._forget()

    def as_made(self, number: int) -> Entity:
        """One entity as it was before any change."""
        endpoint = self._endpoint
        return entity(self._sizes, self._profile.profile_id, endpoint.product, endpoint.kind, number)

    def _encode(self, each: Entity, *, extended: bool) -> bytes:
        document = self._endpoint.render(each, self._profile)
        if not extended:
            document = {name: value for name, value in document.items() if name not in _EXTENDED}
        return _encoded(document)

    def _forget(self) -> None:
        self._rows.clear()
        self._views.clear()
        self._by_states.clear()
        # What was handed out stays as it was.
        self._common = {}
        self._states = self._campaigns = self._places = None


def _as_listed(row: dict[str, Any], _entity: Entity, _profile: Profile) -> dict[str, Any]:
    return row


def _encoded(document: dict[str, Any]) -> bytes:
    try:
        return _ENCODER.encode(document)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can carry as an escape.
        return json.dumps(document, default=float).encode()


class Account:
    """All profiles and their lists."""

    def __init__(self, sizes: Sizes) -> None:
        """Generate nothing yet."""
        self.sizes = sizes
        self.profiles = {str(profile.profile_id): profile for profile in profiles(sizes)}
        self.gone: set[str] = set()
        self._collections: dict[tuple[str, str, str], Collection] = {}
        self._joined: dict[tuple[str, str, str], unified.Joined] = {}
        self.disagreements: dict[tuple[str, Collection], Disagreement] = {}
        """By source and collection."""

    def has(self, profile: Profile, endpoint: Endpoint) -> bool:
        """Whether the profile has the ad product at all."""
        return profile.readable and not (profile.sub_type == "KDP_AUTHOR" and endpoint.product == "sb")

    def collection(self, profile: Profile, endpoint: Endpoint) -> Collection:
        """One list of one profile; the plain and the extended list share their entities."""
        key = (str(profile.profile_id), endpoint.product, endpoint.kind)
        if key not in self._collections:
            self._collections[key] = Collection(self.sizes, profile, endpoint)
        return self._collections[key]

    def listed(self, profile: Profile, endpoint: Endpoint) -> Collection | unified.Joined:
        """What a list, or a query of the unified API, answers from."""
        if endpoint.family != "unified":
            return self.seen_by("lists", profile, endpoint)
        own = [each for each in self.lists(endpoint.table) if each.product == endpoint.product] or [endpoint]
        lists = [self.seen_by("unified", profile, each) for each in own]
        rows = [each.common(endpoint.render) for each in lists]
        key = (str(profile.profile_id), endpoint.path, endpoint.product)
        known = self._joined.get(key)
        if known is None or not known.joins(rows):
            known = self._joined[key] = unified.Joined(
                rows, lambda: chain.from_iterable(each.entities() for each in lists)
            )
        return known

    def seen_by(self, source: str, profile: Profile, endpoint: Endpoint) -> Collection:
        """One list of one profile as a source shows it."""
        collection = self.collection(profile, endpoint)
        disagreement = self.disagreements.get((source, collection))
        return collection if disagreement is None else collection.seen_by(source, disagreement)

    def happened(self, profile: Profile) -> list[Event]:
        """What was changed of a profile, in no order."""
        return [
            event
            for (profile_id, _, _), collection in self._collections.items()
            if profile_id == str(profile.profile_id)
            for event in collection.happened
        ]

    def readable(self) -> list[Profile]:
        """Profiles that have entities."""
        return [profile for key, profile in self.profiles.items() if profile.readable and key not in self.gone]

    def lists(self, table: str | None = None) -> list[Endpoint]:
        """The lists that feed a table, or any table."""
        return [endpoint for endpoint in ENDPOINTS.values() if endpoint.table and table in (None, endpoint.table)]

    def counts(self) -> dict[str, Any]:
        """Rows per table and profile, and per list."""
        tables: dict[str, dict[str, int]] = {"entity_profiles": {}}
        lists: dict[str, dict[str, int]] = {}
        for profile in self.readable():
            key = str(profile.profile_id)
            tables["entity_profiles"][key] = 1
            for endpoint in self.lists():
                number = len(self.collection(profile, endpoint)) if self.has(profile, endpoint) else 0
                per_profile = tables.setdefault(endpoint.table, {})
                per_profile[key] = per_profile.get(key, 0) + number
                lists.setdefault(endpoint.path, {})[key] = number
        return {**tables, "endpoints": lists}

    def truth(self, table: str, profile_id: str | None, source: str = "lists") -> Iterator[dict[str, Any]]:
        """The expected rows of a table, whose source are lists or exports."""
        for profile in self.readable():
            if profile_id not in (None, str(profile.profile_id)):
                continue
            if table == "entity_profiles":
                yield truth.profile_row(profile)
            if table == "change_events":
                yield from (event_row(each, profile) for each in self.happened(profile))
            alone = [each for each in unified.ALONE if each.table == table and source == "unified"]
            for endpoint in (*self.lists(table), *alone):
                if self.has(profile, endpoint):
                    yield from self.collection(profile, endpoint).truth(source)
