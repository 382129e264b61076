"""Which connection opens which profile, and what is left when one of them fails."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from tap_amazon_ads_entities.amazon.auth import TokenSource
from tap_amazon_ads_entities.connections.model import about
from tap_amazon_ads_entities.errors import (
    ConnectionFailedError,
    CredentialsError,
    TokenUnavailableError,
)
from tap_amazon_ads_entities.process.logs import LOGGER


class Keyring:
    """The access tokens of a run; safe to share between threads.

    Args:
        sources: per connection label; the empty label belongs to plain settings.
        unusable: connections that were given up before the run, and why.
    """

    def __init__(self, sources: Mapping[str, TokenSource], unusable: Mapping[str, str]) -> None:
        """Assign no profile yet."""
        self._sources = sources
        self._failed: dict[str, str] = dict(unusable)
        self._labels: dict[str, str] = {}
        self._used: set[str] = set()
        self._lock = threading.Lock()

    def assign(self, profile_id: str, label: str) -> None:
        """Read a profile with this connection."""
        self._labels[profile_id] = label

    @property
    def used(self) -> frozenset[str]:
        """The connections that gave a token."""
        return frozenset(self._used)

    def token(self, label: str | None, profile_id: str | None) -> str:
        """An access token of a connection, or of the one that reads a profile.

        Raises:
            ConnectionFailedError: this connection gives none any more; others still do.
            RunEndingError: no connection does, or told to stop.
        """
        chosen = self._labels[str(profile_id)] if label is None else label
        try:
            token = self._sources[chosen].token()
        except (CredentialsError, TokenUnavailableError) as error:
            raise self._given_up(chosen, error) from None
        self._used.add(chosen)
        return token

    def invalidate(self, token: str) -> None:
        """A server refused this token."""
        for source in self._sources.values():
            source.invalidate(token)

    def _given_up(
        self,
        label: str,
        error: CredentialsError | TokenUnavailableError,
    ) -> ConnectionFailedError | CredentialsError | TokenUnavailableError:
        """The error of a connection that failed: the others go on, if there are any left."""
        if not label:
            return error
        with self._lock:
            if label not in self._failed:
                self._failed[label] = about(label, str(error))
                LOGGER.error("%s", self._failed[label])
            if self._failed.keys() >= self._sources.keys():
                return type(error)(" ".join(self._failed.values()))
        return ConnectionFailedError(self._failed[label])
