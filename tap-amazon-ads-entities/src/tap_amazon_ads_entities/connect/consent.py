"""Asking a user for consent: the address to open, and what comes back from it.

Docs: account-management/authorization/authorization-grants.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from tap_amazon_ads_entities.endpoints.regions import CONSENT_URLS
from tap_amazon_ads_entities.errors import TapError
from tap_amazon_ads_entities.process.redaction import printable
from tap_amazon_ads_entities.settings.validation import is_loopback

SCOPE = "advertising::campaign_management"
_WORDS = 200

_REFUSALS = {
    "access_denied": "the consent was declined; open the address again and allow it",
    "invalid_scope": "this client_id is not approved for the Amazon Ads API; apply for access for its security profile",
    "unauthorized_client": "this client_id may not ask for consent; check its security profile",
    "invalid_request": "Amazon could not read the request; check client_id and the return URL",
    "temporarily_unavailable": "Login with Amazon is not available; try again later",
    "server_error": "Login with Amazon had a failure; try again later",
}


class ConsentError(TapError):
    """No code came back; the message says why."""


@dataclass(frozen=True)
class Consent:
    """One question to one user; state and verifier are random, and good once.

    Args:
        page: the consent page.
        client_id: who asks.
        redirect_uri: where the answer goes; one of the Allowed Return URLs of the security profile.
        state: ties the answer to this question.
        verifier: ties the exchange of the code to it (PKCE).
    """

    page: str
    client_id: str
    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def url(self) -> str:
        """The address for the user's browser; it holds no secret."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "client_id": self.client_id,
            "scope": SCOPE,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.page}?{urlencode(query)}"

    def code(self, answer: str) -> str:
        """The code in the address that the browser ended on.

        Raises:
            ConsentError: it belongs to another question, says no, or holds no code.
        """
        fields = _fields(answer)
        if not fields.keys() & {"code", "error"}:
            message = "this address holds no code; copy the whole address of the page the browser ended on"
            raise ConsentError(message)
        if not self.is_answer(answer):
            message = "this answer belongs to another question (its state differs); open the address above again"
            raise ConsentError(message)
        if "code" in fields:
            return fields["code"]
        error = fields["error"]
        why = _REFUSALS.get(error) or fields.get("error_description") or "no reason given"
        message = f"Login with Amazon answered {printable(error[:_WORDS])}: {printable(why[:_WORDS])}"
        raise ConsentError(message)

    def is_answer(self, answer: str) -> bool:
        """Whether an address carries the state of this question."""
        return hmac.compare_digest(_fields(answer).get("state", "").encode(), self.state.encode())

    def grant(self, code: str, client_secret: str) -> dict[str, str]:
        """The form that exchanges the code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            "client_id": self.client_id,
            "client_secret": client_secret,
        }


def _fields(answer: str) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.strip()).query).items()}
    except ValueError:
        return {}


def consent_page(region: str, token_url: str) -> str:
    """The consent page of a region; that of the sandbox where tokens come from loopback."""
    parts = urlsplit(token_url)
    if is_loopback(parts.hostname):
        return f"{parts.scheme}://{parts.netloc}/ap/oa"
    return CONSENT_URLS[region]
