"""Amazon Ads requests: headers, pace, retries, deadlines. One page in, one answer out, or an error in words."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tap_amazon_ads_entities.amazon import policy
from tap_amazon_ads_entities.amazon.keyring import Keyring
from tap_amazon_ads_entities.amazon.policy import Verdict
from tap_amazon_ads_entities.amazon.request import Attempt, Counters, Limits, Question, Request
from tap_amazon_ads_entities.amazon.throttle import Throttle
from tap_amazon_ads_entities.amazon.transport import Response, Transport
from tap_amazon_ads_entities.errors import (
    BadBodyError,
    CancelledError,
    InvalidPageTokenError,
    SliceError,
    TransportError,
)
from tap_amazon_ads_entities.process.deadline import Deadline, Stop, earliest
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.room import Claim

T = TypeVar("T")

_THROTTLED = 429
_RATE_HEADERS = ("retry-after", "x-amzn-ratelimit-limit", "x-ratelimit-limit", "x-ratelimit-remaining")


@dataclass
class _Effort:
    """How one request is going."""

    counters: Counters
    stop: Stop
    limit: Deadline
    claim: Claim | None = None
    attempt: Attempt = field(default_factory=Attempt)
    reauthorized: bool = False


@dataclass(frozen=True)
class _Refusal:
    """A try without a usable answer."""

    verdict: Verdict
    reason: str
    response: Response | None = None
    token: str = ""

    @property
    def request_id(self) -> str | None:
        return self.response.request_id if self.response else None

    @property
    def status(self) -> int | None:
        return self.response.status if self.response else None

    @property
    def asked_to_wait(self) -> float | None:
        return policy.retry_after(self.response.headers) if self.response else None


@dataclass(frozen=True)
class _Answer(Generic[T]):
    value: T


class Client:
    """Talks to Amazon Ads; safe to share between threads."""

    def __init__(self, transport: Transport, keyring: Keyring, *, client_id: str, limits: Limits) -> None:
        """Share one transport, the tokens and the pace of each region between all requests."""
        self._transport = transport
        self._keyring = keyring
        self._client_id = client_id
        self._limits = limits
        self._throttles: dict[tuple[str, str], Throttle] = {}
        self._lock = threading.Lock()

    def fetch(
        self,
        question: Question[T],
        *,
        counters: Counters,
        stop: Stop,
        deadline: Deadline,
        claim: Claim | None = None,
    ) -> T:
        """Ask until there is an answer.

        Args:
            question: what is asked.
            counters: counts requests, retries and seconds throttled.
            stop: ends waiting.
            deadline: of the slice or the run; the request has one of its own as well.
            claim: the memory that an answer may take; what it holds after a try that failed is used again.

        Raises:
            SliceError: asking again cannot help, or there is no time left.
            InvalidPageTokenError: the list has to start again.
            RunEndingError: no token, or told to stop.
        """
        limit = earliest(deadline, Deadline.after(self._limits.request_deadline, "this request"))
        effort = _Effort(counters, stop, limit, claim)
        while True:
            request = question.request(effort.attempt)
            self._pace(request, effort)
            outcome = self._ask(request, question, effort)
            if isinstance(outcome, _Answer):
                return outcome.value
            self._react(request, outcome, effort)
            counters.add(retries=1)

    def _pace(self, request: Request, effort: _Effort) -> None:
        """Wait for the throttle."""
        throttle, time_left = self._throttle(request), effort.limit.remaining
        waited = None
        if not effort.stop.requested:
            waited = throttle.acquire(effort.stop, time_left, request.order)
        if waited is None:
            late = f"no time is left for {effort.limit.of}"
            throttled = throttle.limited and time_left > 0
            raise _gave_up(request, f"throttled by Amazon; {late}" if throttled else late, effort)
        effort.counters.add(requests=1)
        now = time.monotonic()
        effort.counters.throttled(now - waited, now)

    def _throttle(self, request: Request) -> Throttle:
        """The one of its region, or of what has a pace of its own there."""
        with self._lock:
            key = (request.region, request.pace)
            if key not in self._throttles:
                # What has a pace of its own has one because it is low.
                self._throttles[key] = Throttle(window=1) if request.pace else Throttle()
            return self._throttles[key]

    def _ask(self, request: Request, question: Question[T], effort: _Effort) -> _Answer[T] | _Refusal:
        throttle = self._throttle(request)
        token = ""
        try:
            token = self._keyring.token(request.connection, request.profile_id)
            response = self._send(request, token, effort)
        except BaseException as error:
            throttle.unanswered()
            if isinstance(error, TransportError):
                return _Refusal(Verdict.RETRY, str(error))
            raise
        if response.status == _THROTTLED:
            effort.counters.add(refusals=1)
        else:
            throttle.granted()
        verdict = policy.classify(
            response.status, response.body, with_page_token=request.has_page_token, expected=request.expected
        )
        if verdict is not Verdict.OK:
            return _Refusal(verdict, policy.describe(response.status, response.body), response, token)
        try:
            answer = _Answer(question.answer(response))
        except BadBodyError as error:
            return _Refusal(Verdict.RETRY, str(error), response, token)
        LOGGER.debug("%s (profile %s): request id %s", request.endpoint, request.profile_id, response.request_id)
        return answer

    def _react(self, request: Request, refusal: _Refusal, effort: _Effort) -> None:
        """Return when the request is to be sent again.

        Raises:
            SliceError: it is not.
            InvalidPageTokenError: the list has to start again.
        """
        if effort.stop.requested:
            raise _gave_up(request, refusal.reason, effort, refusal)
        verdict = refusal.verdict
        if verdict is Verdict.RESTART:
            raise InvalidPageTokenError(refusal.reason, request_id=refusal.request_id)
        if verdict is Verdict.REAUTHORIZE and not effort.reauthorized:
            effort.reauthorized = True
            self._keyring.invalidate(refusal.token)
            return
        if verdict in (Verdict.FAIL, Verdict.REAUTHORIZE):
            raise _failed(request, refusal)
        effort.attempt.failures += 1
        if verdict is Verdict.THROTTLED:
            asked = refusal.asked_to_wait
            wait = max(policy.FALLBACK_WAIT, policy.backoff(effort.attempt.failures)) if asked is None else asked
            # The next try waits in the throttle, like everybody else who asks this region.
            self._throttle(request).refused(wait)
            self._check_time(request, refusal, effort, wait)
            return
        if effort.attempt.failures > self._limits.max_retries:
            raise _gave_up(request, f"{refusal.reason} after {effort.attempt.failures} tries", effort, refusal)
        if verdict is Verdict.SHRINK and effort.attempt.failures > 1:
            effort.attempt.shrink += 1
        wait = max(policy.backoff(effort.attempt.failures), refusal.asked_to_wait or 0.0)
        self._check_time(request, refusal, effort, wait)
        if effort.stop.sleep(wait):
            raise _gave_up(request, refusal.reason, effort, refusal)

    @staticmethod
    def _check_time(request: Request, refusal: _Refusal, effort: _Effort, wait: float) -> None:
        """No wait beyond the deadline; and say what we wait for."""
        if wait > effort.limit.remaining:
            why = f"{refusal.reason}; the next try in {wait:.0f} s would be too late for {effort.limit.of}"
            raise _gave_up(request, why, effort, refusal)
        headers = refusal.response.headers if refusal.response else {}
        LOGGER.warning(
            "%s (region %s, profile %s): %s; trying again in %.1f s (request id %s%s)",
            request.endpoint,
            request.region,
            request.profile_id or "-",
            refusal.reason,
            wait,
            refusal.request_id or "unknown",
            "".join(f", {name} {headers[name]}" for name in _RATE_HEADERS if name in headers),
        )

    def _send(self, request: Request, token: str, effort: _Effort) -> Response:
        headers = {
            **request.headers,
            "Authorization": f"Bearer {token}",
            **dict.fromkeys(request.client_headers, self._client_id),
        }
        if request.profile_id is not None:
            headers["Amazon-Advertising-API-Scope"] = request.profile_id
        return self._transport.send(
            request.method,
            request.url,
            headers,
            request.body,
            time_left=max(effort.limit.remaining, 0.1),
            stop=effort.stop,
            claim=effort.claim,
        )


def _failed(request: Request, refusal: _Refusal) -> SliceError:
    """Asking again cannot help."""
    advice = f"; {policy.hint(refusal.response.status, refusal.response.body)}" if refusal.response else ""
    message = f"{request.endpoint}: {refusal.reason}{advice}"
    return SliceError(message, status=refusal.status, request_id=refusal.request_id)


def _gave_up(request: Request, reason: str, effort: _Effort, refusal: _Refusal | None = None) -> SliceError:
    """Asking again might help, but there is no time, no patience, or nobody who wants it."""
    if effort.stop.requested:
        message = f"{request.endpoint}: given up because the run or its slice ended"
        return CancelledError(message)
    message = f"{request.endpoint}: gave up: {reason}"
    if refusal is None:
        return SliceError(message)
    return SliceError(message, status=refusal.status, request_id=refusal.request_id)
