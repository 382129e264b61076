"""A client of the control plane, for tests and commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
import urllib3

from amazon_ads_sandbox.users import OWNER

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_HTTP_OK = 200


class SandboxControl:
    """Asks a running sandbox for its truth and changes how it behaves.

    Args:
        url: base address, such as http://127.0.0.1:8790.
    """

    def __init__(self, url: str) -> None:
        """Connect lazily."""
        self.url = url.rstrip("/")
        self._http = urllib3.PoolManager(retries=False, timeout=120)

    def _call(self, method: str, path: str, document: Any = None) -> bytes:
        # Unlike other encoders it takes halves of surrogate pairs.
        body = None if document is None else json.dumps(document).encode()
        response = self._http.request(method, f"{self.url}/_sandbox/{path}", body=body)
        if response.status != _HTTP_OK:
            message = f"the sandbox answered {response.status}: {response.data[:200]!r}"
            raise RuntimeError(message)
        return response.data

    def _json(self, method: str, path: str, document: Any = None) -> Any:
        return _DECODER.decode(self._call(method, path, document))

    def health(self) -> dict[str, Any]:
        """Whether it is up, and the ids of its profiles."""
        return dict(self._json("GET", "health"))

    def counts(self) -> dict[str, Any]:
        """Rows per table and profile, and per list under `endpoints`."""
        return dict(self._json("GET", "truth"))

    def truth(self, table: str, profile_id: str | None = None, source: str = "lists") -> Iterator[dict[str, Any]]:
        """The rows a correct pipeline ends up with, without synced_at and created_at.

        Args:
            table: whose rows.
            profile_id: of one profile alone.
            source: what the pipeline reads: lists, unified or exports.
        """
        query = urlencode({"source": source, **({"profile_id": profile_id} if profile_id else {})})
        for line in self._call("GET", f"truth/{table}?{query}").splitlines():
            yield _DECODER.decode(line)

    def change(self, **request: Any) -> dict[str, Any]:
        """Change entities; see `changes.change`."""
        return dict(self._json("POST", "change", request))

    def disagree(self, **request: Any) -> list[dict[str, Any]]:
        """Let a source hide or alter entities; see `disagreements.disagree`. Returns what it hides and alters."""
        return list(self._json("POST", "disagreements", request))

    def agree(self) -> None:
        """Let all sources show the account as it is."""
        self._json("DELETE", "disagreements")

    def edit(self, edits: list[dict[str, Any]]) -> None:
        """Change single entities; see `changes.edit`."""
        self._json("POST", "edit", {"edits": edits})

    def configure(self, **settings: Any) -> None:
        """Set latency_ms, rate_limit, token_ttl_seconds, log_requests, client_secret, refresh_token, token_prefix.

        And history_rate_limit, that of the change history alone; export_seconds, how long an export takes, and
        export_url_seconds, how long the address of its file holds.
        """
        self._json("POST", "settings", settings)

    def fault(
        self,
        kind: str,
        *,
        match: dict[str, Any] | None = None,
        times: int | None = 1,
        after: int = 0,
        **action: Any,
    ) -> None:
        """Add a fault; see `faults.Rule`."""
        rule = {"match": match or {}, "times": times, "after": after, "action": {"kind": kind, **action}}
        self._json("POST", "faults", rule)

    def faults(self) -> list[dict[str, Any]]:
        """The rules with their hits."""
        return list(self._json("GET", "faults"))

    def clear_faults(self) -> None:
        """Be healthy again."""
        self._json("DELETE", "faults")

    def revoke(self, user: str = OWNER.name) -> int:
        """A user takes the consent back; how many refresh tokens that ended."""
        return int(self._json("POST", "revoke", {"user": user})["revoked"])

    def requests(self) -> list[dict[str, Any]]:
        """The requests served, oldest first, without tokens."""
        return list(self._json("GET", "requests")["requests"])

    def served(self) -> tuple[int, int]:
        """Requests the rate limit let through, and requests it refused."""
        document = self._json("GET", "requests")
        return int(document["served"]), int(document["refused"])

    def clear_requests(self) -> None:
        """Forget the requests served."""
        self._json("DELETE", "requests")
