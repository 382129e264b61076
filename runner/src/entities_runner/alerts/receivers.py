"""Who is told: a webhook, a command. Neither can take long, and neither's address or secrets are ever said."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Protocol

from entities_runner import guard
from entities_runner.checks import ALERT_COMMAND, ALERT_WEBHOOK, webhook_problem
from entities_runner.session import Session

WEBHOOK_SECONDS = 10.0
COMMAND_SECONDS = 30.0
_TICK = 0.05
_SECRETS = ("TAP_", "TARGET_", "PG", "AMAZON_ADS_", "MELTANO_")
"""Beginnings of the variables that a command does not get."""


class UndeliveredError(Exception):
    """It could not be delivered; the message says why, without the address."""


class Receiver(Protocol):
    """Somebody who is told."""

    @property
    def name(self) -> str:
        """By which it is remembered."""

    def send(self, text: str, facts: Mapping[str, str]) -> None:
        """Deliver a message.

        Raises:
            UndeliveredError: that did not succeed.
        """


def receivers(variables: Mapping[str, str]) -> list[Receiver]:
    """Those that the settings name."""
    found: list[Receiver] = []
    if (url := variables.get(ALERT_WEBHOOK)) and not webhook_problem(variables):
        found.append(Webhook(url))
    if command := variables.get(ALERT_COMMAND):
        found.append(Command(command))
    return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent to one address is for no other."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""
        return


@dataclass(frozen=True, repr=False)
class Webhook:
    """A Slack-compatible webhook: JSON with one member, `text`.

    Args:
        url: a secret; https, or http on this machine.
    """

    url: str
    name: str = "webhook"

    def send(self, text: str, facts: Mapping[str, str]) -> None:  # noqa: ARG002 - all of them are in the text
        """Deliver a message; any status from 200 to 299 means that it has arrived."""
        outcome: list[str] = []
        # The timeout of a socket bounds each read of an answer, not all of them.
        sender = threading.Thread(target=self._post, args=(text, outcome), daemon=True)
        sender.start()
        sender.join(WEBHOOK_SECONDS)
        if not outcome:
            message = f"it did not answer within {WEBHOOK_SECONDS:.0f} s"
            raise UndeliveredError(message)
        if outcome[0]:
            raise UndeliveredError(outcome[0])

    def _post(self, text: str, outcome: list[str]) -> None:
        # Slack's three characters of control: a name cannot mention a channel or hide behind a link.
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        request = urllib.request.Request(  # noqa: S310 - checked when it was set
            self.url, json.dumps({"text": escaped}).encode(), {"Content-Type": "application/json"}
        )
        handlers: list[type[_NoRedirect] | urllib.request.ProxyHandler] = [_NoRedirect]
        if request.type == "http":
            # This machine: no proxy is asked for it.
            handlers.append(urllib.request.ProxyHandler({}))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=WEBHOOK_SECONDS):
                outcome.append("")
        except urllib.error.HTTPError as error:
            outcome.append(f"it answered HTTP {error.code}")
        except TimeoutError:
            return
        except urllib.error.URLError as error:
            # Its text can hold the address.
            outcome.append(f"it cannot be reached ({type(error.reason).__name__})")
        except (OSError, HTTPException, ValueError) as error:
            outcome.append(f"it cannot be reached ({type(error).__name__})")


@dataclass(frozen=True, repr=False)
class Command:
    """A command of the shell: the text on its standard input, facts in its environment.

    Args:
        command: may hold secrets.
    """

    command: str
    name: str = "command"

    def send(self, text: str, facts: Mapping[str, str]) -> None:
        """Deliver a message; exit code 0 means that it has arrived."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
        ends = time.monotonic() + COMMAND_SECONDS
        with tempfile.TemporaryFile() as file:
            # A file, because a pipe makes whoever writes to it wait for a command that reads nothing.
            file.write(text.encode())
            file.seek(0)
            session = Session(
                subprocess.Popen(  # noqa: S603 - the user's own command
                    guard.guarded(["/bin/sh", "-c", self.command]),
                    env={**kept, **facts},
                    stdin=file,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
            try:
                # What it leaves in the background has the same time.
                while time.monotonic() < ends and not (session.is_leaderless() and not session.is_peopled()):
                    time.sleep(_TICK)
                in_time = session.is_leaderless()
            finally:
                code = session.end()
        if not in_time:
            message = f"it did not end within {COMMAND_SECONDS:.0f} s"
            raise UndeliveredError(message)
        if code:
            message = f"its exit code is {code}"
            raise UndeliveredError(message)
