"""The commands that Meltano starts, each imported without looking for garbage: what a launcher imports stays."""

from __future__ import annotations

import importlib

from entities_runner import imports


def tap() -> None:
    """Entry of entities-tap."""
    _start("tap")


def loader() -> None:
    """Entry of entities-loader."""
    _start("loader")


def dbt() -> None:
    """Entry of entities-dbt."""
    _start("dbt")


def _start(name: str) -> None:
    with imports.kept():
        launcher = importlib.import_module(f"entities_runner.launch.{name}")
    launcher.main()
