"""Login with Amazon: one access token, shared by all threads.

Docs: account-management/authorization/access-tokens. A token lives for an hour; the refresh token does not expire.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tap_amazon_ads_entities.deadline import Deadline, Stop
from tap_amazon_ads_entities.errors import CredentialsError, StoppedError, TokenUnavailableError, TransportError
from tap_amazon_ads_entities.logs import LOGGER
from tap_amazon_ads_entities.policy import backoff, retry_after
from tap_amazon_ads_entities.redaction import redact, register
from tap_amazon_ads_entities.transport import Response, Transport

LEEWAY = 300.0
"""Seconds before its end at which a token is replaced: a page may take a minute."""

_DEFAULT_LIFETIME = 3600.0
_LONGEST_LIFETIME = 86_400.0
_HEADER_SAFE = re.compile("[!-~]+")
_HTTP_OK = 200
_THROTTLED = 429
_RETRIED = frozenset({408, 425, _THROTTLED})
_HTTP_SERVER_ERROR = 500

_REJECTIONS = {
    "invalid_client": "client_id or client_secret is wrong",
    "invalid_grant": "refresh_token is wrong, was revoked, or belongs to another client_id",
    "unauthorized_client": "this client_id may not use the refresh token grant",
    "invalid_scope": "this client_id is not approved for the Amazon Ads API",
}


class TokenSource:
    """Hands out the access token and replaces it before it expires or when a server refuses it.

    Args:
        transport: how to reach Login with Amazon.
        url: the token endpoint.
        form: the fields of the refresh request, secrets among them.
        max_retries: how often a failing exchange is repeated.
        patience: seconds after which a failing exchange is given up.
        stop: ends waiting when the run ends.
    """

    def __init__(  # noqa: PLR0913 - all of them by name
        self,
        transport: Transport,
        *,
        url: str,
        form: dict[str, str],
        max_retries: int,
        patience: float,
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Fetch nothing yet."""
        self._transport = transport
        self._url = url
        self._body = urlencode({"grant_type": "refresh_token", **form}).encode()
        self._max_retries = max_retries
        self._patience = patience
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._expires_at = 0.0

    def token(self) -> str:
        """A token that is good for a while.

        Raises:
            CredentialsError: the credentials were rejected.
            TokenUnavailableError: no token could be had.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._expires_at:
                self._token, lifetime = self._fetch()
                self._expires_at = self._clock() + max(lifetime - LEEWAY, lifetime / 2)
            return self._token

    def invalidate(self, token: str) -> None:
        """A server refused this token; a newer one, fetched by another thread meanwhile, stays."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _fetch(self) -> tuple[str, float]:
        deadline = Deadline.after(self._patience, "the token exchange")
        attempt = throttled = 0
        while True:
            attempt += 1
            wait = backoff(attempt)
            try:
                response = self._transport.send(
                    "POST",
                    self._url,
                    {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                    self._body,
                    time_left=max(deadline.remaining, 1.0),
                )
            except TransportError as error:
                reason = str(error)
            else:
                if token := _accepted(response):
                    LOGGER.debug("access token obtained, request id %s", response.request_id)
                    return token
                reason = f"HTTP {response.status}"
                # Being asked to wait is no failure; the deadline alone limits it.
                throttled += response.status == _THROTTLED
                asked = retry_after(response.headers)
                wait = asked if response.status == _THROTTLED and asked is not None else max(wait, asked or 0.0)
            if attempt - throttled > self._max_retries or wait > deadline.remaining:
                message = (
                    f"No access token from Login with Amazon after {attempt} attempts: {reason}. "
                    "Check the network and token_url, then run again."
                )
                raise TokenUnavailableError(message)
            LOGGER.warning("token exchange failed (%s), retrying in %.1f s", reason, wait)
            if self._stop.sleep(wait):
                message = "stopped while waiting for an access token"
                raise StoppedError(message)


def _accepted(response: Response) -> tuple[str, float] | None:
    """The token and its lifetime in seconds; None when the exchange is worth repeating."""
    if response.status in _RETRIED or response.status >= _HTTP_SERVER_ERROR:
        return None
    try:
        document: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        document = {}
    if response.status == _HTTP_OK:
        token = document.get("access_token")
        if isinstance(token, str) and _HEADER_SAFE.fullmatch(token):
            register(token)
            lifetime = document.get("expires_in")
            usable = isinstance(lifetime, (int, float)) and 0 < lifetime <= _LONGEST_LIFETIME
            return token, float(lifetime) if usable else _DEFAULT_LIFETIME
        return None
    code = redact(str(document.get("error", "")))[:60]
    cause = _REJECTIONS.get(code, "check client_id, client_secret, refresh_token and token_url")
    message = f"Login with Amazon rejected the credentials ({code or f'HTTP {response.status}'}): {cause}."
    raise CredentialsError(message)
