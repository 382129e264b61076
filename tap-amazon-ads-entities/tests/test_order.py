"""Every request carries the place of its rows in what the run writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.amazon.request import Attempt, Question
from tap_amazon_ads_entities.amazon.throttle import Order
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.lists.chains import Fork
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.reader import Reader
from tap_amazon_ads_entities.lists.reading import Profile, Reading
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process.deadline import Deadline, Stop
from tap_amazon_ads_entities.process.room import Room
from tap_amazon_ads_entities.settings.model import Settings

ENTITIES = ("campaigns", "ad_groups", "ads", "targets")
TOTAL = 100


class Answers:
    """A client whose every list has a hundred rows, one a page."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def fetch(self, question: Question[Page], **_: object) -> Page:
        request = question.request(Attempt())
        self.orders.append(request.order)
        if request.method == "GET":
            start = int(request.url.split("startIndex=")[1].split("&")[0])
            rows = [{"id": start}] if start < TOTAL else []
            return question.answer(Response(200, {}, json.dumps(rows).encode()))
        asked = json.loads(request.body or b"{}")
        number = int(asked.get("nextToken", 0))
        document: dict[str, Any] = {"campaigns": [{"id": number}], "totalResults": TOTAL}
        if number + 1 < TOTAL:
            document["nextToken"] = str(number + 1)
        return question.answer(Response(200, {}, json.dumps(document).encode()))


def flat(pages: Iterator[Page | Fork[Page]]) -> None:
    for page in pages:
        if isinstance(page, Fork):
            for part in page.parts:
                flat(part())


@pytest.mark.parametrize(("path", "parts"), [("sp/campaigns/list", 4), ("sd/campaigns/extended", 8)])
def test_the_parts_of_a_list_follow_each_other(path: str, parts: int) -> None:
    answers = Answers()
    reader = Reader(cast("Client", answers), api_url="http://localhost", page_sizes=PageSizes(1), room=Room(1 << 20))
    endpoint = next(endpoint for endpoint in CATALOGUE if endpoint.path == path)
    deadline = Deadline.after(60, "this test")
    reading = Reading(endpoint, Profile("1", "NA"), Stop(), lambda: deadline, order=(7,))
    flat(reader.pages(reading))
    assert set(answers.orders) == {(7,), *((7, number) for number in range(parts))}


def test_lists_are_ordered_as_they_are_consumed() -> None:
    settings = Settings.from_config(
        {"client_id": "x", "client_secret": "x", "refresh_token": "x", "token_url": "http://127.0.0.1:1", "workers": 1}
    )
    session = Session(settings, Stop())
    session.stop.request()
    profiles = [Profile("1", "NA"), Profile("2", "EU")]
    session.plan(profiles, ENTITIES)
    orders = [
        each.reading.order
        for profile in profiles
        for entity in ENTITIES
        for each in session.slice(profile.profile_id, entity).lists
    ]
    session.close()
    assert len(set(orders)) == len(orders) > len(ENTITIES)
    assert orders == sorted(orders)
