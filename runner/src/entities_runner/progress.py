"""Meltano's output for people: a line per slice, what went wrong, and everything in a log file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from entities_runner import reasons
from entities_runner.terminal import printable

_DONE = re.compile(r"slice done profile=(\S+) entity=(\S+) rows=(\d+) pages=(\d+)")
_FAILED = re.compile(r"slice failed profile=(\S+) entity=(\S+) rows=(\d+) error=(.*?) request_id=(\S+)")
_REASON = re.compile(r"FAILED: (.*)$")
_REFUSED = re.compile(r"(Setting '\w+' .*|The (?:variable|STATE|bookmark)\b.*|This STATE .*)$")
_LOCKED = re.compile("database is locked")
_FRAME = re.compile(r"[╭│╰]|sqlalche\.me|Traceback")
_RETRY = re.compile(r"(\S+ \(region .*trying again in .*)$")
_WORTH_SHOWING = re.compile(
    r"(skipped:|accepted: |tables in schema|profiles, each with|for analysts|has to run: |may create objects"
    r"|read in full|in full and|replaced the refresh token)"
)
_TROUBLE = re.compile(r"\b(ERROR|error|FATAL|Traceback|could not|failed|AMAZON_ADS_[A-Z]+_ROLE|AMAZON_ADS_IDENTITY)\b")
_NOISE = re.compile(r"METRIC|An unhandled error occurred|level=debug")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PREFIXES = (
    re.compile(r"^\S+Z \[\w+\s*\] \S+\s+"),  # Meltano's
    re.compile(r"^[\d: ,.-]+\| \w+\s*\| \S+\s*\| "),  # singer-sdk's
    re.compile(r"^\d\d:\d\d:\d\d\s+"),  # dbt's
)
_TROUBLE_LINES = 15


class Progress:
    """Shows what a person wants to see of the output.

    Args:
        log: where everything goes.
    """

    def __init__(self, log: Path) -> None:
        """Show nothing yet."""
        self.log = log
        self.trouble: list[str] = []
        self.reasons: list[str] = []

    def follow(self, lines: Iterable[bytes]) -> None:
        """Show lines as they come, until there are no more."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.log, "ab", opener=_private) as file:
            for raw in lines:
                file.write(raw)
                self._show(printable(_COLOUR.sub("", raw.decode("utf-8", "replace")).expandtabs().rstrip()))

    def _show(self, line: str) -> None:
        if match := _DONE.search(line):
            profile, entity, rows, pages = match.groups()
            self._say(f"  {profile}  {entity:<10}  {int(rows):>9,} rows  {int(pages):>6,} pages")
        elif match := _FAILED.search(line):
            profile, entity, _, error, request_id = match.groups()
            self._say(f"  {profile}  {entity:<10}  FAILED  {error} (request id {request_id})")
        elif match := _REASON.search(line):
            self.reasons.append(match.group(1))
            self._say(f"  FAILED  {match.group(1)}")
        elif (match := _RETRY.search(line)) or (_WORTH_SHOWING.search(line)):
            self._say(f"  {match.group(1) if match else _text(line)}")
        elif match := _REFUSED.search(line):
            self.reasons.append(match.group(1))
        elif _LOCKED.search(line):
            # Meltano's own database: nobody else speaks of it.
            self.reasons.append(reasons.sentence(line))
        elif _TROUBLE.search(line) and not _NOISE.search(line) and not _FRAME.search(line):
            self.trouble = [*self.trouble, _text(line)][-_TROUBLE_LINES:]

    @staticmethod
    def _say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _text(line: str) -> str:
    """The message without what loggers put before it."""
    for prefix in _PREFIXES:
        line = prefix.sub("", line.strip())
    return line
