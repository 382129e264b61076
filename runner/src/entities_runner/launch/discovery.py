"""The tap's catalog, kept for as long as the tap is the same: Meltano asks for it before every run.

It follows from the tap alone, whatever the settings are. Starting the tap to hear it again takes longer than all that
a run does which finds nothing new; and Meltano's own copy would outlive an update of the tap.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from entities_runner.guard import guarded
from entities_runner.launch.child import SIGNALS

_PACKAGE = "tap_amazon_ads_entities"


def discover(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """Write the catalog.

    Args:
        command: the tap with its arguments.
        environment: its environment.
        folder: where what is remembered between runs is kept.

    Returns:
        The tap's exit code; 0 where it was not started.
    """
    file = folder / "catalog.json"
    made_from = _fingerprint(Path(command[0]).parents[1])
    if made_from and (catalog := _kept(file, made_from)):
        _write(catalog)
        return 0
    done = subprocess.run(  # noqa: S603 - the tap
        guarded(command), env=dict(environment), stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    _write(done.stdout)
    if made_from and done.returncode == 0:
        with contextlib.suppress(OSError):
            _keep(file, made_from, done.stdout)
    return done.returncode if done.returncode >= 0 else SIGNALS - done.returncode


def _write(catalog: str) -> None:
    """As UTF-8, whatever the locale."""
    sys.stdout.buffer.write(catalog.encode())
    sys.stdout.buffer.flush()


def _fingerprint(installed: Path) -> str:
    """The tap in a virtual environment and all that it rests on, as one short text; empty where it is not found."""
    digest = hashlib.sha256()
    packages = [path for folder in _site_packages(installed) for path in _sources(folder)]
    for path in sorted(file for package in packages for file in package.rglob("*") if file.suffix != ".pyc"):
        if path.is_file():
            digest.update(path.read_bytes())
    for folder in _site_packages(installed):
        digest.update("\n".join([str(folder), *sorted(each.name for each in folder.glob("*.dist-info"))]).encode())
    return digest.hexdigest() if packages else ""


def _site_packages(installed: Path) -> list[Path]:
    return sorted(installed.glob("lib/python*/site-packages"))


def _sources(site_packages: Path) -> Iterator[Path]:
    """Where the tap's package is: there, or where an editable installation points to."""
    places = [str(site_packages)]
    for pointer in sorted(site_packages.glob(f"*{_PACKAGE}*.pth")):
        places += pointer.read_text(encoding="utf-8").splitlines()
    yield from (package for place in places if (package := Path(place) / _PACKAGE).is_dir())


def _kept(file: Path, made_from: str) -> str:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(kept.get("catalog", "")) if isinstance(kept, dict) and kept.get("made_from") == made_from else ""


def _keep(file: Path, made_from: str, catalog: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        json.dump({"made_from": made_from, "catalog": catalog}, written)
    new.replace(file)
