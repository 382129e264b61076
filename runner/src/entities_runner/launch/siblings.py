"""Plugins that inherit from the tap: their variables begin with its name, and none of them is a setting of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

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
    # Meltano has read the file a moment ago, and refuses what cannot be read.
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if _NAME not in text:
        return
    # Few projects have such plugins, and every start of the tap would pay for reading YAML.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        document = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return
    plugins = document.get("plugins") if isinstance(document, dict) else None
    extractors = plugins.get("extractors") if isinstance(plugins, dict) else None
    for each in extractors or ():
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and name.startswith(_NAME):
            yield name
