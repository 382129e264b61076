"""What a killed Meltano leaves behind: the settings it wrote for tap and loader, secrets included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def no_leftovers(project: Path) -> Iterator[None]:
    """Remove them before and after a run; whoever calls this has made sure that nobody else runs."""
    _remove(project)
    try:
        yield
    finally:
        _remove(project)


def _remove(project: Path) -> None:
    folder = project / ".meltano" / "run"
    for path in folder.rglob("*.config.json"):
        path.unlink(missing_ok=True)
