"""Settings that nobody knows: a misspelt one must not be ignored, or a run reads what was never asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from tap_amazon_ads_entities.settings.model import CONFIG_SCHEMA, ENV_PREFIX
from tap_amazon_ads_entities.settings.shown import shown

_NO_SETTINGS = frozenset({"LOGLEVEL", "METADATA"})
"""Variables with our prefix that the SDK (its log level) and Meltano (its `metadata` extra) read."""


def unknown_settings(config: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting that is neither ours nor the SDK's; values are never repeated.

    Meltano's extras begin with an underscore, and what is null or empty says nothing.
    """
    known = CONFIG_SCHEMA["properties"]
    for name, value in config.items():
        if name not in known and not name.startswith("_") and value is not None and value != "":
            yield _sentence(name, known)


def unknown_variables(variables: Mapping[str, str]) -> Iterator[str]:
    """The names of environment variables that look like settings of this tap and are none.

    Below an object (stream_maps), Meltano has a variable for each of its keys.
    """
    known = CONFIG_SCHEMA["properties"]
    names = {name.upper() for name in known} | _NO_SETTINGS
    beginnings = ("_", *(f"{name}_".upper() for name, schema in known.items() if "object" in schema.get("type", ())))
    for variable, value in variables.items():
        if variable.startswith(ENV_PREFIX) and value:
            name = variable.removeprefix(ENV_PREFIX)
            if name not in names and not name.startswith(beginnings):
                yield variable


def _sentence(name: str, known: Iterable[str]) -> str:
    bare = name.upper().removeprefix(ENV_PREFIX).lower()
    close = get_close_matches(bare, known, 1)
    if not close:
        advice = "tap-amazon-ads-entities --about lists those there are."
    else:
        variable = f"{ENV_PREFIX}{close[0].upper()}"
        meant = variable if name.startswith(ENV_PREFIX) and name != variable else close[0]
        advice = f"did you mean {meant!r}?"
    return f"Setting {shown(name)} is not known; {advice}"
