"""A server on a socket that answers as a test wants it to, over HTTP or TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

CERTIFICATE = Path(__file__).with_name("tls") / "localhost.crt"
"""Signed by nobody but itself, for localhost and 127.0.0.1, valid for a hundred years."""


@dataclass
class Asked:
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answer:
    """What to answer."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Rogue:
    """Serves on a free port of 127.0.0.1 and keeps what it was asked.

    Args:
        answer: makes the answer to a request.
        tls: speak TLS with a certificate that nobody trusts.
    """

    def __init__(self, answer: Callable[[Asked], Answer], *, tls: bool = False) -> None:
        self.asked: list[Asked] = []
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(self.path, dict(self.headers), body)
                rogue.asked.append(asked)
                made = answer(asked)
                self.send_response(made.status)
                for name, value in {"Content-Length": str(len(made.body)), **made.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(made.body)

            do_POST = do_GET  # noqa: N815 - the base class looks for this name

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            # The tap connects with all its workers at once; a connection that finds no room tries again a second later.
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """Clients that hang up are the point."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"

    def __enter__(self) -> Rogue:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
