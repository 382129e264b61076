"""A program of its own: imports what it will run while others still prepare for it, then runs it when it is told to.

    ahead.py ENTRY[,IMPORTED...] PROGRAM [ARGUMENT ...]

Its environment and arguments come as JSON on standard input; where that ends without any, nothing is run. Run by its
path, for any Python, with nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import IO, Any


def waiting(python: str, entry: str, command: Sequence[str], imported: Sequence[str] = ()) -> list[str]:
    """What to start, with a pipe for its standard input.

    Args:
        python: of the program.
        entry: `module:attribute` that the program calls.
        command: the program and its arguments, as it finds them in `sys.argv`.
        imported: modules that it imports late.
    """
    return [python, __file__, ",".join([entry, *imported]), *command]


def go(told: IO[bytes] | None, environment: Mapping[str, str], arguments: Sequence[str] | None = None) -> None:
    """Let it run.

    Args:
        told: its standard input; closed.
        environment: all of its environment.
        arguments: its arguments, if they are others than it was started with.
    """
    # Where it has ended already, its exit code and its output say why.
    with contextlib.suppress(BrokenPipeError), told or contextlib.nullcontext():
        if told is not None:
            told.write(json.dumps({"environment": dict(environment), "arguments": arguments}).encode())


def _main() -> None:
    # Whoever interrupts it before it runs gets no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Its own folder holds modules of ours, which nobody shall find by their short names.
    sys.path.pop(0)
    names, *sys.argv = sys.argv[1:]
    # What is imported stays: nothing is gained by looking through it for garbage, now or later.
    gc.disable()
    entry, *imported = names.split(",")
    module, _, attributes = entry.partition(":")
    found = importlib.import_module(module)
    for name in imported:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    told = json.loads(sys.stdin.buffer.read() or "null")
    if told is None:
        # Nobody shall take what never ran for a success.
        sys.exit(1)
    os.environ.clear()
    os.environ.update(told["environment"])
    if told["arguments"] is not None:
        sys.argv[1:] = told["arguments"]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.exit(_attribute(found, attributes)())


def _attribute(module: Any, names: str) -> Any:
    return reduce(getattr, names.split("."), module)


if __name__ == "__main__":
    _main()
