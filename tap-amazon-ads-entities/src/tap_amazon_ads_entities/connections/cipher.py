"""Seals refresh tokens: AES-256-GCM, with the label as associated data.

A sealed token is a version byte, a nonce of 12 bytes, and the ciphertext with its tag. The label is part of what is
authenticated, so a token copied to another row is refused like one that was altered.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tap_amazon_ads_entities.connections.model import about
from tap_amazon_ads_entities.errors import CredentialsError
from tap_amazon_ads_entities.process.redaction import register
from tap_amazon_ads_entities.settings.keys import Key

_VERSION = b"\x01"
_NONCE_BYTES = 12


class Cipher:
    """Seals with the newest key, opens with any.

    Args:
        keys: the newest first.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        """Keep the keys."""
        self._newest = keys[0]
        self._keys = {key.key_id: key for key in keys}

    @property
    def key_id(self) -> str:
        """The key that seals."""
        return self._newest.key_id

    def seal(self, label: str, token: str) -> bytes:
        """A refresh token as ciphertext that only this label can be read with."""
        nonce = os.urandom(_NONCE_BYTES)
        return (
            _VERSION + nonce + AESGCM(self._newest.material).encrypt(nonce, token.encode(), _bound_to(label, _VERSION))
        )

    def open(self, label: str, sealed: bytes, key_id: str) -> str:
        """The refresh token of a connection.

        Raises:
            CredentialsError: the key is not there, or the ciphertext is not what was sealed for this label.
        """
        key = self._keys.get(key_id)
        if key is None:
            why = (
                f"its token was encrypted with the key {key_id}, which is not in encryption_keys "
                f"(there: {', '.join(self._keys)}); add that key after the newest one, or connect again"
            )
            raise CredentialsError(about(label, why))
        # The version is authenticated with the label: an altered one fails the same check.
        version, nonce, text = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            token = AESGCM(key.material).decrypt(nonce, text, _bound_to(label, version)).decode()
        except (InvalidTag, ValueError):
            why = "its stored token was altered or belongs to another connection and is not used; connect it again"
            raise CredentialsError(about(label, why)) from None
        register(token)
        return token


def _bound_to(label: str, version: bytes) -> bytes:
    return b"amazon-ads-connection\x00" + version + label.encode()
