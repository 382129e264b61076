"""A program's messages without its tracebacks: those go into a file, for whoever wants them."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_TRACEBACK = re.compile(rb"Traceback \(most recent call last\)")
_LOGGED = re.compile(rb"^\d{4}-\d\d-\d\d[ T]")
_KEPT_LINES = 400


class Quiet:
    """Passes messages on and keeps tracebacks back, whether they come as text or as structured log records.

    Args:
        file: gets the tracebacks; for its owner alone.
    """

    def __init__(self, file: Path) -> None:
        """Have seen nothing."""
        self._file = file
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._inside = False

    @property
    def text(self) -> str:
        """The last lines, errors included."""
        return "\n".join(self._lines)

    def follow(self, lines: Iterable[bytes]) -> None:
        """Pass lines on as they come, until there are no more."""
        for line in lines:
            record = _record(line)
            if record is None:
                self._plain(line)
            else:
                self._structured(record, line)

    def _plain(self, line: bytes) -> None:
        self._lines.append(line.decode("utf-8", "replace").rstrip())
        if _TRACEBACK.search(line):
            self._inside = True
        elif self._inside and _LOGGED.match(line):
            self._inside = False
        if self._inside:
            self._keep(line)
        else:
            _pass_on(line)

    def _structured(self, record: dict[str, Any], line: bytes) -> None:
        self._inside = False
        message = str(record.get("message", ""))
        self._lines.append(message)
        exception = record.pop("exception", None)
        if exception is None:
            _pass_on(line)
            return
        if isinstance(exception, dict):
            self._lines.append(f"{exception.get('type', '')}: {exception.get('message', '')}")
        self._keep(line)
        record["message"] = message.strip().split("\n", 1)[0]
        _pass_on(json.dumps(record).encode() + b"\n")

    def _keep(self, line: bytes) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(line)


def _record(line: bytes) -> dict[str, Any] | None:
    """The log record a line holds, if it holds one."""
    if not line.startswith(b"{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _pass_on(line: bytes) -> None:
    sys.stderr.buffer.write(line)
    sys.stderr.flush()
