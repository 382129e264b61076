"""What a connection is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_LABEL = re.compile(r"\w[\w .@&+-]{0,62}")


@dataclass(frozen=True)
class Connection:
    """One user's consent, ready for use.

    Args:
        label: its name; empty for the one that plain settings describe.
        regions: where its profiles are looked for.
        profile_ids: the profiles to read; None for every one the user can see, also those that appear later.
        refresh_token: the secret.
    """

    label: str
    regions: tuple[str, ...]
    profile_ids: tuple[str, ...] | None
    refresh_token: str = field(repr=False)

    def named(self, text: str) -> str:
        """A sentence about this connection."""
        return about(self.label, text) if self.label else text


@dataclass(frozen=True)
class StoredConnection:
    """A row of the store: the refresh token is sealed.

    Args:
        sealed: ciphertext of the refresh token.
        key_id: which key sealed it (see `keys.Key`).
        last_used_at: when a run last got a token with it.
        last_validated_at: when `add` or `check` last found it usable.
    """

    label: str
    regions: tuple[str, ...]
    profile_ids: tuple[str, ...] | None
    sealed: bytes = field(repr=False)
    key_id: str
    created_at: datetime
    last_used_at: datetime | None
    last_validated_at: datetime | None


def about(label: str, text: str) -> str:
    """A sentence about a connection."""
    return f"connection {label!r}: {text}"


def is_label(text: str) -> bool:
    """Whether a text can name a connection: up to 63 letters, digits, spaces and `._@&+-`."""
    return _LABEL.fullmatch(text) is not None and text == text.strip()
