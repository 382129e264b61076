"""What Postgres says, in words for people: a table of its errors, and what to do about each."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg

_LIMIT = 500


@dataclass(frozen=True)
class Reason:
    """A kind of error.

    Args:
        words: for people; {0} and {1} are the pattern's groups, {line} the line it was found in, {holders} who locks.
        patterns: how Postgres or its driver says it, in any case.
    """

    words: str
    patterns: tuple[str, ...]


_NO_SUCH_ROLE = (
    "password authentication failed",
    "no password supplied",
    "authentication failed",
    "role .* does not exist",
    "is not permitted to log in",
)

_REASONS = (
    Reason(
        "the disk of the database is full; make room and sync again",
        ("no space left on device", "disk full", "could not extend file"),
    ),
    Reason("the database has used up its disk quota; make room and sync again", ("disk quota exceeded",)),
    Reason(
        "the database takes no more connections (a limit of the server, the database or the role); raise it",
        ("too many connections", "remaining connection slots", "too many clients"),
    ),
    Reason(
        "the database is read-only; point TARGET_POSTGRES_HOST at the primary, or allow writes",
        ("read-only transaction", "ReadOnlySqlTransaction", "database is read.only"),
    ),
    Reason("{0}", (r"(Another session keeps a lock on the tables[^\n]*)",)),
    Reason(
        "another session keeps a lock on the tables: {holders}. Let it commit, or end it, and sync again",
        ("lock timeout", "LockNotAvailable"),
    ),
    Reason(
        "a statement took longer than AMAZON_ADS_STATEMENT_TIMEOUT, the role or the database allows; raise the limit",
        ("statement timeout",),
    ),
    Reason("two sessions waited for each other (a deadlock); sync again", ("deadlock detected",)),
    Reason(
        # The relation it names is the loader's temporary one.
        "the column {0} of a landing table refuses rows without a value: give it a default, or drop its NOT NULL",
        (r"null value in column \"?([^\"]+)\"? of relation",),
    ),
    Reason(
        "the constraint {0} refuses rows: drop or correct it",
        (r"violates (?:check|foreign key|unique|exclusion) constraint \"?([^\"\s]+)",),
    ),
    Reason(
        "{0} belongs to another role; load as its owner, or name the owner in AMAZON_ADS_OWNER_USER",
        (r"must be owner of (?:\w+ )+\"?([^\"\s]+)",),
    ),
    Reason(
        "the role of TARGET_POSTGRES_USER has no right to {0}; grant it", (r"permission denied for (\w+ \"?[^\"\s]+)",)
    ),
    Reason(
        "the database refuses user or password; correct TARGET_POSTGRES_USER and TARGET_POSTGRES_PASSWORD",
        _NO_SUCH_ROLE,
    ),
    Reason(
        "there is no database {0}; create it, or correct the setting", (r"database \"?([^\"\s]+)\"? does not exist",)
    ),
    Reason(
        "the database cannot be reached; start it (`make up` starts the embedded one), or correct TARGET_POSTGRES_*",
        ("connection refused", "could not connect", "name or service not known", "timeout expired", "no route to host"),
    ),
    Reason(
        "the database went away while it was at work; see to it and sync again",
        (
            "terminating connection",
            "server closed the connection",
            "consuming input failed",
            "the connection is (?:lost|closed)",
            "connection (?:to server )?was (?:lost|closed)",
            "SSL connection has been closed",
            "shutting down",
            "starting up",
            "in recovery mode",
            "connection reset",
            "could not receive data",
        ),
    ),
    Reason(
        "the database refused a row ({line})",
        ("numeric value out of range", "out of range for type", "invalid input syntax", "invalid byte sequence"),
    ),
    Reason("it was told to stop", ("KeyboardInterrupt",)),
    Reason("Meltano's own database is locked by another process; wait for it, or end it", ("database is locked",)),
)
_COMPILED = tuple(
    (re.compile(pattern, re.IGNORECASE), reason.words) for reason in _REASONS for pattern in reason.patterns
)
_NO_OPTIONS = re.compile(r"unsupported startup parameter", re.IGNORECASE)


def refuses_role(text: str) -> bool:
    """Whether a server knows no such user, or not with that password."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in _NO_SUCH_ROLE)


def refuses_options(text: str) -> bool:
    """Whether a pooler takes no options when a session begins."""
    return bool(_NO_OPTIONS.search(text))


def known(text: str, holders: str = "") -> str | None:
    """A sentence for an error that is in the table."""
    for pattern, words in _COMPILED:
        if match := pattern.search(text):
            line = first_line(_line_of(text, match.start()))
            return words.format(*match.groups(), holders=holders or "its name cannot be found any more", line=line)
    return None


def sentence(text: str, holders: str = "") -> str:
    """A sentence for any error: from the table, else its own first line."""
    found = known(text, holders) or first_line(text) or "the database refused without a word"
    return found[0].upper() + found[1:]


def of(error: psycopg.Error) -> str:
    """A sentence for an error of psycopg."""
    return sentence(str(error))


def first_line(text: str) -> str:
    """The first line that says something, not longer than a line should be."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:_LIMIT] if lines else ""


def last_line(text: str) -> str:
    """The last line that says something: of a traceback, the error itself."""
    return first_line("\n".join(reversed(text.splitlines())))


def _line_of(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text[start : end if end >= 0 else len(text)]
