"""Runs the application on loopback."""

from __future__ import annotations

import time
from dataclasses import replace

import uvicorn

from amazon_ads_sandbox.app import create
from amazon_ads_sandbox.model.sizes import Sizes

_DAY_MS = 86_400_000


def present(now_ms: int) -> int:
    """The account's present: as given, or this day's midnight (UTC), so that a restart serves the same account."""
    return now_ms or int(time.time() * 1000) // _DAY_MS * _DAY_MS


def run(sizes: Sizes, *, port: int, latency_ms: float = 0, rate_limit: float | None = None) -> None:
    """Serve until stopped; prints the address once it is known."""
    application, state = create(replace(sizes, now_ms=present(sizes.now_ms)))
    state.configure({"latency_ms": latency_ms, "rate_limit": rate_limit})
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        backlog=512,
    )
    uvicorn.Server(config).run()
