"""What the tables are made from, as one short text: where it has not changed, `prepare` has nothing to do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from entities_runner.run import Run

_SETTINGS = (
    "AMAZON_ADS_ANALYST_ROLE",
    "AMAZON_ADS_FIRST_LOAD_CREATED",
    "AMAZON_ADS_IDENTITY",
    "AMAZON_ADS_LOADER_ROLE",
    "AMAZON_ADS_OWNER_USER",
    "AMAZON_ADS_REPORTS",
    "TARGET_POSTGRES_USER",
)


def of(run: Run, environment: Mapping[str, str]) -> str:
    """The fingerprint of the dbt project and of the settings that it reads.

    Args:
        run: the run.
        environment: of its parts: what was started for them is the same whoever has started it.
    """
    digest = hashlib.sha256()
    transform = run.project / "transform"
    for part in ("macros", "models", "tests", "dbt_project.yml"):
        for path in sorted([transform / part, *(transform / part).rglob("*")]):
            if path.is_file():
                digest.update(path.read_bytes())
    for name in _SETTINGS:
        digest.update(f"{name}={environment.get(name, '')}".encode())
    digest.update(run.schema.encode())
    return digest.hexdigest()[:32]


def roles(run: Run) -> list[str]:
    """The roles whose rights `prepare` looks after."""
    names = (run.variables.get(name) for name in ("AMAZON_ADS_LOADER_ROLE", "AMAZON_ADS_OWNER_USER"))
    return [run.variables.get("AMAZON_ADS_ANALYST_ROLE") or "amazon_ads_analyst", *(name for name in names if name)]
