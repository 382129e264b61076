"""The control plane: ground truth, changes, settings, faults and the request log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from amazon_ads_sandbox.changes import change, edit
from amazon_ads_sandbox.disagreements import disagree
from amazon_ads_sandbox.state import State
from amazon_ads_sandbox.users import OWNER, USERS

_ROWS_AT_ONCE = 500
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def _json(document: Any, status: int = 200) -> Response:
    return Response(_ENCODER.encode(document), status, media_type="application/json")


async def _document(request: Request) -> dict[str, Any]:
    body = await request.body()
    document = json.loads(body) if body else {}
    return document if isinstance(document, dict) else {}


class Control:
    """The handlers below /_sandbox."""

    def __init__(self, state: State) -> None:
        """Serve this state."""
        self._state = state

    async def health(self, _: Request) -> Response:
        """Whether it is up."""
        return _json({"status": "ok", "profiles": sorted(self._state.account.profiles)})

    async def counts(self, _: Request) -> Response:
        """Rows per table and profile, and per list."""
        return _json(self._state.account.counts())

    async def truth(self, request: Request) -> Response:
        """The expected rows of a table, a line each."""
        table, profile_id = request.path_params["table"], request.query_params.get("profile_id")
        source = request.query_params.get("source", "lists")

        def lines() -> Iterator[bytes]:
            # Some at a time: a chunk of its own for every row takes longer than the row.
            rows = iter(self._state.account.truth(table, profile_id, source))
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                yield _ENCODER.encode_lines(some)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def change(self, request: Request) -> Response:
        """Change entities."""
        return _json(change(self._state.account, await _document(request)))

    async def disagreements(self, request: Request) -> Response:
        """Let a source hide or alter entities, or show the account as it is."""
        if request.method == "DELETE":
            self._state.account.disagreements.clear()
            return _json([])
        return _json(disagree(self._state.account, await _document(request)))

    async def edit(self, request: Request) -> Response:
        """Change single entities."""
        return _json(edit(self._state.account, (await _document(request)).get("edits", [])))

    async def settings(self, request: Request) -> Response:
        """Change how the account is served."""
        self._state.configure(await _document(request))
        return _json({"latency_ms": self._state.latency * 1000, "rate_limit": self._state.limit.rate})

    async def faults(self, request: Request) -> Response:
        """Show, add or clear faults."""
        if request.method == "DELETE":
            self._state.faults.rules.clear()
            self._state.account.gone.clear()
        elif request.method == "POST":
            try:
                self._state.faults.add(await _document(request))
            except ValueError as error:
                return _json({"error": str(error)}, 400)
        return _json([msgspec.to_builtins(rule) for rule in self._state.faults.rules])

    async def revoke(self, request: Request) -> Response:
        """Take back the consent of a user."""
        name = str((await _document(request)).get("user", OWNER.name))
        if name not in USERS:
            return _json({"error": f"unknown user {name!r}; known: {', '.join(USERS)}"}, 400)
        return _json({"revoked": self._state.tokens.revoke(name)})

    async def requests(self, request: Request) -> Response:
        """The requests served, and how many the rate limit refused."""
        if request.method == "DELETE":
            self._state.requests.clear()
            self._state.limit.served = self._state.limit.refused = 0
        return _json(
            {
                "requests": list(self._state.requests),
                "served": self._state.limit.served,
                "refused": self._state.limit.refused,
            },
        )


def routes(state: State) -> list[Route]:
    """The routes below /_sandbox."""
    control = Control(state)
    return [
        Route("/_sandbox/health", control.health),
        Route("/_sandbox/truth", control.counts),
        Route("/_sandbox/truth/{table}", control.truth),
        Route("/_sandbox/change", control.change, methods=["POST"]),
        Route("/_sandbox/disagreements", control.disagreements, methods=["POST", "DELETE"]),
        Route("/_sandbox/edit", control.edit, methods=["POST"]),
        Route("/_sandbox/settings", control.settings, methods=["POST"]),
        Route("/_sandbox/faults", control.faults, methods=["GET", "POST", "DELETE"]),
        Route("/_sandbox/revoke", control.revoke, methods=["POST"]),
        Route("/_sandbox/requests", control.requests, methods=["GET", "DELETE"]),
    ]
