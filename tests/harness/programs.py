"""Programs run to their end: both outputs as one, nothing to type but what is given."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_to_end(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    typed: str = "",
    timeout: float = 120,
) -> tuple[int, str]:
    """Run a program.

    Args:
        command: the program and its arguments.
        environment: all of it.
        folder: where it runs; here unless given.
        typed: its standard input.
        timeout: seconds.

    Returns:
        Its exit code, and everything it wrote.
    """
    done = subprocess.run(
        [str(part) for part in command],
        env=dict(environment),
        cwd=folder,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return done.returncode, done.stdout
