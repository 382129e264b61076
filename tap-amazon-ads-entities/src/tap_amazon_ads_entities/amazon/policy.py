"""What a response means and how long to wait: pure functions, the one place of the HTTP policy.

Classified by status first and body second, because error bodies differ per product and gateway
(docs: reference/concepts/errors, reference/concepts/rate-limiting).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from itertools import islice
from typing import Any

from backoff import expo, full_jitter

from tap_amazon_ads_entities.amazon.transport import LONGEST_ERROR
from tap_amazon_ads_entities.process.redaction import redact

BACKOFF_BASE = 1.0
BACKOFF_CAP = 30.0
FALLBACK_WAIT = 1.0
"""Seconds to wait at least after a 429 that does not say for how long."""

_WORDS = 300
_NO_SUCH_PATH = re.compile("resource for full path|method not ", re.IGNORECASE)
"""How Amazon answers for a path or a method that it does not have; other words are about an entity."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Verdict(Enum):
    """What to do with a response."""

    OK = auto()
    """Read the page."""
    THROTTLED = auto()
    """Wait as told, then ask again; everybody asking that region slows down."""
    RETRY = auto()
    """A server's fault: ask again after a backoff."""
    SHRINK = auto()
    """A server's fault that large pages are known to cause: ask again, soon for a smaller page."""
    REAUTHORIZE = auto()
    """The access token is not accepted: get a new one, once."""
    RESTART = auto()
    """The next token is not known any more: start the list again, once."""
    FAIL = auto()
    """Asking again cannot help: the slice fails."""


_BY_STATUS = {
    401: Verdict.REAUTHORIZE,
    408: Verdict.RETRY,
    413: Verdict.SHRINK,
    425: Verdict.RETRY,
    429: Verdict.THROTTLED,
    500: Verdict.SHRINK,
}

_HTTP_BAD_REQUEST = 400
_HTTP_NOT_FOUND = 404
_HTTP_SERVER_ERROR = 500


def classify(status: int, body: bytes, *, with_page_token: bool = False, expected: int = 200) -> Verdict:
    """Decide about a response; an error is never an empty page.

    Args:
        status: HTTP status.
        body: response body, looked at only where the status leaves a question open.
        with_page_token: whether the request carried a next token.
        expected: the status of an answer.
    """
    if status == expected:
        return Verdict.OK
    if verdict := _BY_STATUS.get(status):
        return verdict
    if status > _HTTP_SERVER_ERROR:
        return Verdict.RETRY
    if status == _HTTP_BAD_REQUEST and with_page_token:
        # The same request without the token was answered; what a refused token is called is known of some lists only.
        return Verdict.RESTART
    if status == _HTTP_BAD_REQUEST and b"INVALID_TOKEN" in body:
        # Sponsored Products uses the same reason for a bad page token and for a bad access token.
        return Verdict.REAUTHORIZE
    return Verdict.FAIL


def backoff(attempt: int, draw: float | None = None) -> float:
    """Seconds before retry number `attempt` (from 1): exponential with full jitter, 30 s at most."""
    # What the generator yields first is no wait: it only starts it.
    ceiling = next(islice(expo(base=2.0, factor=BACKOFF_BASE, max_value=BACKOFF_CAP), attempt, None))
    return full_jitter(ceiling) if draw is None else ceiling * draw


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds a `Retry-After` header asks for, given as seconds or as an HTTP date; None without a usable one."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - (now or datetime.now(tz=timezone.utc))).total_seconds())


def describe(status: int, body: bytes) -> str:
    """The error in Amazon's own words, whatever the family's dialect; a gateway's HTML is not repeated."""
    words = _words(status, body)
    if words is None:
        return f"HTTP {status}" + (" with a body that is not JSON" if body.strip() else " with an empty body")
    # Before it is cut: half a secret would not be recognised any more. NUL and half characters fit no table.
    words = _UNSTORABLE.sub("\ufffd", redact(words))
    return f"HTTP {status}" + (f" {words[:_WORDS]}" if words else "")


def _words(status: int, body: bytes) -> str | None:
    """What an error's body says; None where it is no JSON."""
    try:
        document: Any = json.loads(body if len(body) <= LONGEST_ERROR else b"-")
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return ""
    code = document.get("code") or document.get("errorCode")
    text = document.get("message") or document.get("details") or document.get("error_description")
    return ": ".join(str(part) for part in (code, text) if part and str(part) != str(status))


def hint(status: int, body: bytes = b"") -> str:
    """What a person can do about a failing status.

    Args:
        status: HTTP status.
        body: response body, looked at only where the status leaves a question open.
    """
    words = _words(status, body)
    if status == _HTTP_NOT_FOUND and words and not _NO_SUCH_PATH.search(words):
        return "Amazon has no such thing, or this user may not see it; check that the profile is still there"
    hints = {
        401: "the user has lost access to this profile, or may only view it; check it in the Amazon Ads console",
        403: "the user has no access to this profile or resource; ask the account's owner to grant it",
        404: "this endpoint does not exist on this host; check api_url and regions",
        406: "please report this: the tap sent a media type that Amazon no longer accepts",
        415: "please report this: the tap sent a media type that Amazon no longer accepts",
    }
    return hints.get(status, "send the request id to Amazon Ads API support if it stays")
