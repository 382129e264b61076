"""Keeps secrets out of everything people read: logs at every level, tracebacks, printed text, the run log.

Secrets are registered as they become known and found again in the forms they take on their way: plain, percent-encoded,
escaped in JSON or by repr, and in base64. What is found becomes `***`. A line costs time in proportion to its length,
not to the number of secrets; records and STATE do not pass through here.
"""

from __future__ import annotations

import html
import json
import logging
import os
import re
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any, TextIO, cast
from urllib.parse import quote, quote_plus, unquote, urlsplit

MASK = "***"
SHORTEST = 6
"""Characters a secret has at least: hiding shorter ones would garble ordinary words."""

_SHORTEST_PART = 8
_ENVIRONMENT = (
    "TARGET_POSTGRES_PASSWORD",
    "TARGET_POSTGRES_SQLALCHEMY_URL",
    "AMAZON_ADS_OWNER_PASSWORD",
    "AMAZON_ADS_STATUS_PASSWORD",
    "PGPASSWORD",
)
"""Secrets of the loader and of libpq that Meltano puts into the environment of the tap, too."""

_PERCENT = re.compile("%[0-9A-F]{2}")
_ESCAPED = re.compile(r"(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})")
_DEEPEST = 3
"""How many times over a secret may be escaped."""

_PARTS = re.compile(r"[\s,]+")
_DSN_PASSWORD = re.compile(r"\bpassword\s*=\s*('[^']*'|\S+)")
# C0 and C1 controls, line and paragraph separators, marks that turn the reading direction, halves of surrogate pairs.
_UNPRINTABLE = "\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROLS = re.compile(f"[{_UNPRINTABLE}]")
_CONTROLS_BUT_LINES = re.compile(f"(?![\\n\\t])[{_UNPRINTABLE}]")


class Redactor:
    """Knows secrets and replaces them in texts; reading needs no lock, registering replaces what is read."""

    def __init__(self) -> None:
        """Know no secret."""
        self._forms: dict[str, tuple[str, ...]] = {}

    def register(self, value: Any) -> None:
        """Hide this value from now on: a text, a number, or every leaf of a list or an object.

        Of a list in text, and of a connection string, the parts are hidden as well.
        """
        found: set[str] = set()
        for leaf in _leaves(value):
            for secret in (leaf, *_parts(leaf)):
                if len(secret) >= SHORTEST:
                    found |= _forms(secret)
        known = dict(self._forms)
        for form in found:
            head = form[:SHORTEST]
            # The longest first: one form may be the beginning of another.
            known[head] = tuple(sorted({*known.get(head, ()), form}, key=len, reverse=True))
        self._forms = known

    def redact(self, text: str) -> str:
        """The text with every secret in it replaced."""
        if not self._forms:
            return text
        spans = list(self._spans(text))
        if "%" in text or "\\" in text:
            spans += self._escaped_spans(text)
        parts: list[str] = []
        place = 0
        for start, end in sorted(spans):
            if start >= place:
                parts += (text[place:start], MASK)
            place = max(place, end)
        return "".join((*parts, text[place:])) if parts else text

    def _spans(self, text: str) -> Iterable[tuple[int, int]]:
        """Where secrets stand, the longest first; they may overlap."""
        known = self._forms
        for place in range(len(text) - SHORTEST + 1):
            if forms := known.get(text[place : place + SHORTEST]):
                for form in forms:
                    if text.startswith(form, place):
                        yield place, place + len(form)
                        break

    def _escaped_spans(self, text: str) -> Iterable[tuple[int, int]]:
        """Where secrets stand of which some characters are escaped and some are not, once or again."""
        places = list(range(len(text) + 1))
        for _ in range(_DEEPEST):
            plain: list[str] = []
            origins: list[int] = []
            end = 0
            for match in _ESCAPED.finditer(text):
                plain += (text[end : match.start()], chr(int(match[1] or match[2], 16)))
                origins += places[end : match.start() + 1]
                end = match.end()
            if not end:
                return
            text, places = "".join((*plain, text[end:])), origins + places[end:]
            for start, stop in self._spans(text):
                yield places[start], places[stop]

    def redact_all(self, value: Any) -> Any:
        """The same JSON value with the secrets in its texts replaced."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, Mapping):
            return {name: self.redact_all(element) for name, element in value.items()}
        if isinstance(value, list):
            return [self.redact_all(element) for element in value]
        return value


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for element in value.values():
            yield from _leaves(element)
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _leaves(element)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _parts(secret: str) -> Iterable[str]:
    """What a setting in text may hold: several keys, or a connection string with a password."""
    pieces = [piece for piece in _PARTS.split(secret) if len(piece) >= _SHORTEST_PART]
    yield from pieces if len(pieces) > 1 else ()
    for match in _DSN_PASSWORD.finditer(secret):
        yield match[1].strip("'")
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)


def _forms(secret: str) -> set[str]:
    """Every form of a secret that is looked for."""
    data = secret.encode("utf-8", "surrogatepass")
    forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    # Bytes that were escaped one by one come back as characters.
    forms |= {repr(data)[2:-1], html.escape(secret), data.decode("latin-1")}
    encoded = {quote(data, safe=""), quote(data), quote_plus(data)}
    for offset in range(3):
        # Inside a longer text it may begin at any of three places; what depends on its neighbours is cut off.
        for encode in (b64encode, urlsafe_b64encode):
            text = encode(bytes(offset) + data).decode().rstrip("=")
            end = len(text) - 1 if (offset + len(data)) % 3 else len(text)
            forms.add(text[(0, 2, 3)[offset] : end])
            encoded.add(quote(text[(0, 2, 3)[offset] : end], safe=""))
    forms |= encoded | {_PERCENT.sub(lambda match: match[0].lower(), form) for form in encoded}
    return {form for form in forms if len(form) >= SHORTEST}


_REDACTOR = Redactor()
register = _REDACTOR.register
redact = _REDACTOR.redact
redact_all = _REDACTOR.redact_all


def printable(text: object, *, keep_lines: bool = False) -> str:
    """Control characters spelled out: text from outside must not move a cursor, forge a line or turn it around."""
    pattern = _CONTROLS_BUT_LINES if keep_lines else _CONTROLS
    return pattern.sub(lambda match: match[0].encode("unicode_escape").decode(), str(text))


class _Stream:
    """A text stream whose writes are redacted; the buffer below it, which carries the Singer messages, is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_make_record = logging.LogRecord
_format = logging.Handler.format


def _safe(text: str, *, keep_lines: bool = False) -> str:
    shown = printable(redact(text), keep_lines=keep_lines)
    # What was taken away, or spelled out, may have brought a secret together; looking once more is half the cost.
    return shown if shown == text else redact(shown)


def _safe_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message is safe for every handler, those that send it elsewhere too: one line, no secrets."""
    record = _make_record(*args, **kwargs)
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - logging itself reports wrong arguments, through a redacted stream
        return record
    safe = _safe(message)
    if safe != message:
        record.msg, record.args = safe, ()
    return record


def _safe_format(handler: logging.Handler, record: logging.LogRecord) -> str:
    """What a handler writes: tracebacks, stacks and extra fields come in only here."""
    text = _safe(_format(handler, record), keep_lines=True)
    if record.exc_text:
        record.exc_text = redact(record.exc_text)
    return text


def install(secrets: Iterable[str] = ()) -> None:
    """Redact all that this process logs or prints from here on, by whatever logger, handler or hook.

    Args:
        secrets: names of environment variables whose values are secret, beside those of the loader.
    """
    for name in (*_ENVIRONMENT, *secrets):
        register(os.environ.get(name))
    logging.setLogRecordFactory(_safe_record)
    logging.Handler.format = _safe_format  # type: ignore[method-assign, assignment]
    # Uncaught exceptions of any thread, warnings and print end here.
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, _Stream):
            setattr(sys, name, cast("TextIO", _Stream(stream)))
