"""Starts the tap: on a database that answers and is prepared, with bookmarks that it bears out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from entities_runner.launch import child
from entities_runner.launch.siblings import without_siblings

_LOOKS_ONLY = frozenset({"--discover", "--about", "--help", "--version"})


def main() -> None:
    """Become the tap, as far as Meltano can tell."""
    child.exit_with(_launch, sys.argv[1:])


def _launch(arguments: Sequence[str]) -> int:
    run = child.this_run()
    command = [*child.command("tap-amazon-ads-entities", "extractors/tap-amazon-ads-entities")]
    if _LOOKS_ONLY.intersection(arguments):
        return child.run([*command, *arguments, "--config=ENV"], without_siblings(run.environment({}), run.project))
    # Meltano asks for the catalogue before every run: it does not wait for what only the run needs.
    from entities_runner.launch import reading  # noqa: PLC0415

    return reading.launch(run, command, arguments)
