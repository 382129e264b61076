"""Whatever hangs, requests, slices and runs of the real tap end at their deadlines, in words, with STATE and log."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable

import pytest
from harness.pipeline import BIN, TAP

PROFILE = {"profileId": 4711, "countryCode": "US", "currencyCode": "USD", "accountInfo": {"type": "seller", "id": "A"}}
HEAD = b"HTTP/1.1 200 OK\r\n"
LATE = 3.0
"""Seconds that a start of the tap may take as well, and the end of a run."""

DRIPS = {
    "body": (HEAD + b"Content-Length: 10000\r\n\r\n", b"[" * 9000),
    "headers": (HEAD, b"X-A: " + b"b" * 9000),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 900),
    "a large chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2710\r\n", b"[" * 9000),
}

Drip = tuple[bytes, bytes]


class Amazon:
    """Answers tokens and profiles, and drips where it is told to: one byte every 0.3 s.

    Args:
        drips: by the beginning of a path.
    """

    def __init__(self, drips: dict[str, Drip]) -> None:
        self._drips = drips
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Amazon:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        _thread(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._socket.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            _thread(lambda client=client: self._serve(client))

    def _serve(self, client: socket.socket) -> None:
        with client:
            asked = client.recv(65536).split(b" ")
            if len(asked) < 2:
                return
            path = asked[1].decode().lstrip("/")
            drip = next((drip for start, drip in self._drips.items() if path.startswith(start)), None)
            try:
                if drip is None:
                    client.sendall(_answer(path))
                    return
                client.sendall(drip[0])
                for number in range(len(drip[1])):
                    if self._over.wait(0.3):
                        return
                    client.sendall(drip[1][number : number + 1])
            except OSError:
                return


def _thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


def _answer(path: str) -> bytes:
    found: object = {"campaigns": [], "portfolios": []}
    if path == "token":
        found = {"access_token": "Atza|x", "expires_in": 3600}
    elif path.startswith("v2/profiles"):
        found = [PROFILE]
    elif path.startswith("sd/"):
        found = []
    body = json.dumps(found).encode()
    return HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def run(
    drips: dict[str, Drip], **settings: object
) -> tuple[float, list[dict[str, object]], list[dict[str, object]], str]:
    """Seconds, the log rows that say error, STATEs, and stderr of a run that must fail."""
    with Amazon(drips) as amazon:
        chosen = {
            "client_id": "id",
            "client_secret": "hidden-client-secret",
            "refresh_token": "Atzr|hidden-refresh",
            "api_url": amazon.url,
            "token_url": f"{amazon.url}/token",
            "regions": "NA",
            "entities": "campaigns",
            "mode": "full",
            **settings,
        }
        began = time.monotonic()
        done = subprocess.run(
            [str(BIN / "tap-amazon-ads-entities"), "--config=ENV"],
            env={**os.environ, **{f"{TAP}{name.upper()}": str(value) for name, value in chosen.items()}},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        seconds = time.monotonic() - began
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [each["record"] for each in messages if each.get("record", {}).get("status") == "error"]
    return seconds, failed, [each["value"] for each in messages if each["type"] == "STATE"], done.stderr


@pytest.mark.parametrize("kind", DRIPS)
def test_a_list_that_drips_fails_its_slice_alone(kind: str) -> None:
    seconds, failed, states, _ = run({"sp/": DRIPS[kind]}, request_deadline=2, max_retries=0)
    assert 2 <= seconds < 2 + LATE + 2
    assert [row["entity_type"] for row in failed] == ["campaigns"]
    assert "the response was not complete in time" in str(failed[0]["error"])
    assert "entity_portfolios" in states[-1]["bookmarks"]  # type: ignore[operator]


def test_a_slice_ends_at_its_deadline() -> None:
    seconds, failed, _, _ = run({"sp/": DRIPS["headers"]}, slice_deadline=2)
    assert 2 <= seconds < 2 + LATE + 2
    assert [row["entity_type"] for row in failed] == ["campaigns"]


@pytest.mark.parametrize("where", ["token", "v2/profiles", "sp/", ""])
def test_a_run_ends_at_its_deadline(where: str) -> None:
    seconds, failed, states, said = run({where: DRIPS["100 Continue"]}, run_deadline=4)
    assert 4 <= seconds < 4 + LATE + 2
    assert failed
    assert states
    assert "run_deadline" in said or "the run" in said
    assert all(row["error"] for row in failed)
