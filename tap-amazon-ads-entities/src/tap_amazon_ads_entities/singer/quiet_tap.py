"""What a tap says and keeps to itself while it starts, through the SDK's public hooks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from singer_sdk.cli import plugin_cli
from singer_sdk.configuration._dict_config import parse_environment_config

from tap_amazon_ads_entities.amazon import proxies
from tap_amazon_ads_entities.process import redaction
from tap_amazon_ads_entities.settings import file
from tap_amazon_ads_entities.settings.forms import spelt_out
from tap_amazon_ads_entities.settings.model import CONFIG_SCHEMA, ENV_PREFIX, OWN_SETTINGS, PROPERTIES, SECRET_SETTINGS
from tap_amazon_ads_entities.settings.unknown import unknown_variables
from tap_amazon_ads_entities.singer.mapping import MappedTap
from tap_amazon_ads_entities.singer.seams.tap import unusable

STATE_INTERVAL = 10.0
"""Seconds between STATE messages: one costs time in proportion to profiles times streams."""


class QuietTap(MappedTap):
    """A tap that says what is wrong in a line and keeps secrets to itself."""

    _next_state_at = 0.0

    def __init__(self, *, config: Any = None, parse_env_config: bool = False, **rest: Any) -> None:
        """Read the environment here: the SDK's conversion dies with the value in words.

        Raises:
            ConfigValidationError: the settings are not usable.
        """
        if parse_env_config:
            config = {**(config or {}), **self._environment()}
        super().__init__(config=config, **rest)

    @classmethod
    def _environment(cls) -> dict[str, Any]:
        """The settings in the environment: our own stay text, as `validation` wants them.

        A variable that is no setting goes in under its own name, to be refused like any other unknown setting.
        """
        cls.append_builtin_config(CONFIG_SCHEMA)
        properties = {name: {"type": ["string", "null"]} for name in PROPERTIES}
        try:
            config = parse_environment_config({"properties": properties}, ENV_PREFIX)
        except UnicodeDecodeError:
            sentence = "The file .env is not text in UTF-8: save it as UTF-8."
            raise unusable(sentence) from None
        spelt = {name: value if name in OWN_SETTINGS else spelt_out(name, value) for name, value in config.items()}
        return {**spelt, **dict.fromkeys(unknown_variables(os.environ), True)}

    @plugin_cli
    def cli(cls: type[QuietTap]) -> click.Command:  # noqa: N805 - the SDK's descriptor hands over the class
        """Redact before the SDK sets up its logging and reads anything."""
        redaction.install(f"{ENV_PREFIX}{name.upper()}" for name in SECRET_SETTINGS)
        proxies.hide_passwords()
        return super().cli

    @classmethod
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        """A file that cannot be read is one line that repeats nothing of it; the SDK's answer is a traceback."""
        for path in value:
            try:
                document = file.read(Path(path)) if path != "ENV" else {}
            except file.ConfigFileError as error:
                message = f"The file {path!r} {error}."
                raise click.BadParameter(message, ctx, param) from None
            for name in SECRET_SETTINGS:
                redaction.register(document.get(name))
        return super().cb_config(ctx, param, value)

    @contextmanager
    def state_when_due(self) -> Iterator[bool]:
        """Whether STATE is to be written now; the last one is written in any case.

        With many profiles, one costs much: never more than a fiftieth of the time goes into them.
        """
        began = time.monotonic()
        due = began >= self._next_state_at
        yield due
        if due:
            ended = time.monotonic()
            self._next_state_at = ended + max(STATE_INTERVAL, 50 * (ended - began))
