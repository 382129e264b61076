"""The files in which the tap hands rows to the loader, past Meltano: a folder for each run, for its owner alone.

The loader that reads such files makes the folder; as long as there is none, the tap's rows go through the pipe. So the
tap need not know which loader it runs beside.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entities_runner.account import TAP
from entities_runner.run import Run

_WAITING_MB = 32


@contextmanager
def asked_for(run: Run) -> Iterator[tuple[int, ...]]:
    """Ask the tap of this run for files; where there is no room for them, do not.

    Returns:
        What keeps them from being tidied up by another run; inheritable.
    """
    with contextlib.ExitStack() as stack:
        held: tuple[int, ...] = ()
        with contextlib.suppress(OSError):
            held = (_made(_folder(run)),)
            stack.callback(os.close, held[0])
            stack.callback(shutil.rmtree, _folder(run), ignore_errors=True)
        yield held


def _made(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - it takes no names
    return descriptor


def settings(run: Run) -> dict[str, str]:
    """What tells the tap of this run where files go; nothing where the user has said something else."""
    if any(name.startswith(f"{TAP}BATCH_") for name in run.variables):
        return {}
    config = {"encoding": {"format": "jsonl", "compression": "none"}, "storage": {"root": str(_folder(run))}}
    return {f"{TAP}BATCH_CONFIG": json.dumps(config), f"{TAP}BATCH_FILES_MB": str(_WAITING_MB)}


def remove_left_overs(run: Run) -> None:
    """Remove what killed runs have left; whoever calls this is the only tap of the project."""
    for folder in set(_folder(run).parent.glob("*/")) - {_folder(run)}:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _folder(run: Run) -> Path:
    return run.folder / "batches" / run.run_id
