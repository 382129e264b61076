"""`make bench`: what it costs to keep an account in step; prints the tables and writes docs/benchmarks.md.

With the name of a part, only that part is measured and printed; `history_cost` writes its section anew.
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


def _where() -> Iterator[str]:
    """On what, and with which version."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 - git
    machine = f"{platform.system()} on {platform.machine()} with {os.cpu_count()} cores"
    yield f"Commit {commit.stdout.strip()}, {machine}, Python {platform.python_version()}."


def heading() -> Iterator[str]:
    """Where and when."""
    yield "# Benchmarks\n"
    yield "Written by `make bench-peers`; `make bench` measures the same without the peers."
    yield from _where()
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
        PAGE.write_text("\n".join(lines) + "\n")
    elif parts == history_cost.PARTS and history_cost.ROWS == history_cost.ALL:
        PAGE.write_text(_with_section(PAGE.read_text(), [*lines, "", *list(_where())]))


def _with_section(page: str, lines: list[str]) -> str:
    """The page with one section in the place of an earlier one with its heading, or at the end."""
    section = "\n".join(lines).strip("\n") + "\n"
    name, _, _ = section.partition("\n")
    before, _, after = page.partition(f"{name}\n")
    _, found, rest = after.partition("\n## ")
    return f"{before.rstrip()}\n\n{section}{found}{rest}"


if __name__ == "__main__":
    main()
