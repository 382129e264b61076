"""Starts the tap: on a database that answers and is prepared, with bookmarks that it bears out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from entities_runner import imports, stops
from entities_runner.launch import child, discovery
from entities_runner.launch.siblings import without_siblings

_DISCOVER = "--discover"
_LOOKS_ONLY = frozenset({_DISCOVER, "--about", "--help", "--version"})


def main() -> None:
    """Become the tap, as far as Meltano can tell."""
    child.exit_with(_launch, sys.argv[1:])


def _launch(arguments: Sequence[str]) -> int:
    run = child.this_run()
    command = [*child.command("tap-amazon-ads-entities", "extractors/tap-amazon-ads-entities")]
    if looks := _LOOKS_ONLY.intersection(arguments):
        looking = [*command, *arguments, "--config=ENV"]
        environment = without_siblings(run.environment({}), run.project)
        if looks == {_DISCOVER}:
            return discovery.discover(looking, environment, run.folder)
        return child.run(looking, environment)
    # Meltano asks for the catalog before every run: it does not wait for what only the run needs.
    with imports.kept():
        from entities_runner.launch import reading  # noqa: PLC0415

    code = reading.launch(run, command, arguments)
    if code > child.SIGNALS and code - child.SIGNALS not in stops.BY:
        child.say(f"the tap ended: {child.ended(code)}")
    return code
