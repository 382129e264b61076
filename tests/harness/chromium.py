"""A headless Chromium, driven through its debugging pipe: JSON messages that end with a NUL, on descriptors 3 and 4."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 60.0
REASON = "no Chromium or Chrome on the PATH: `apt-get install chromium` brings one"


def executable() -> str | None:
    """The browser on this machine, if there is one; where pages have to be tested, there must be."""
    found = next((found for name in NAMES if (found := shutil.which(name))), None)
    if found is None and os.environ.get("CHROMIUM") == "required":
        raise RuntimeError(REASON)
    return found


class Chromium:
    """One page.

    Args:
        folder: empty, for the browser's profile.
    """

    def __init__(self, folder: Path) -> None:
        program = executable()
        assert program is not None
        read, self._to = os.pipe()
        self._from, write = os.pipe()
        # Away from 3 and 4, which they are about to become.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 64) for end in (read, write)]
        os.close(read)
        os.close(write)

        def hand_over() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=900,600",
                f"--user-data-dir={folder}",
                "--remote-debugging-pipe",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=hand_over,  # noqa: PLW1509 - two system calls
        )
        for end in ends:
            os.close(end)
        self._number = 0
        self._rest = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def listen(self) -> None:
        """Keep from now on what the page asks for and what goes wrong on it."""
        for domain in ("Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def requests(self) -> list[str]:
        """Addresses that were asked for since `listen`."""
        return [
            each["params"]["request"]["url"] for each in self.events if each["method"] == "Network.requestWillBeSent"
        ]

    def troubles(self) -> list[str]:
        """Script errors, and what the browser refused or complained about, since `listen`."""
        kinds = ("Runtime.exceptionThrown", "Log.entryAdded")
        found = [json.dumps(each["params"]) for each in self.events if each["method"] in kinds]
        return found + [
            json.dumps(each["params"])
            for each in self.events
            if each["method"] == "Runtime.consoleAPICalled" and each["params"]["type"] in {"error", "warning"}
        ]

    def look(self, width: int, height: int, *, dark: bool = False, phone: bool = False) -> None:
        """See the page on a screen of that size."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def press(self, key: str) -> None:
        """Press a key: Tab, Enter, or a character."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        text = {"Enter": "\r", "Tab": ""}.get(key, key)
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if kind == "keyDown" and text else {}
            code = codes.get(key, ord(key[0].upper()))
            self._call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    def open(self, url: str) -> None:
        """Go to an address."""
        self._call("Page.navigate", url=url)
        self.waits_for("document.readyState === 'complete'")

    def click(self, selector: str) -> None:
        """Click the middle of an element with the mouse."""
        self.waits_for(f"document.querySelector({selector!r}) !== null")
        place = self.evaluate(
            f"(() => {{ const found = document.querySelector({selector!r}); found.scrollIntoView({{block: 'center'}});"
            " const box = found.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def waits_for(self, expression: str) -> None:
        """Wait until an expression is true on the page."""
        ends = time.monotonic() + _SECONDS
        while not self.evaluate(expression):
            assert time.monotonic() < ends, f"{expression} is not true on {self.text()!r}"
            time.sleep(0.05)

    def text(self) -> str:
        """What the page shows."""
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def evaluate(self, expression: str) -> Any:
        """The value of an expression; None while the page changes."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer.get("result", {}).get("value")

    def picture(self, path: Path) -> None:
        """Keep a picture of what the screen shows; its format is that of the name."""
        kind = path.suffix.removeprefix(".")
        quality = {} if kind == "png" else {"quality": 80}
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format=kind, **quality)["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if "method" in answer:
                self.events.append(answer)
            if answer.get("id") == self._number:
                # A page that is just changing answers with an error.
                return dict(answer.get("result", {}))

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            text = os.read(self._from, 1 << 16)
            assert text, "Chromium ended"
            self._rest += text
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def __enter__(self) -> Chromium:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._to, self._from):
            os.close(end)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
