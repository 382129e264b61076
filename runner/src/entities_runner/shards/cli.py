"""The command entities-shards: what a scheduler starts side by side, as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
from pathlib import Path

from entities_runner.account import UsageError
from entities_runner.launch import child
from entities_runner.run import Run
from entities_runner.shards.cut import cut
from entities_runner.shards.listing import profiles

_MOST = 1000


def main() -> None:
    """Write one object for each shard: the variables that `make sync` reads it with.

    Exits with 1 where not every profile could be listed, after writing the shards of those that could.
    """
    parser = argparse.ArgumentParser(prog="entities-shards", description=__doc__)
    parser.add_argument("--per-region", type=_number, default=8, help="shards of a region, at most (8)")
    chosen = parser.parse_args()
    try:
        run = Run.of(Path.cwd(), {**os.environ, "MELTANO_RUN_ID": str(uuid.uuid4())})
        _prepare_meltano(run)
        found, whole = profiles(run)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.write(f"{json.dumps(cut(found, chosen.per_region))}\n")
    if not whole:
        sys.stderr.write("Not every profile could be listed, so shards are missing; the lines above say why.\n")
        sys.exit(1)


def _prepare_meltano(run: Run) -> None:
    """Have Meltano make its tables, which shards may share: two that begin on an empty database break each other."""
    command = [str(Path(sys.executable).parent / "meltano"), "state", "list"]
    code, output = child.heard(command, run.environment({}))
    if code:
        sys.stderr.write(output)
        message = "Meltano cannot use the database of its state; the lines above say why. See MELTANO_DATABASE_URI."
        raise UsageError(message)


def _number(text: str) -> int:
    value = int(text)
    if not 0 < value <= _MOST:
        message = f"{text} is not a number from 1 to {_MOST}"
        raise argparse.ArgumentTypeError(message)
    return value
