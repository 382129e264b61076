"""A real Postgres from the binaries of a wheel: on loopback, data kept in the state folder, as root or not."""

from __future__ import annotations

from amazon_ads_sandbox.postgres.error import PostgresError
from amazon_ads_sandbox.postgres.server import ACCOUNT_DATABASE, SANDBOX_DATABASE, EmbeddedPostgres

__all__ = ["ACCOUNT_DATABASE", "SANDBOX_DATABASE", "EmbeddedPostgres", "PostgresError"]
