"""Which account is synced into which database: decided by .env and the environment, said plainly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from entities_runner import checks, env_file

TAP = "TAP_AMAZON_ADS_ENTITIES_"
CREDENTIALS = tuple(f"{TAP}{name}" for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"))
CONNECTIONS_URL = f"{TAP}CONNECTIONS_URL"
ENCRYPTION_KEYS = f"{TAP}ENCRYPTION_KEYS"
DATABASE = "TARGET_POSTGRES_HOST"

MADE_UP, REAL, AUTO = "sandbox", "prod", "auto"
"""Meltano's environments: the made-up account, the real one, whichever .env names."""


class UsageError(Exception):
    """Something the user has to set right; the message says what."""


@dataclass(frozen=True)
class Choice:
    """What will be done.

    Args:
        environment: which account: sandbox or prod.
        embedded_database: whether the data goes into the embedded Postgres.
        stored: whether the credentials are stored connections.
    """

    environment: str
    embedded_database: bool
    stored: bool = False

    def sentence(self) -> str:
        """What will be done, in words."""
        account = "the sandbox account (no credentials are configured)"
        if self.environment == REAL:
            account = "your stored connections" if self.stored else "your Amazon Ads account"
        database = "the embedded Postgres in .sandbox" if self.embedded_database else "your Postgres"
        return f"Syncing {account} into {database}."


def settings(project: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables in force: those of .env, overridden by the environment.

    Raises:
        UsageError: .env cannot be read, or misspells one.
    """
    file, problems = env_file.read(project / ".env")
    refuse(problems)
    refuse(checks.misspelt(file))
    return {**file, **environment}


def choose(variables: Mapping[str, str], environment: str = AUTO) -> Choice:
    """Pick account and database.

    Stored connections are used where an encryption key is set and a refresh token is not. The made-up account goes into
    a database of the embedded Postgres that is its own, and into no other.

    Args:
        variables: the settings in force.
        environment: Meltano's, or what it stands for.

    Raises:
        UsageError: only some of the credentials are there, or too many, or none where a database is named.
    """
    refuse(checks.problems(variables))
    if environment == MADE_UP:
        return Choice(MADE_UP, embedded_database=True)
    if message := checks.hostless(variables):
        raise UsageError(message)
    client, token = CREDENTIALS[:-1], CREDENTIALS[-1]
    if variables.get(token) and variables.get(CONNECTIONS_URL):
        message = f"{token} and {CONNECTIONS_URL} are both set: keep the one that shall be used."
        raise UsageError(message)
    stored = bool(variables.get(ENCRYPTION_KEYS) or variables.get(CONNECTIONS_URL)) and not variables.get(token)
    needed = (*client, ENCRYPTION_KEYS) if stored else CREDENTIALS
    missing = [name for name in needed if not variables.get(name)]
    if missing and (stored or len(missing) < len(needed)):
        also = ", or connect an account with `make connect`" if missing == [token] else ""
        message = (
            f"{', '.join(missing)} is missing: set it in .env{also}, "
            "or remove the other credentials to use the sandbox."
        )
        raise UsageError(message)
    if missing and environment == REAL:
        message = f"The environment prod reads your account, but {', '.join(missing)} are missing: set them in .env."
        raise UsageError(message)
    if missing and variables.get(DATABASE):
        message = (
            f"{DATABASE} names a Postgres, but no credentials are configured, and the made-up account's rows never go "
            f"into a database of yours: set {', '.join(CREDENTIALS)} in .env, or remove {DATABASE} to try the sandbox."
        )
        raise UsageError(message)
    return Choice(MADE_UP if missing else REAL, not variables.get(DATABASE), stored and not missing)


def refuse(problems: Iterable[str]) -> None:
    """Go no further with the first of these problems.

    Raises:
        UsageError: there is one.
    """
    for problem in problems:
        raise UsageError(problem)
