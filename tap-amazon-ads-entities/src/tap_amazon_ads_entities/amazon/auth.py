"""Login with Amazon: one access token per connection, shared by all threads.

Docs: account-management/authorization/access-tokens. A token lives for an hour; the refresh token does not expire.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tap_amazon_ads_entities.amazon.policy import backoff, retry_after
from tap_amazon_ads_entities.amazon.transport import LONGEST_ERROR, Response, Transport
from tap_amazon_ads_entities.errors import CredentialsError, StoppedError, TokenUnavailableError, TransportError
from tap_amazon_ads_entities.process.deadline import Deadline, Stop, earliest
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.redaction import register

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
    "unauthorized_client": "this client_id may not use this kind of grant",
    "invalid_scope": "this client_id is not approved for the Amazon Ads API",
}
_CODES = frozenset(
    {
        *_REJECTIONS,
        "invalid_grant",
        "invalid_request",
        "invalid_token",
        "insufficient_scope",
        "unsupported_grant_type",
        "unsupported_response_type",
        "access_denied",
        "authorization_pending",
        "expired_token",
        "slow_down",
        "server_error",
        "ServerError",
        "temporarily_unavailable",
    },
)
"""The error codes of OAuth and of Login with Amazon. Any other text comes from who knows where and is not repeated."""

_GRANTS = {
    "refresh_token": "refresh_token is wrong, was revoked, or belongs to another client_id",
    "authorization_code": "the code was used before, is older than five minutes, or was made for another return URL",
}
"""What `invalid_grant` means, by grant type."""


@dataclass(frozen=True)
class Grant:
    """What Login with Amazon gave.

    Args:
        access_token: good for `lifetime` seconds.
        refresh_token: the one that was sent, the one for a code, or the one that takes its place from now on.
    """

    access_token: str = field(repr=False)
    lifetime: float
    refresh_token: str | None = field(repr=False)


class Exchange:
    """The token endpoint: asks until there is an answer.

    Args:
        transport: how to reach Login with Amazon.
        url: the token endpoint.
        max_retries: how often a failing exchange is repeated.
        patience: seconds after which a failing exchange is given up.
        stop: ends waiting when the run ends.
        until: when it ends at the latest.
    """

    def __init__(  # noqa: PLR0913 - all but the transport by name
        self,
        transport: Transport,
        *,
        url: str,
        max_retries: int,
        patience: float,
        stop: Stop,
        until: Deadline | None = None,
    ) -> None:
        """Ask nothing yet."""
        self._until = until
        self._transport = transport
        self._url = url
        self._max_retries = max_retries
        self._patience = patience
        self._stop = stop

    def ask(self, form: Mapping[str, str]) -> Grant:
        """Exchange a refresh token or a code, as the form says.

        Raises:
            CredentialsError: the credentials were rejected.
            TokenUnavailableError: no token could be had.
            StoppedError: told to stop.
        """
        body = urlencode(form).encode()
        deadline = Deadline.after(self._patience, "the token exchange")
        if self._until is not None:
            deadline = earliest(deadline, self._until)
        attempt = throttled = 0
        while True:
            attempt += 1
            wait = backoff(attempt)
            try:
                response = self._transport.send(
                    "POST",
                    self._url,
                    {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                    body,
                    time_left=max(deadline.remaining, 0.1),
                    stop=self._stop,
                )
            except TransportError as error:
                reason = str(error)
            else:
                if grant := _accepted(response, form["grant_type"]):
                    LOGGER.debug("access token obtained, request id %s", response.request_id)
                    return grant
                reason = f"HTTP {response.status}"
                # Being asked to wait is no failure; the deadline alone limits it.
                throttled += response.status == _THROTTLED
                asked = retry_after(response.headers)
                wait = asked if response.status == _THROTTLED and asked is not None else max(wait, asked or 0.0)
            if not self._stop.requested and (attempt - throttled > self._max_retries or wait > deadline.remaining):
                message = (
                    f"No access token from Login with Amazon after {attempt} attempts: {reason}. "
                    "Check the network and token_url, then run again."
                )
                raise TokenUnavailableError(message)
            if not self._stop.requested:
                LOGGER.warning("token exchange failed (%s), retrying in %.1f s", reason, wait)
            if self._stop.sleep(wait):
                message = "stopped while waiting for an access token"
                raise StoppedError(message)


class TokenSource:
    """Hands out one access token and replaces it before it expires or when a server refuses it.

    Args:
        exchange: where tokens come from.
        form: the fields of the refresh request, secrets among them.
        renewed: is told of a refresh token that takes the place of the one that was sent.
    """

    def __init__(
        self,
        exchange: Exchange,
        form: Mapping[str, str],
        *,
        renewed: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Fetch nothing yet."""
        self._exchange = exchange
        self._form = {"grant_type": "refresh_token", **form}
        self._renewed = renewed
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._expires_at = 0.0
        self._failure: CredentialsError | TokenUnavailableError | None = None

    def token(self) -> str:
        """A token that is good for a while.

        Raises:
            CredentialsError: the credentials were rejected; it stays so, without asking again.
            TokenUnavailableError: no token could be had; it stays so.
            StoppedError: told to stop.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._token is None or self._clock() >= self._expires_at:
                try:
                    grant = self._exchange.ask(self._form)
                except (CredentialsError, TokenUnavailableError) as error:
                    self._failure = error
                    raise
                self._renew(grant.refresh_token)
                self._token = grant.access_token
                self._expires_at = self._clock() + max(grant.lifetime - LEEWAY, grant.lifetime / 2)
            return self._token

    def _renew(self, refresh_token: str | None) -> None:
        """Use a new refresh token from now on: the one before it may stop working at any time."""
        if refresh_token is not None and refresh_token != self._form.get("refresh_token"):
            self._form["refresh_token"] = refresh_token
            self._renewed(refresh_token)

    def invalidate(self, token: str) -> None:
        """A server refused this token; a newer one, fetched by another thread meanwhile, stays."""
        with self._lock:
            if self._token == token:
                self._token = None


def _accepted(response: Response, grant_type: str) -> Grant | None:
    """The tokens of an answer; None when the exchange is worth repeating."""
    if response.status in _RETRIED or response.status >= _HTTP_SERVER_ERROR:
        return None
    try:
        document: Any = json.loads(response.body if len(response.body) <= LONGEST_ERROR else b"")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        document = {}
    if response.status == _HTTP_OK:
        token, refresh = document.get("access_token"), document.get("refresh_token")
        if isinstance(token, str) and _HEADER_SAFE.fullmatch(token):
            register([token, refresh])
            lifetime = document.get("expires_in")
            usable = isinstance(lifetime, (int, float)) and 0 < lifetime <= _LONGEST_LIFETIME
            return Grant(
                token,
                float(lifetime) if usable else _DEFAULT_LIFETIME,
                refresh if isinstance(refresh, str) and _HEADER_SAFE.fullmatch(refresh) else None,
            )
        return None
    raise _rejection(response.status, document.get("error"), grant_type)


def _rejection(status: int, error: Any, grant_type: str) -> CredentialsError:
    """Why nothing was given; what the answer says in its own words is not repeated."""
    code = error if isinstance(error, str) and error in _CODES else None
    cause = _GRANTS.get(grant_type) if code == "invalid_grant" else _REJECTIONS.get(code or "")
    cause = cause or "check client_id, client_secret, refresh_token and token_url"
    shown = code or (f"an unknown error code, HTTP {status}" if error else f"HTTP {status}")
    return CredentialsError(f"Login with Amazon rejected the credentials ({shown}): {cause}.", code=code)
