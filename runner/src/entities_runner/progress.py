"""Meltano's output for people: how far the run is, what went wrong, and everything in a log file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from entities_runner import reasons
from entities_runner.alike import kind
from entities_runner.display import display
from entities_runner.tally import Tally, counted
from entities_runner.terminal import printable

_PLAN = re.compile(r"run \S+: \w+, (\d+) profiles, each with (.*)$")
_DONE = re.compile(
    r"slice done profile=(\S+) entity=(\S+) rows=(\d+) pages=(\d+)(?: retries=\d+ throttled=(\d+(?:\.\d+)?))?"
)
_FAILED = re.compile(r"slice failed profile=(\S+) entity=(\S+) rows=(\d+) error=(.*?) request_id=(\S+)")
_REASON = re.compile(r"FAILED: (.*)$")
_REFUSED = re.compile(r"(Setting '\w+' .*|The (?:variable|STATE|bookmark)\b.*|This STATE .*)$")
_LOCKED = re.compile("database is locked")
_NOT_INSTALLED = re.compile(r"^((?:ModuleNotFound|Import)Error: .*)$")
_FRAME = re.compile(r"[╭│╰]|sqlalche\.me|Traceback")
_STOPPED = re.compile(r"slice failed .* error=stopped by SIG\w+ ")
_REFUSED_BY_AMAZON = re.compile(r"HTTP 429\b.*trying again in ")
_RETRY = re.compile(r"(\S+ \(region .*trying again in .*)$")
_WORTH_SHOWING = re.compile(
    r"(Alerts: |skipped:|accepted: |tables in schema|for analysts|has to run: |may create objects"
    r"|read in full|in full and|replaced the refresh token)"
)
_TROUBLE = re.compile(r"\b(ERROR|error|FATAL|Traceback|could not|failed|AMAZON_ADS_[A-Z]+_ROLE|AMAZON_ADS_IDENTITY)\b")
_NOISE = re.compile(r"METRIC|Block run completed|An unhandled error occurred|level=debug")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PREFIXES = (
    re.compile(r"^\S+Z \[\w+\s*\] \S+\s+"),  # Meltano's
    re.compile(r"^[\d: ,.-]+\| \w+\s*\| \S+\s*\| "),  # singer-sdk's
    re.compile(r"^\d\d:\d\d:\d\d\s+"),  # dbt's
)
_TROUBLE_LINES = 15
_KINDS_SHOWN = 20
"""Kinds of retries and failures of which the first one is shown while the run goes on; the totals count all."""
_STAGES = (
    (re.compile(r"Environment '\w+' is active"), "Preparing the tables"),
    (re.compile(r"Running catalog discovery"), "Starting the tap"),
    (re.compile(r"Beginning sync of 'entity_profiles'"), "Looking for profiles"),
    (re.compile(r"run \S+: \d+ slices succeeded"), "Storing the last rows"),
    (re.compile(r"Incremental state has been updated"), "Making the views, and checking what is stored"),
)
"""What is going on while no slice is read, from the line that begins it."""


class Progress:
    """Shows what a person wants to see of the output.

    Args:
        log: where everything goes.
        environment: what it says of the terminal.
    """

    def __init__(self, log: Path, environment: Mapping[str, str] = os.environ) -> None:
        """Show nothing yet."""
        self.log = log
        self.trouble: list[str] = []
        self.reasons: list[str] = []
        self.tally = Tally()
        self._kinds: set[str] = set()
        self._room = _KINDS_SHOWN
        self._unsaid = 0
        self._display = display(self.tally, environment)
        self._patterns = (
            (_DONE, self._done),
            (_STOPPED, self._stopped),
            (_REFUSED_BY_AMAZON, self._refused_by_amazon),
            (_FAILED, self._failed),
            (_REASON, self._reason),
            (_RETRY, self._retry),
            (_PLAN, self._begin),
            (_WORTH_SHOWING, self._note),
            (_REFUSED, self._reason),
            (_NOT_INSTALLED, self._reason),
            (_LOCKED, self._locked),
        )

    def follow(self, lines: Iterable[bytes]) -> None:
        """Show lines as they come, until there are no more."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.log, "ab", opener=_private) as file:
            self._display.begin()
            try:
                for raw in lines:
                    file.write(raw)
                    self._show(printable(_COLOUR.sub("", raw.decode("utf-8", "replace")).expandtabs().rstrip()))
                    self._display.tick()
                if self._unsaid:
                    self._display.say(f"  {counted(self._unsaid, 'more line')} like these: {self.log}")
            finally:
                self._display.end()

    def idle(self) -> None:
        """Nothing has come for a moment."""
        self._display.tick()

    def _show(self, line: str) -> None:
        for begins, stage in _STAGES:
            if begins.search(line):
                self.tally.stage = stage
        for pattern, show in self._patterns:
            if match := pattern.search(line):
                show(match)
                return
        if _TROUBLE.search(line) and not _NOISE.search(line) and not _FRAME.search(line):
            self.trouble = [*self.trouble, _text(line)][-_TROUBLE_LINES:]

    def _done(self, match: re.Match[str]) -> None:
        profile, entity, rows, pages, throttled = match.groups()
        self.tally.throttled += float(throttled or 0)
        self.tally.end(profile, entity, int(rows), int(pages))
        self._display.slice(f"  {profile}  {entity:<10}  {int(rows):>9,} rows  {int(pages):>6,} pages")

    def _stopped(self, _: re.Match[str]) -> None:
        """It has not been read to its end: the end of the run says so of all of these at once."""

    def _refused_by_amazon(self, _: re.Match[str]) -> None:
        """As many as there are requests, on a bad day: the totals count them."""
        self.tally.refused += 1

    def _failed(self, match: re.Match[str]) -> None:
        profile, entity, rows, error, request_id = match.groups()
        self.tally.end(profile, entity, int(rows), failed=True)
        say = self._display.say if self._is_shown(error) else self._display.slice
        say(f"  {profile}  {entity:<10}  FAILED  {error} (request id {request_id})")

    def _reason(self, match: re.Match[str]) -> None:
        """What ends a run is said at its end."""
        self.reasons.append(match.group(1))

    def _retry(self, match: re.Match[str]) -> None:
        self.tally.retried += 1
        if self._is_shown(match.group(1)):
            self._display.say(f"  {match.group(1)}")

    def _begin(self, plan: re.Match[str]) -> None:
        """The tap knows what it will read."""
        profiles, names = int(plan.group(1)), [name.removeprefix("entity_") for name in plan.group(2).split(", ")]
        self.tally.begin(profiles, names)
        self._display.say(f"  {counted(profiles, 'profile')}, each with {', '.join(names)}")

    def _note(self, match: re.Match[str]) -> None:
        """Say what may come once for every profile: the first of its kind, and at the end how many more there were."""
        text = _text(match.string)
        if self._is_new(text):
            self._display.say(f"  {text}")
        else:
            self._unsaid += 1

    def _locked(self, match: re.Match[str]) -> None:
        """Meltano's own database: nobody else speaks of it."""
        self.reasons.append(reasons.sentence(match.string))

    def _is_new(self, text: str) -> bool:
        """Whether nothing of its kind has come yet."""
        known = len(self._kinds)
        self._kinds.add(kind(text))
        return len(self._kinds) > known

    def _is_shown(self, text: str) -> bool:
        """Whether a retry or a failure has a line: the first of its kind, as long as there are few kinds."""
        if not self._room or not self._is_new(text):
            return False
        self._room -= 1
        return True


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _text(line: str) -> str:
    """The message without what loggers put before it."""
    for prefix in _PREFIXES:
        line = prefix.sub("", line.strip())
    return line
