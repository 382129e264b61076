"""The sandbox account as a background service of the project."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import urllib3

from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.places import api_port
from amazon_ads_sandbox.process import wait_until_up

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
        self.url = f"http://127.0.0.1:{api_port()}"

    def running(self) -> bool:
        """Whether a sandbox answers."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError, RuntimeError):
            return SandboxControl(self.url).health().get("status") == "ok"
        return False

    def start(self) -> BackgroundSandbox:
        """Start it unless it runs.

        Raises:
            RuntimeError: it does not come up.
        """
        if self.running():
            return self
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "sandbox.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "amazon_ads_sandbox", "serve"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_up(SandboxControl(self.url), process)
        self._pid_file.write_text(str(process.pid))
        return self

    def stop(self) -> None:
        """Stop it if we started it."""
        try:
            pid = int(self._pid_file.read_text())
            os.kill(pid, signal.SIGTERM)
        except (OSError, ValueError):
            return
        finally:
            self._pid_file.unlink(missing_ok=True)
        ends = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
