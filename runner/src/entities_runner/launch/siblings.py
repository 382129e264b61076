"""Plugins that inherit from the tap: their variables begin with its name, and none of them is a setting of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_NAME = "tap-amazon-ads-entities-"


def without_siblings(environment: Mapping[str, str], project: Path) -> dict[str, str]:
    """An environment without the variables of inherited plugins; Meltano hands on what is meant for this one.

    Args:
        environment: any.
        project: folder of meltano.yml.
    """
    prefixes = tuple(f"{name}_".upper().replace("-", "_") for name in _siblings(project / "meltano.yml"))
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}


def _siblings(file: Path) -> Iterator[str]:
    try:
        document = YAML(typ="safe", pure=True).load(file)
    except (OSError, YAMLError):
        # Meltano has read it a moment ago, and refuses what cannot be read.
        return
    plugins = document.get("plugins") if isinstance(document, dict) else None
    extractors = plugins.get("extractors") if isinstance(plugins, dict) else None
    for each in extractors or ():
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and name.startswith(_NAME):
            yield name
