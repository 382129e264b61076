"""What the commands need from the environment and .env: settings, keys, the store, a session."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from tap_amazon_ads_entities.connections.cipher import Cipher
from tap_amazon_ads_entities.connections.store import Store
from tap_amazon_ads_entities.errors import TapError
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.process.redaction import register
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.model import ENV_PREFIX, OWN_SETTINGS, SECRET_SETTINGS, Settings
from tap_amazon_ads_entities.settings.validation import problems

# A person waits for the answer: no half hours of patience.
_IMPATIENT = {"max_retries": 2, "request_deadline": 60, "run_deadline": 900, "workers": 8}
NOT_YET = "unknown-yet"
"""Stands for a refresh token that is still to come: settings can be judged without it."""

_OF_RUNS = frozenset({"refresh_token", "connections", "profile_ids", "regions", "entities", "mode", "start_date"})


class SettingError(TapError):
    """A setting is missing or wrong; the message says which."""


@dataclass
class Context:
    """The settings of the commands: TAP_AMAZON_ADS_ENTITIES_* of the environment, and of .env below it."""

    config: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls) -> Context:
        """From .env in the current folder, overridden by the environment.

        Raises:
            SettingError: the file is no text.
        """
        try:
            variables = {**dotenv_values(Path(".env")), **os.environ}
        except UnicodeDecodeError:
            message = "The file .env is not text in UTF-8: save it as UTF-8."
            raise SettingError(message) from None
        names = {f"{ENV_PREFIX}{name.upper()}": name for name in OWN_SETTINGS}
        config = {name: variables[variable] for variable, name in names.items() if variables.get(variable)}
        register([config.get(name) for name in SECRET_SETTINGS])
        return cls(config)

    def store(self) -> Store:
        """The store.

        Raises:
            SettingError: connections_url is missing.
        """
        url = self.config.get("connections_url")
        if not url:
            message = (
                f"{ENV_PREFIX}CONNECTIONS_URL is missing: the database that keeps the connections, such as "
                "postgresql://user@host/database (PGPASSWORD or PGPASSFILE may hold its password)."
            )
            raise SettingError(message)
        return Store(str(url))

    def cipher(self) -> Cipher:
        """The keys.

        Raises:
            SettingError: they are missing or malformed.
        """
        text = self.config.get("encryption_keys")
        if not text:
            message = (
                f"{ENV_PREFIX}ENCRYPTION_KEYS is missing: make a key with `amazon-ads-connect new-key` "
                "(in the project: make connect ARGS=new-key) and put it into .env. "
                "Keep a copy elsewhere: without it the stored connections cannot be read."
            )
            raise SettingError(message)
        try:
            return Cipher(keys.parse(str(text)))
        except keys.KeyFormatError as error:
            message = f"{ENV_PREFIX}ENCRYPTION_KEYS {error}."
            raise SettingError(message) from None

    def settings(self, **more: Any) -> Settings:
        """Settings of a session with a plain refresh token.

        Raises:
            SettingError: one is missing or wrong.
        """
        own = {name: value for name, value in self.config.items() if name not in _OF_RUNS}
        for name in ("connections_url", "encryption_keys"):
            own.pop(name, None)
        config = {**_IMPATIENT, **own, **more}
        if found := problems(config):
            raise SettingError(" ".join(found))
        return Settings.from_config(config)

    def session(self, refresh_token: str, renewed: Callable[[str], None] | None = None) -> Session:
        """A session with this token.

        Args:
            refresh_token: the token.
            renewed: keeps the one that takes its place, should Amazon replace it.

        Raises:
            SettingError: a setting is missing or wrong.
        """
        return Session(self.settings(refresh_token=refresh_token), Stop(), renewed)
