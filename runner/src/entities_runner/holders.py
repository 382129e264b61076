"""Who has a file open, in words."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_PROC = Path("/proc")
_NAMES = {"tap-": "the tap", "target-": "the loader", "dbt": "dbt", "meltano": "Meltano"}


def holders(path: Path) -> list[str]:
    """The processes other than this one that have it open, where the system tells: "the tap (process 12)"."""
    found: list[str] = []
    try:
        wanted = path.stat()
    except OSError:
        return found
    for process in sorted(_PROC.glob("[0-9]*"), key=lambda each: int(each.name)) if _PROC.is_dir() else ():
        if int(process.name) == os.getpid():
            continue
        # Other users' processes may not be looked into, and cannot have it open.
        with contextlib.suppress(OSError):
            if any(_is(descriptor, wanted) for descriptor in (process / "fd").iterdir()):
                found.append(f"{_name(process)} (process {process.name})")
    return found


def _is(descriptor: Path, wanted: os.stat_result) -> bool:
    try:
        found = descriptor.stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)


def _name(process: Path) -> str:
    """What it is in a sync; else its program's name."""
    # A script's name comes after its interpreter's.
    words = [Path(word).name for word in (process / "cmdline").read_text(errors="replace").split("\0")[:5]]
    for word in words:
        for beginning, name in _NAMES.items():
            if word.startswith(beginning):
                return name
    return words[0] or "a process"
