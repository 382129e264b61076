"""A program of its own, for dbt's Python: a command of dbt, and then what its checks compile to.

    with_checks.py [ARGUMENT ...]

Compiled in the process that dbt has started in anyway, they need no other before the post-step can make them. Run by
its path; nothing of ours can be imported.
"""

from __future__ import annotations

import sys

from dbt.cli.main import cli, dbtRunner

_COMPILE = ("--quiet", "--write-json", "compile", "--select", "resource_type:test")


def _main() -> None:
    try:
        # What is written of the first would be written over at once.
        cli(["--no-write-json", *sys.argv[1:]], prog_name="dbt")
    except SystemExit as ended:
        if ended.code:
            raise
    # Where this fails nothing is kept, and the post-step starts dbt, which says why.
    dbtRunner().invoke(list(_COMPILE))


if __name__ == "__main__":
    _main()
