"""Begins a sync: starts Meltano at once, and everything else while Meltano is imported."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

from entities_runner import ahead, imports, lock, process
from entities_runner.account import UsageError
from entities_runner.leftovers import no_leftovers
from entities_runner.private_file import LockError
from entities_runner.run import Run
from entities_runner.shards.folder import own_folder

_IMPORTED = ("alembic.command", "sqlalchemy.dialects.sqlite", "meltano.core.block.extract_load")
"""What Meltano imports once it knows what to do."""


def begin() -> int:
    """Sync; what keeps it from beginning is said.

    Returns:
        The exit code.
    """
    # Without it Meltano finds no program, and says nothing of it.
    os.environ["PATH"] = os.environ.get("PATH") or os.defpath
    try:
        project, environment = own_folder(Path.cwd(), os.environ)
        os.chdir(project)
        run = Run.of(project, {**environment, "MELTANO_RUN_ID": str(uuid.uuid4())})
        with (
            lock.only_one(run.folder, run.run_id) as held,
            no_leftovers(project),
            process.waiting(_meltano(), (held.fd,)) as meltano,
        ):
            with imports.kept():
                from entities_runner.sync import sync  # noqa: PLC0415 - takes as long as a part of Meltano

            return sync(run, meltano)
    except (UsageError, LockError) as error:
        sys.stdout.write(f"{error}\n")
        sys.stdout.flush()
        return 1


def _meltano() -> list[str]:
    # Our own lock has made sure that nobody else runs: whatever Meltano still believes to run is dead.
    command = [str(Path(sys.executable).parent / "meltano"), "run", "--force", "sync"]
    return ahead.waiting(sys.executable, "meltano.cli:main", command, _IMPORTED)
