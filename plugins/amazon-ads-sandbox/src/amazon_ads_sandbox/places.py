"""Where the sandbox keeps its things and listens."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_API_PORT = 8790
DEFAULT_POSTGRES_PORT = 54390


def api_port() -> int:
    """Port of the API: AMAZON_ADS_SANDBOX_PORT or the default."""
    return int(os.environ.get("AMAZON_ADS_SANDBOX_PORT") or DEFAULT_API_PORT)


def postgres_port() -> int:
    """Port of Postgres: AMAZON_ADS_SANDBOX_PG_PORT or the default."""
    return int(os.environ.get("AMAZON_ADS_SANDBOX_PG_PORT") or DEFAULT_POSTGRES_PORT)


def home() -> Path:
    """The state folder: AMAZON_ADS_SANDBOX_HOME, else .sandbox in the Meltano project or the current folder."""
    if chosen := os.environ.get("AMAZON_ADS_SANDBOX_HOME"):
        return Path(chosen)
    return Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path.cwd()) / ".sandbox"
