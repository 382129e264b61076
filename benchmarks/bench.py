"""`make bench`: what it costs to keep an account in step; prints the tables and writes docs/benchmarks.md.

With the name of a part, only that part is measured and printed, and nothing is written.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator

import end_to_end
import history_cost
import log_cost
import peers
import roads
import status_page
import tap_cases
from measure import HERE

ROOT = HERE.parent
Part = Callable[[], Iterator[str]]
PARTS: tuple[Part, ...] = (
    *tap_cases.PARTS,
    *roads.PARTS,
    *end_to_end.PARTS,
    *log_cost.PARTS,
    *history_cost.PARTS,
    *status_page.PARTS,
)


def heading() -> Iterator[str]:
    """Where and when."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 - git
    machine = f"{platform.system()} on {platform.machine()} with {os.cpu_count()} cores"
    yield "# Benchmarks\n"
    yield "Written by `make bench-peers`; `make bench` measures the same without the peers."
    yield f"Commit {commit.stdout.strip()}, {machine}, Python {platform.python_version()}."
    yield "The sandbox account, Postgres and whatever is measured share the machine. Medians; compare ratios within one"
    yield "run. What follows from the numbers: [performance.md](performance.md)."


def main() -> None:
    """Measure everything, or the parts that are named."""
    known = {part.__name__: part for part in (*PARTS, *peers.PARTS)}
    wanted = sys.argv[1:]
    if wanted == ["peers"]:
        parts = (heading, *peers.PARTS, *PARTS)
    else:
        parts = tuple(known[name] for name in wanted) or (heading, peers.ours_alone, *PARTS)
    lines = []
    for part in parts:
        for line in part():
            lines.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    if heading in parts:
        (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
