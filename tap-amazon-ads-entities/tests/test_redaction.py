"""No secret is printed or logged, in whatever form it comes and by whatever way."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tap_amazon_ads_entities.process.redaction import MASK, Redactor, printable

SECRET = "Atzr|IwEB+canary/4711=='ä\"\\\n%end"


def knowing(*secrets: object) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.register(secret)
    return redactor


def lower_hex(secret: str) -> str:
    return re.sub("%..", lambda match: match[0].lower(), quote(secret))


@pytest.mark.parametrize(
    "encode",
    [
        str,
        lambda secret: quote(secret, safe=""),
        quote,
        quote_plus,
        lower_hex,
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
        repr,
        lambda secret: repr(secret.encode()),
        html.escape,
        lambda secret: b64encode(secret.encode()).decode(),
        lambda secret: urlsafe_b64encode(secret.encode()).decode(),
        *(
            lambda secret, user=user: b64encode(f"{user}:{secret}:end".encode()).decode()  # type: ignore[misc]
            for user in ("id", "ide", "iden", "ident")
        ),
    ],
)
def test_every_form_is_found(encode: Callable[[str], str]) -> None:
    form = encode(SECRET)
    redacted = knowing(SECRET).redact(f"before {form} after")
    assert MASK in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert len(redacted) < len("before  after") + 24
    assert "canary" not in redacted


def test_of_two_secrets_that_begin_alike_the_longer_one_is_hidden_whole() -> None:
    assert knowing("Atza|token", "Atza|token-longer").redact("x Atza|token-longer y Atza|token z") == "x *** y *** z"


def test_texts_without_a_secret_and_short_secrets_stay_as_they_are() -> None:
    redactor = knowing("abc", "", None, "secret-value")
    assert redactor.redact("abc and secret-valu") == "abc and secret-valu"
    assert Redactor().redact("anything") == "anything"


def test_secrets_of_a_wrong_type_are_hidden_too() -> None:
    redactor = knowing(12345678, ["in-a-list"], {"key": {"deep": "in-an-object"}}, True)
    assert redactor.redact("12345678 in-a-list in-an-object True") == "*** *** *** True"


def test_the_parts_of_connection_strings_and_of_lists_are_hidden_too() -> None:
    redactor = knowing(
        "postgresql://user:p%40ss-word@host/db", "host=h password='q w-erty' user=u", "new-key-1,old-key-2"
    )
    assert redactor.redact("p%40ss-word, p@ss-word, 'q w-erty', old-key-2") == "***, ***, '***', ***"
    assert redactor.redact("host user db") == "host user db"


def test_values_of_rows_are_redacted_at_any_depth() -> None:
    assert knowing("secret-value").redact_all({"a": [{"b": "x secret-value"}], "n": 1}) == {
        "a": [{"b": "x ***"}],
        "n": 1,
    }


def test_control_characters_are_spelled_out() -> None:
    assert printable("a\nb\x1b[2J\u202e\x9b\ud83d\ttab ä 電 🚀") == "a\\nb\\x1b[2J\\u202e\\x9b\\ud83d\\ttab ä 電 🚀"
    assert printable("a\nb\x1b", keep_lines=True) == "a\nb\\x1b"


PROGRAM = """
import json, logging, logging.config, logging.handlers, os, queue, sys, threading, warnings
from tap_amazon_ads_entities.process import redaction
early = logging.StreamHandler(sys.stderr)
redaction.install(["TAP_SECRET"])
S, LATER = os.environ["TAP_SECRET"], "Atza|later-canary-token"
logging.getLogger("early").addHandler(early)
logging.config.dictConfig({
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"json": {"()": "singer_sdk.logging.StructuredFormatter"}},
    "handlers": {
        "file": {"class": "logging.FileHandler", "filename": sys.argv[1], "formatter": "json"},
        "plain": {"class": "logging.FileHandler", "filename": sys.argv[2]},
    },
    "root": {"handlers": ["file", "plain"], "level": "DEBUG"},
})
redaction.register(LATER)
log = logging.getLogger("late")
logging.getLogger("early").warning("early %s", S)
log.debug("args %s %r", S, {"k": LATER})
log.info("extra", extra={"header": S, "nested": {"k": [LATER]}})
log.info("stack " + LATER, stack_info=True)
try:
    try:
        raise ValueError(S)
    except ValueError as error:
        raise RuntimeError("wrapped " + LATER) from error
except RuntimeError:
    log.exception("exception")
log.info("wrong arguments %d", S)
waiting = queue.Queue()
log.addHandler(logging.handlers.QueueHandler(waiting))
log.info("queued %s", S)
print("queue", waiting.get().getMessage())
logging.captureWarnings(True)
warnings.warn("warning " + S)
print("printed", S, file=sys.stderr)
print("printed", repr(("send: " + LATER).encode()))
thread = threading.Thread(target=lambda: {}[S])
thread.start(); thread.join()
sys.stdout.buffer.write(b"record stays\\n")
raise KeyError("uncaught " + S)
"""


def test_a_whole_process_gives_nothing_away(tmp_path: Path) -> None:
    files = [tmp_path / "structured.log", tmp_path / "plain.log"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, files)],
        env={**os.environ, "TAP_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    structured, plain = (file.read_text() for file in files)
    for text in (structured, plain, done.stdout, done.stderr):
        assert "canary" not in text
    # Nothing is missing, only the secrets are.
    messages = {record["message"].split()[0]: record for record in map(json.loads, structured.splitlines())}
    assert messages["args"]["message"] == "args *** {'k': '***'}"
    assert messages["extra"]["extra"] == {"header": "***", "nested": {"k": ["***"]}}
    assert messages["exception"]["exception"]["cause"]["message"] == "***"
    assert "RuntimeError: wrapped ***" in plain
    assert "stack ***\nStack (most recent call last)" in plain
    assert "UserWarning: warning ***" in plain
    for line in ("early ***", "printed ***", "KeyError: '***'", "KeyError: 'uncaught ***'", "Logging error"):
        assert line in done.stderr
    assert done.stdout.splitlines() == ["queue queued ***", "printed b'send: ***'", "record stays"]
