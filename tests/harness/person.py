"""A person at a terminal: reads what a command writes, and types."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

_SECONDS = 60.0


class Person:
    """Runs a command in a pseudo-terminal.

    Args:
        command: the command.
        environment: its environment.
        folder: its current folder.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: os.PathLike[str]) -> None:
        self._screen, terminal = pty.openpty()
        self.shown = ""
        self._read_to = 0
        self._process = subprocess.Popen(
            list(command),
            env={**environment, "TERM": "xterm", "COLUMNS": "200"},
            cwd=folder,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)

    def waits_for(self, pattern: str) -> str:
        """Read until something appears that was not read before; the whole match."""
        ends = time.monotonic() + _SECONDS
        while True:
            if found := re.compile(pattern).search(self.shown, self._read_to):
                self._read_to = found.end()
                return found.group(0)
            assert time.monotonic() < ends, f"{pattern!r} did not appear in:\n{self.shown}"
            assert self._read(), f"the command ended without {pattern!r}:\n{self.shown}"

    def types(self, line: str) -> None:
        """Type a line."""
        os.write(self._screen, f"{line}\n".encode())

    def sees_the_end(self) -> int:
        """Read the rest; the exit code."""
        while self._read():
            pass
        return self._process.wait(_SECONDS)

    def _read(self) -> bool:
        """Take over what is on the screen; False when nothing can come any more."""
        if not select.select([self._screen], [], [], _SECONDS)[0]:
            return False
        try:
            text = os.read(self._screen, 65536)
        except OSError:
            # Linux says so when the command has closed its side.
            text = b""
        self.shown += text.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(text)

    def __enter__(self) -> Person:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        os.close(self._screen)
