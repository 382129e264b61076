"""`make bench`: what it costs to keep an account in step; prints the tables and writes docs/benchmarks.md.

With names of parts, only these are measured, and their sections of that file are renewed.
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
import nothing_new
import peers
import roads
import status_page
import tap_cases
from measure import HERE

ROOT = HERE.parent
_TITLE = re.compile(r"^## ", re.MULTILINE)
Part = Callable[[], Iterator[str]]
PARTS: tuple[Part, ...] = (
    *tap_cases.PARTS,
    *roads.PARTS,
    *end_to_end.PARTS,
    *nothing_new.PARTS,
    *log_cost.PARTS,
    *history_cost.PARTS,
    *status_page.PARTS,
)


def heading() -> Iterator[str]:
    """Where and when."""
    machine = f"{platform.system()} on {platform.machine()} with {os.cpu_count()} cores"
    yield "# Benchmarks\n"
    yield "Written by `make bench-peers`; `make bench` measures the same without the peers."
    yield f"Commit {_commit()}, {machine}, Python {platform.python_version()}."
    yield "The sandbox account, Postgres and whatever is measured share the machine. Medians; compare ratios within one"
    yield "run. What follows from the numbers: [performance.md](performance.md)."


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 - git
    return found.stdout.strip()


def main() -> None:
    """Measure everything, or the parts that are named."""
    wanted = sys.argv[1:]
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
    file = ROOT / "docs" / "benchmarks.md"
    file.write_text("\n".join(lines) + "\n" if heading in parts else renewed(file.read_text(), "\n".join(lines)))


def renewed(text: str, measured: str) -> str:
    """The file with the sections that were measured anew; each says at which commit.

    Args:
        text: of the file.
        measured: sections, each of which begins with its title.
    """
    sections = {each.partition("\n")[0]: each.strip() for each in _TITLE.split(text)}
    for each in _TITLE.split(measured)[1:]:
        title, _, rest = each.strip().partition("\n")
        sections[title] = f"{title}\n\nMeasured at commit {_commit()}.\n\n{rest.strip()}"
    return "\n\n## ".join(sections.values()) + "\n"


if __name__ == "__main__":
    main()
