"""A sandbox in a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time

import urllib3

from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.service import Service
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

_START_SECONDS = 30.0


class SandboxProcess(Service):
    """Starts and stops `amazon-ads-sandbox serve`; flags are its options, as keyword arguments.

    Args:
        port: 0 for a free one.
    """

    def __init__(self, port: int = 0, **flags: object) -> None:
        """Start nothing yet."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.control = SandboxControl(self.url)
        self._flags = flags
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> SandboxProcess:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: it does not.
        """
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in self._flags.items()]
        command = [sys.executable, "-m", "amazon_ads_sandbox", "serve", f"--port={self.port}", *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
        wait_until_up(self.control, self._process)
        return self

    def token(self) -> str:
        """A fresh access token."""
        fields = {
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
        }
        http = urllib3.PoolManager(retries=False)
        answer = http.request("POST", f"{self.url}/auth/o2/token", fields=fields, encode_multipart=False)
        return str(answer.json()["access_token"])

    def stop(self) -> None:
        """Stop it politely."""
        self._end(kill=False)

    def kill(self) -> None:
        """Kill it."""
        self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_up(control: SandboxControl, process: subprocess.Popen[bytes]) -> None:
    """Wait for the first answer.

    Raises:
        RuntimeError: it ended, or does not answer in time.
    """
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            message = f"the sandbox ended with code {process.returncode} while starting; is its port in use?"
            raise RuntimeError(message)
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError, RuntimeError):
            control.health()
            return
        time.sleep(0.05)
    message = f"the sandbox does not answer at {control.url}"
    raise RuntimeError(message)
