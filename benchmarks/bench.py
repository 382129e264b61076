"""`make bench`: what it costs to keep an account in step; prints the tables and writes docs/benchmarks.md.

With the names of parts, only those are measured and printed; with `--write` before them, their sections are replaced.
"""

from __future__ import annotations

import os
import platform
import re
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
PAGE = ROOT / "docs" / "benchmarks.md"
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


def with_sections(page: str, measured: str) -> str:
    """The page with some sections measured anew: each in its old place, or at the end."""
    every = [*re.split(r"(?m)^(?=## )", page), *re.split(r"(?m)^(?=## )", measured)]
    found = {each.partition("\n")[0]: each.rstrip("\n") for each in every if each.strip()}
    return "\n\n".join(found.values()) + "\n"


def main() -> None:
    """Measure everything, or the parts that are named."""
    wanted = sys.argv[1:]
    write = wanted[:1] == ["--write"]
    wanted = wanted[write:]
    known = {part.__name__: part for part in (*PARTS, *peers.PARTS)}
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
    text = "\n".join(lines) + "\n"
    if heading in parts:
        PAGE.write_text(text)
    elif write:
        PAGE.write_text(with_sections(PAGE.read_text(), text))


if __name__ == "__main__":
    main()
