"""Login with Amazon: trades codes for refresh tokens, and those for access tokens that expire."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from amazon_ads_sandbox.users import OWNER, USERS, User

CLIENT_ID = "amzn1.application-oa2-client.sandbox"
UNAPPROVED_CLIENT_ID = "amzn1.application-oa2-client.unapproved"
"""A client that Amazon has not approved for the Ads API; it has the same secret."""
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - the made-up account's
REFRESH_TOKEN = "Atzr|sandbox-refresh"  # noqa: S105 - the made-up account's
SCOPE = "advertising::campaign_management"

_CODE_LIFETIME = 300.0
_BAD_REQUEST = 400
_UNAUTHORIZED = 401


@dataclass(frozen=True)
class Consent:
    """What a code stands for.

    Args:
        user: who consented.
        client_id: to whom.
        redirect_uri: where the code was sent; the exchange has to repeat it.
        challenge: PKCE, S256; None without.
        expires_at: on the monotonic clock.
    """

    user: User
    client_id: str
    redirect_uri: str
    challenge: str | None
    expires_at: float


class Tokens:
    """Issued codes, refresh tokens and access tokens."""

    def __init__(self, lifetime: float = 3600) -> None:
        """Know the owner's refresh token only."""
        self.lifetime = lifetime
        self.client_secret = CLIENT_SECRET
        self.prefix = "Atza|"
        self._codes: dict[str, Consent] = {}
        self._refresh: dict[str, User] = {REFRESH_TOKEN: OWNER}
        self._access: dict[str, tuple[User, float]] = {}

    def consent(self, user: User, client_id: str, redirect_uri: str, challenge: str | None) -> str:
        """A code for what a person agreed to: single use, five minutes."""
        code = secrets.token_urlsafe(15)
        expires_at = time.monotonic() + _CODE_LIFETIME
        self._codes[code] = Consent(user, client_id, redirect_uri, challenge, expires_at)
        return code

    def exchange(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a token request: status and JSON."""
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        grant = form.get("grant_type")
        if grant not in ("refresh_token", "authorization_code"):
            return _BAD_REQUEST, _error("unsupported_grant_type", "The authorization grant type is not supported")
        client_id = form.get("client_id")
        if client_id not in (CLIENT_ID, UNAPPROVED_CLIENT_ID) or form.get("client_secret") != self.client_secret:
            return _UNAUTHORIZED, _error("invalid_client", "Client authentication failed")
        if client_id == UNAPPROVED_CLIENT_ID:
            return _BAD_REQUEST, _error("invalid_scope", "An unknown scope was requested")
        refresh = self._redeem(form) if grant == "authorization_code" else form.get("refresh_token", "")
        user = self._refresh.get(refresh or "")
        if refresh is None or user is None:
            name = "code" if grant == "authorization_code" else "refresh_token"
            return _BAD_REQUEST, _error("invalid_grant", f"The request has an invalid grant parameter : {name}")
        token = f"{self.prefix}{secrets.token_urlsafe(32)}"
        self._access[token] = (user, time.monotonic() + self.lifetime)
        return 200, {
            "access_token": token,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": int(self.lifetime),
        }

    def _redeem(self, form: dict[str, str]) -> str | None:
        """A new refresh token for a code; None when the code is not good for this request. A code is used up by it."""
        consent = self._codes.pop(form.get("code", ""), None)
        if (
            consent is None
            or consent.expires_at < time.monotonic()
            or consent.client_id != form.get("client_id")
            or consent.redirect_uri != form.get("redirect_uri")
            or (consent.challenge is not None and consent.challenge != _challenge(form.get("code_verifier", "")))
        ):
            return None
        refresh = f"Atzr|{secrets.token_urlsafe(32)}"
        self._refresh[refresh] = consent.user
        return refresh

    def replace_owner(self, refresh_token: str) -> None:
        """Accept this refresh token as the owner's, and the one before no longer."""
        self._refresh = {token: user for token, user in self._refresh.items() if user is not OWNER}
        self._refresh[refresh_token] = OWNER

    def user(self, authorization: str) -> User | None:
        """Whose token an Authorization header holds; None without one that has not expired."""
        scheme, _, token = authorization.partition(" ")
        user, expires_at = self._access.get(token, (None, 0.0))
        return user if scheme == "Bearer" and expires_at > time.monotonic() else None

    def expire_all(self) -> None:
        """No access token issued so far is accepted any more."""
        self._access.clear()

    def revoke(self, name: str) -> int:
        """A person takes the consent back: none of their tokens is accepted any more.

        Returns:
            How many refresh tokens that were.
        """
        user = USERS[name]
        revoked = [token for token, owner in self._refresh.items() if owner is user]
        for token in revoked:
            del self._refresh[token]
        self._access = {token: known for token, known in self._access.items() if known[0] is not user}
        return len(revoked)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _error(code: str, description: str) -> dict[str, Any]:
    return {"error": code, "error_description": description}
