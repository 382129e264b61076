"""Overrides of private code of `singer_sdk.plugin_base.PluginBase` and `singer_sdk.tap_base.Tap`."""

from __future__ import annotations

import signal
from types import FrameType

from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.tap_base import Tap

from tap_amazon_ads_entities.process import redaction
from tap_amazon_ads_entities.settings.model import CONFIG_SCHEMA, SECRET_SETTINGS
from tap_amazon_ads_entities.settings.validation import problems


def unusable(*sentences: str) -> ConfigValidationError:
    """Settings that cannot be used: an error that says why."""
    return ConfigValidationError("The settings are not usable", errors=list(sentences), schema=CONFIG_SCHEMA)


class JudgingTap(Tap):
    """A tap that judges its settings itself and never exits 0 when it was stopped."""

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Every problem of the settings, in words.

        Replaces `PluginBase._validate_config`, whose messages repeat the offending value, secrets included. There is
        no hook: `validate_config=False` still validates, warns of what is no problem (numbers in text) and fills in
        defaults.

        Raises:
            ConfigValidationError: there are problems, and they are wanted as an error.
        """
        for name in SECRET_SETTINGS:
            redaction.register(self._config.get(name))
        self.append_builtin_config(self.config_jsonschema)
        errors = problems(self._config)
        if errors and raise_errors:
            raise unusable(*errors)
        return errors

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End the run as a failure.

        Replaces `Tap._handle_termination` and `PluginBase._handle_termination`, which write STATE (and block on a full
        pipe) and exit 0. Handlers of our own would come too late: the SDK installs its own early in the constructor,
        and a signal until its end would hand over half a STATE.
        """
        del frame
        self.terminate(f"stopped by {signal.Signals(signum).name}")

    def terminate(self, reason: str) -> None:
        """End the run as soon as possible."""
        raise NotImplementedError
