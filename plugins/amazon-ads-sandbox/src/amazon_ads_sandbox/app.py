"""The ASGI application."""

from __future__ import annotations

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amazon_ads_sandbox import api, consent, control_routes, disturb, export_routes
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.state import State

TOKEN_PATH = "auth/o2/token"  # noqa: S105 - an address, not a secret


def create(sizes: Sizes) -> tuple[Starlette, State]:
    """An application that serves a new account, and what it knows."""
    state = State(sizes)

    async def token(request: Request) -> Response:
        request_id = state.request_id()
        facts = {"endpoint": TOKEN_PATH, "region": None, "profile_id": None}
        action = state.faults.strike(facts)
        try:
            early = None if action is None else await disturb.before(state, action, facts)
        except RefusedError as error:
            early = Response(status_code=error.status)
        if early is None:
            status, document = state.tokens.exchange(await request.body())
            early = Response(msgspec.json.encode(document), status, media_type="application/json")
        early.headers["x-amzn-RequestId"] = request_id
        return early

    async def regional(request: Request) -> Response:
        return await api.handle(state, request)

    async def snapshot(request: Request) -> Response:
        return await export_routes.file(state, request)

    application = Starlette(
        routes=[
            *control_routes.routes(state),
            *consent.routes(state),
            Route(f"/{TOKEN_PATH}", token, methods=["POST"]),
            Route(f"/{export_routes.FILES}/{{name:str}}", snapshot, methods=["GET"]),
            Route("/{region:str}/{path:path}", regional, methods=["GET", "POST"]),
        ],
    )
    return application, state
