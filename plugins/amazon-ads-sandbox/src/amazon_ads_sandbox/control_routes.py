"""The control plane: ground truth, changes, settings, faults and the request log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from amazon_ads_sandbox.changes import change
from amazon_ads_sandbox.state import State

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def _json(document: Any, status: int = 200) -> Response:
    return Response(_ENCODER.encode(document), status, media_type="application/json")


async def _document(request: Request) -> dict[str, Any]:
    body = await request.body()
    document = msgspec.json.decode(body) if body else {}
    return document if isinstance(document, dict) else {}


def routes(state: State) -> list[Route]:
    """The routes below /_sandbox."""

    async def health(_: Request) -> Response:
        return _json({"status": "ok", "profiles": sorted(state.account.profiles)})

    async def counts(_: Request) -> Response:
        return _json(state.account.counts())

    async def truth(request: Request) -> Response:
        table, profile_id = request.path_params["table"], request.query_params.get("profile_id")

        def lines() -> Iterator[bytes]:
            for row in state.account.truth(table, profile_id):
                yield _ENCODER.encode(row) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def changes(request: Request) -> Response:
        return _json(change(state.account, await _document(request)))

    async def settings(request: Request) -> Response:
        state.configure(await _document(request))
        return _json({"latency_ms": state.latency * 1000, "rate_limit": state.limit.rate})

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            state.faults.rules.clear()
            state.account.gone.clear()
        elif request.method == "POST":
            try:
                state.faults.add(await _document(request))
            except ValueError as error:
                return _json({"error": str(error)}, 400)
        return _json([msgspec.to_builtins(rule) for rule in state.faults.rules])

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            state.requests.clear()
            state.limit.served = state.limit.refused = 0
        return _json(
            {"requests": list(state.requests), "served": state.limit.served, "refused": state.limit.refused},
        )

    return [
        Route("/_sandbox/health", health),
        Route("/_sandbox/truth", counts),
        Route("/_sandbox/truth/{table}", truth),
        Route("/_sandbox/change", changes, methods=["POST"]),
        Route("/_sandbox/settings", settings, methods=["POST"]),
        Route("/_sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/_sandbox/requests", requests, methods=["GET", "DELETE"]),
    ]
