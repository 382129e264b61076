"""Lists that change while they are read: entities come, go, move and change their state between two requests.

Each schedule has a number and can be played again by it.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any, cast

from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.amazon.request import Attempt, Question, Request
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import ListEndpoint, Paging
from tap_amazon_ads_entities.errors import SliceError
from tap_amazon_ads_entities.lists.chains import in_one
from tap_amazon_ads_entities.lists.completeness import Expectation
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.reader import Reader
from tap_amazon_ads_entities.lists.reading import Profile, Reading
from tap_amazon_ads_entities.process.deadline import Deadline, Stop
from tap_amazon_ads_entities.process.room import Room

_STATES = ("enabled", "paused", "archived")
_PAGE = 4


@dataclass
class Outcome:
    """How a schedule ended.

    Args:
        green: whether the list passed as complete.
        missing: ids that were there all the time and did not come.
        requests: how many it took.
    """

    green: bool
    missing: set[int]
    requests: int


@dataclass
class Drifting:
    """A client of one list of one profile.

    Args:
        endpoint: the list.
        seed: of everything.
    """

    endpoint: ListEndpoint
    seed: int
    requests: int = 0
    rows: list[list[Any]] = field(default_factory=list)
    there_all_the_time: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Fill it, and decide when it changes."""
        self.random = random.Random(f"{self.endpoint.path} {self.seed}")  # noqa: S311 - replayed
        self.rows = [[number, self.random.choice(_STATES)] for number in range(1, self.random.randint(2, 40))]
        self.there_all_the_time = {number for number, _ in self.rows}
        self.moments = set(self.random.sample(range(1, 40), self.random.randint(1, 6)))

    def fetch(self, question: Question[Page], **_: object) -> Page:
        """Answer, and change."""
        self.requests += 1
        request = question.request(Attempt())
        answer = question.answer(Response(200, {}, json.dumps(self._answer(request)).encode()))
        if self.requests in self.moments:
            self._change()
        return answer

    def _change(self) -> None:
        place = self.random.randrange(len(self.rows) + 1)
        kind = self.random.choice(("insert", "remove", "move", "state"))
        if kind == "insert":
            self.rows.insert(place, [1000 + self.requests, self.random.choice(_STATES)])
        elif self.rows:
            place = min(place, len(self.rows) - 1)
            if kind == "remove":
                self.there_all_the_time.discard(self.rows.pop(place)[0])
            elif kind == "move":
                self.rows.insert(self.random.randrange(len(self.rows)), self.rows.pop(place))
            else:
                self.rows[place][1] = self.random.choice(_STATES)

    def _answer(self, request: Request) -> Any:
        if self.endpoint.paging is Paging.OFFSET:
            query = dict(part.split("=") for part in request.url.partition("?")[2].split("&"))
            start, size = int(query["startIndex"]), int(query["count"])
            found = self._in_states(query.get("stateFilter", ""))
            return [self._item(number) for number in found[start : start + size]]
        asked = json.loads(request.body or b"{}")
        found = self._in_states(json.dumps([asked.get("stateFilter"), asked.get("filters")]))
        start = int(asked.get("nextToken", 0))
        page = [self._item(each) for each in found[start : start + _PAGE]]
        document: dict[str, Any] = {str(self.endpoint.envelope): page}
        if self.endpoint.total_field:
            document[self.endpoint.total_field] = len(found)
        if start + _PAGE < len(found):
            document["nextToken"] = str(start + _PAGE)
        return document

    def _in_states(self, asked: str) -> list[int]:
        wanted = {state for state in _STATES if state in asked.lower()} or set(_STATES)
        return [number for number, state in self.rows if state in wanted]

    def _item(self, number: int) -> dict[str, Any]:
        return {self.endpoint.id_field: number}


LISTS = tuple(
    each for each in CATALOGUE if not (each.by_campaigns and each.by_campaigns.always) and not each.campaign_of
)
"""Those that need no other list."""


def play(seed: int, *, confirm: bool) -> Outcome:
    """Read a list while it changes.

    Args:
        seed: number of the schedule.
        confirm: read until two reads agree.
    """
    endpoint = LISTS[seed % len(LISTS)]
    account = Drifting(endpoint, seed)
    reader = Reader(cast("Client", account), api_url="http://x", page_sizes=PageSizes(_PAGE), room=Room(64 << 20))
    deadline = Deadline.after(600, "this test")
    reading = Reading(endpoint, Profile("1", "NA"), Stop(), lambda: deadline, expectation=Expectation(confirm=confirm))
    came: set[int] = set()
    try:
        for page in in_one(reader.pages(reading)):
            came |= {int(item[endpoint.id_field]) for item in page.decoded().items}
    except SliceError:
        return Outcome(green=False, missing=set(), requests=account.requests)
    verdict = reading.verdict
    green = verdict is not None and verdict.problem is None
    return Outcome(green, account.there_all_the_time - came, account.requests)
