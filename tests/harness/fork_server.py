"""Runs a command line program again and again: imports it once, and forks for every run. Stands alone, by its path."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any


def serve(address: str, entry: str, *imports: str) -> None:
    """Answer until whoever started us is gone.

    Args:
        address: of the socket.
        entry: `module:attribute` of what is called; looked up anew for every run.
        imports: modules that it imports late; with `:attribute` what it calls in them once and remembers; of a script
            its path, which is run with the address.
    """
    importlib.import_module(entry.partition(":")[0])
    for name in imports:
        if name.endswith(".py"):
            sys.argv = [name, address]
            runpy.run_path(name, run_name="__main__")
            continue
        module, _, attributes = name.partition(":")
        found = importlib.import_module(module)
        if attributes:
            _attribute(found, attributes)()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen()
    Path(f"{address}.new").rename(address)
    parent = os.getppid()
    listener.settimeout(1)
    # Nobody waits for those who answer.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while os.getppid() == parent:
        try:
            asked, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.settimeout(None)
            _answer(asked, entry)
        asked.close()


def _answer(asked: socket.socket, entry: str) -> None:
    """One run, in a process of its own; whatever it leaves behind cannot hold the answer back."""
    line, passed = b"", []
    while not line.endswith(b"\n"):
        part, files, _, _ = socket.recv_fds(asked, 1 << 16, 3)
        line += part
        passed += files
    request = json.loads(line)
    answer = _with_files(asked, request, entry, passed) if passed else _to_its_end(asked, request, entry)
    asked.sendall(json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _with_files(asked: socket.socket, request: Mapping[str, Any], entry: str, files: list[int]) -> int:
    """Standard input, output and errors are the caller's, who learns the process id first."""
    child = os.fork()
    if child == 0:
        asked.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os._exit(_run(request, entry))
    for file in files:
        os.close(file)
    asked.sendall(json.dumps(child).encode() + b"\n")
    return _code(child)


def _to_its_end(asked: socket.socket, request: Mapping[str, Any], entry: str) -> list[Any]:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            asked.close()
            os.dup2(output.fileno(), 1)
            os.dup2((output if request["together"] else errors).fileno(), 2)
            os._exit(_run(request, entry))
        code = _code(child)
        written = []
        for file in (output, errors):
            file.seek(0)
            written.append(file.read().decode("utf-8", "replace"))
    return [code, *written]


def _code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(request: Mapping[str, Any], entry: str) -> int:
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["folder"]:
        os.chdir(request["folder"])
    module, _, attributes = entry.partition(":")
    sys.argv = [module.partition(".")[0], *request["arguments"]]
    try:
        _attribute(importlib.import_module(module), attributes)()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _attribute(module: Any, names: str) -> Any:
    return reduce(getattr, names.split("."), module)


if __name__ == "__main__":
    serve(*sys.argv[1:])
