"""What one request to Amazon is, what may change between its tries, and what it cost."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tap_amazon_ads_entities.amazon.throttle import Order
from tap_amazon_ads_entities.amazon.transport import Response

HTTP_OK = 200

Interval = tuple[float, float]
"""Seconds on a clock: from, to."""

Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True)
class Request:
    """One request below a regional host.

    Args:
        endpoint: its name in logs.
        region: NA, EU or FE.
        method: GET or POST.
        url: complete, without credentials.
        headers: beside the ones every request has.
        body: encoded body, None for GET.
        profile_id: the profile it asks for; None for the list of profiles.
        has_page_token: whether it continues a list.
        connection: whose token it is sent with; None for the connection that reads the profile.
        order: the place of its answer in what the run writes.
        client_headers: the names under which the client id is sent.
        expected: the HTTP status of an answer; any other is none, though it be a success.
        pace: names the pace at which it is sent, where that is not the region's.
    """

    endpoint: str
    region: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    profile_id: str | None = None
    has_page_token: bool = False
    connection: str | None = None
    order: Order = ()
    client_headers: tuple[str, ...] = ("Amazon-Advertising-API-ClientId",)
    expected: int = HTTP_OK
    pace: str = ""


class Counters:
    """What reading an endpoint of a slice cost; several threads may read its parts."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._lock = threading.Lock()
        self.requests = 0
        self.retries = 0
        self.refusals = 0
        self._held_up: list[Interval] = []

    def add(self, *, requests: int = 0, retries: int = 0, refusals: int = 0) -> None:
        """Count some more."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.refusals += refusals

    def throttled(self, since: float, until: float) -> None:
        """A request waited because its region refuses others; `until` is now, on whatever clock."""
        with self._lock:
            # What ends last comes last: only the newest can overlap.
            while self._held_up and self._held_up[-1][1] >= since:
                before = self._held_up.pop()
                since, until = min(since, before[0]), max(until, before[1])
            if until > since:
                self._held_up.append((since, until))

    def held_up(self) -> list[Interval]:
        """When at least one request waited."""
        with self._lock:
            return list(self._held_up)


def throttled_seconds(*counted: Counters) -> float:
    """Seconds in which at least one request of all these waited: many workers wait in the same second."""
    seconds = 0.0
    end = float("-inf")
    for since, until in sorted(interval for counters in counted for interval in counters.held_up()):
        seconds += max(0.0, until - max(since, end))
        end = max(end, until)
    return seconds


@dataclass(frozen=True)
class Limits:
    """How long to keep trying.

    Args:
        max_retries: repetitions of one request after errors; 429s count towards the deadline only.
        request_deadline: seconds for one request with all its repetitions.
    """

    max_retries: int
    request_deadline: float


@dataclass
class Attempt:
    """What the caller of a retried request may change for the next try."""

    failures: int = 0
    shrink: int = 0


class Question(Protocol[Answer_co]):
    """Something to ask Amazon, again and again until an answer can be read."""

    def request(self, attempt: Attempt) -> Request:
        """The request of a try, which may ask for less than the one before it."""

    def answer(self, response: Response) -> Answer_co:
        """What a response with the expected status says.

        Raises:
            BadBodyError: its body is no answer.
        """
