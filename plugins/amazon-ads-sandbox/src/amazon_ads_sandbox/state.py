"""Everything a running server knows."""

from __future__ import annotations

from collections import deque
from typing import Any

from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.exports.jobs import Jobs
from amazon_ads_sandbox.faults import Faults
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.ratelimit import RateLimit
from amazon_ads_sandbox.tokens import Tokens

_LOGGED_REQUESTS = 20_000


class State:
    """The account and how it is served."""

    def __init__(self, sizes: Sizes) -> None:
        """A healthy account."""
        self.account = Account(sizes)
        self.tokens = Tokens()
        self.faults = Faults()
        self.exports = Jobs()
        self.limit = RateLimit()
        self.history_limit = RateLimit()
        self.latency = 0.0
        self.requests: deque[dict[str, Any]] = deque(maxlen=_LOGGED_REQUESTS)
        self.log_requests = True
        self._next_id = 0

    def request_id(self) -> str:
        """A request id, unique in this server."""
        self._next_id += 1
        return f"SANDBOX{self._next_id:010d}"

    def configure(self, document: dict[str, Any]) -> None:
        """Change how the account is served."""
        if "latency_ms" in document:
            self.latency = float(document["latency_ms"]) / 1000
        if "rate_limit" in document:
            self.limit.rate = document["rate_limit"]
        if "history_rate_limit" in document:
            self.history_limit.rate = document["history_rate_limit"]
        self.exports.seconds = float(document.get("export_seconds", self.exports.seconds))
        self.exports.url_seconds = float(document.get("export_url_seconds", self.exports.url_seconds))
        if "token_ttl_seconds" in document:
            self.tokens.lifetime = float(document["token_ttl_seconds"])
        self.tokens.client_secret = str(document.get("client_secret", self.tokens.client_secret))
        if "refresh_token" in document:
            self.tokens.replace_owner(str(document["refresh_token"]))
        self.tokens.prefix = str(document.get("token_prefix", self.tokens.prefix))
        if "log_requests" in document:
            self.log_requests = bool(document["log_requests"])
