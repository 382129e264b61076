"""A copy of the project for this test process: Meltano's runs of one folder break each other, those of two do not."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("meltano.yml", "plugins/loaders", "requirements", "transform")
_SHARED = (
    ".venv",
    ".meltano/extractors",
    ".meltano/loaders",
    ".meltano/utilities",
    "tap-amazon-ads-entities",
    "loader",
)


def make_project(folder: Path) -> Path:
    """Make a copy that shares the installed plugins and nothing that a run writes.

    Args:
        folder: where; created.
    """
    (folder / ".meltano" / "run").mkdir(mode=0o700, parents=True)
    for name in _COPIED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("target", "logs"))
        else:
            shutil.copy2(ROOT / name, target)
    for name in _SHARED:
        (folder / name).symlink_to(ROOT / name)
    return folder


@lru_cache(maxsize=1)
def project() -> Path:
    """The copy of this process; gone when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="entities-project-"))
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    return make_project(folder / "project")
