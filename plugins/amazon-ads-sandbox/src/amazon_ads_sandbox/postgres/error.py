"""What callers of the embedded Postgres have to expect."""

from __future__ import annotations


class PostgresError(Exception):
    """The server cannot be had; the message says what to do."""
