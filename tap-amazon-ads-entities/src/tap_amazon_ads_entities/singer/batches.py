"""Pages of rows in files, which the SDK's BATCH messages name.

A runner between tap and loader pays for every line that it passes on, Meltano 19 µs; a file costs it one line.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import select
import sys
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.settings.batching import Batching

_FAST = 1
"""How hard gzip tries: more costs a multiple of the time."""

_LOOKS_EVERY = 0.005


class BatchFiles:
    """The files of one run.

    Nothing depends on them for long: a file that is lost fails the loader, STATE stays, and the next run reads anew.

    Args:
        how: where and how they are written.
        limit: bytes of files that may wait for the loader, which is then asked to remove what it has read; None
            where they are its own.
    """

    def __init__(self, how: Batching, limit: int | None) -> None:
        """Write nothing yet."""
        self._how = how
        self._limit = limit
        self._run = uuid.uuid4().hex
        self._count = 0
        self._ahead: deque[tuple[Path, int]] = deque()
        self._bytes = 0
        self._warned = False

    @property
    def rows(self) -> int:
        """Most rows of a file."""
        return self._how.rows

    def wait(self) -> None:
        """Wait while the loader has too much to read.

        Raises:
            BrokenPipeError: it is gone.
        """
        while self._too_much():
            if _nobody_reads():
                raise BrokenPipeError
            time.sleep(_LOOKS_EVERY)

    def _too_much(self) -> bool:
        # The loader reads, and removes, them in order.
        while self._ahead and not self._ahead[0][0].exists():
            self._bytes -= self._ahead.popleft()[1]
        return self._limit is not None and self._bytes > self._limit

    def put(self, stream: str, lines: bytes, time_extracted: str) -> dict[str, Any] | None:
        """Write rows into a file.

        Args:
            stream: whose rows they are.
            lines: a JSON document for each.
            time_extracted: when they were fetched.

        Returns:
            The message for the loader; None where they have to go through the pipe.
        """
        self._count += 1
        name = f"{self._how.prefix}{stream}-{self._run}-{self._count}.jsonl"
        path = self._how.folder / (f"{name}.gz" if self._how.compressed else name)
        data = gzip.compress(lines, _FAST) if self._how.compressed else lines
        try:
            with open(path, "xb", opener=_private) as file:
                file.write(data)
        except FileNotFoundError:
            # There is no folder yet: nobody has asked for files.
            return None
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            if not self._warned:
                self._warned = True
                LOGGER.warning("no BATCH file can be written (%s): rows go through the pipe", error.strerror)
            return None
        compression = "gzip" if self._how.compressed else "none"
        message: dict[str, Any] = {
            "type": "BATCH",
            "stream": stream,
            "encoding": {"format": "jsonl", "compression": compression},
            "manifest": [path.as_uri()],
            "time_extracted": time_extracted,
        }
        if self._limit is not None:
            self._ahead.append((path, len(data)))
            self._bytes += len(data)
            message |= {"disposable": True, "records": lines.count(b"\n")}
        return message


def chunks(rows: Sequence[dict[str, Any]], most: int) -> Iterator[Sequence[dict[str, Any]]]:
    """Rows in parts of at most so many."""
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _nobody_reads() -> bool:
    """Whether the other end of standard output is closed."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
