"""Login with Amazon: trades the refresh token for access tokens that expire."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import parse_qs

CLIENT_ID = "amzn1.application-oa2-client.sandbox"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - the made-up account's
REFRESH_TOKEN = "Atzr|sandbox-refresh"  # noqa: S105 - the made-up account's

_BAD_REQUEST = 400
_UNAUTHORIZED = 401


class Tokens:
    """Issued access tokens."""

    def __init__(self, lifetime: float = 3600) -> None:
        """Have issued none."""
        self.lifetime = lifetime
        self.client_secret = CLIENT_SECRET
        self.refresh_token = REFRESH_TOKEN
        self.prefix = "Atza|"
        self._expires: dict[str, float] = {}

    def exchange(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a token request: status and JSON."""
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "refresh_token":
            return _BAD_REQUEST, _error("unsupported_grant_type", "The authorization grant type is not supported")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != self.client_secret:
            return _UNAUTHORIZED, _error("invalid_client", "Client authentication failed")
        if form.get("refresh_token") != self.refresh_token:
            return _BAD_REQUEST, _error("invalid_grant", "The request has an invalid grant parameter : refresh_token")
        token = f"{self.prefix}{secrets.token_urlsafe(32)}"
        self._expires[token] = time.monotonic() + self.lifetime
        return 200, {
            "access_token": token,
            "refresh_token": self.refresh_token,
            "token_type": "bearer",
            "expires_in": int(self.lifetime),
        }

    def valid(self, authorization: str) -> bool:
        """Whether an Authorization header holds a token that has not expired."""
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._expires.get(token, 0) > time.monotonic()

    def expire_all(self) -> None:
        """No token issued so far is accepted any more."""
        self._expires.clear()


def _error(code: str, description: str) -> dict[str, Any]:
    return {"error": code, "error_description": description}
