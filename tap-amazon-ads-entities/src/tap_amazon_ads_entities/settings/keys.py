"""Encryption keys: read from a setting, checked without showing them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

KEY_BYTES = 32


class KeyFormatError(ValueError):
    """The setting holds something that is no key; the message says which one, never what."""


@dataclass(frozen=True)
class Key:
    """A key for AES-256.

    Args:
        material: the secret.
        key_id: a fingerprint that tells keys apart and reveals nothing of a random key.
    """

    material: bytes = field(repr=False)
    key_id: str


def parse(text: str) -> tuple[Key, ...]:
    """The keys of a setting: comma separated, the newest first.

    Raises:
        KeyFormatError: it holds none, or something else.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        message = "holds no key"
        raise KeyFormatError(message)
    keys: dict[str, Key] = {}
    for number, part in enumerate(parts, 1):
        try:
            material = base64.b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            material = b""
        if len(material) != KEY_BYTES:
            message = f"holds something that is no key at place {number}: a key is {KEY_BYTES} bytes in base64"
            raise KeyFormatError(message)
        key = Key(material, hashlib.sha256(b"amazon-ads-connections" + material).hexdigest()[:12])
        keys.setdefault(key.key_id, key)
    return tuple(keys.values())


def new() -> str:
    """A new random key as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
