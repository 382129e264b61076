"""Clean environments of every supported Python that this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")
_OWN = ("TAP_AMAZON_ADS_ENTITIES_", "PYTHON", "VIRTUAL_ENV", "MELTANO")


@lru_cache
def python(version: str) -> str | None:
    """A Python of that version that starts: on the PATH, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser()) / "versions"
    found = [shutil.which(f"python{version}"), *map(str, sorted(pyenv.glob(f"{version}.*/bin/python{version}")))]
    for candidate in filter(None, found):
        # pyenv's shim of a version that is not chosen is there and does not start.
        code = subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode
        if code == 0:
            return candidate
    return None


class CleanEnvironment:
    """An environment with pip and nothing else, in a shell that knows nothing of this project.

    Args:
        python: the program it is made with.
        folder: where; created.
    """

    def __init__(self, python: str, folder: Path) -> None:
        self._bin = folder / "bin"
        self.folder = folder
        subprocess.run([python, "-m", "venv", str(folder)], check=True, timeout=120)

    def shell(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a line as a person's shell runs it; it must succeed."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],  # noqa: S607 - the first on the PATH
            cwd=self.folder,
            env={**plain, "PATH": f"{self._bin}:{plain['PATH']}", **variables},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done
