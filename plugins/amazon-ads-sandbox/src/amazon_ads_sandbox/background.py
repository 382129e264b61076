"""The sandbox account as a background service of the project."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import urllib3

from amazon_ads_sandbox import places
from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.process import wait_until_up
from amazon_ads_sandbox.waiting import wait_gone

_STOP_SECONDS = 10.0


class BackgroundSandbox:
    """One server, found again through its pid file.

    Args:
        home: the state folder.
    """

    def __init__(self, home: Path) -> None:
        """Start nothing yet."""
        self._home = home
        self._pid_file = home / "sandbox.pid"

    @property
    def port(self) -> int:
        """The port of ours that runs, else the configured or the default one."""
        return (self._recorded() or (0, 0))[1] or places.configured_api_port() or places.DEFAULT_API_PORT

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def running(self) -> bool:
        """Whether ours answers."""
        if self._recorded() is None:
            return False
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError, RuntimeError):
            return SandboxControl(self.url).health().get("status") == "ok"
        return False

    def _recorded(self) -> tuple[int, int] | None:
        """Process id and port of the one we started, while that process lives."""
        try:
            pid, port = (int(part) for part in self._pid_file.read_text().split())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return (pid, port) if _serves(pid, port) else None

    def start(self) -> BackgroundSandbox:
        """Start it unless it runs.

        Raises:
            RuntimeError: it does not come up.
        """
        if self.running():
            return self
        try:
            places.make_private(self._home)
            with places.alone(self._home / "sandbox.lock"):
                # The programs of a run start at about the same moment, and each needs it.
                return self if self.running() else self._start()
        except OSError as error:
            message = f"cannot write to {self._home}: {error.strerror}; choose another AMAZON_ADS_SANDBOX_HOME"
            raise RuntimeError(message) from error

    def _start(self) -> BackgroundSandbox:
        self._pid_file.unlink(missing_ok=True)
        port = self.port
        if not places.is_free(port):
            if places.configured_api_port() is not None:
                message = f"port {port} on 127.0.0.1 is taken by another program; set {places.API_PORT} to a free one"
                raise RuntimeError(message)
            # Another copy of the project may be running: it keeps its port.
            port = places.free_port()
        handle = os.open(self._home / "sandbox.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "amazon_ads_sandbox", "serve", f"--port={port}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_up(SandboxControl(f"http://127.0.0.1:{port}"), process)
        self._pid_file.write_text(f"{process.pid} {port}")
        return self

    def stop(self) -> None:
        """Stop it if we started it."""
        recorded = self._recorded()
        if recorded is None:
            return
        self._pid_file.unlink(missing_ok=True)
        pid = recorded[0]
        os.kill(pid, signal.SIGTERM)
        if not wait_gone(pid, _STOP_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _serves(pid: int, port: int) -> bool:
    """Whether a process is the server of that port: after a crash the id may belong to anybody."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        # No such folder: another system than Linux.
        return True
    return f"--port={port}".encode() in command
