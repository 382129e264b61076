"""Receives the browser's redirect on this machine."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tap_amazon_ads_entities.connect.consent import Consent, ConsentError

_HTTP_PORT = 80
_HOSTS = frozenset({"127.0.0.1", "localhost"})
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1f2933; background: #f3f4f6; margin: 0; }}
main {{ max-width: 28rem; margin: 4rem auto; padding: 2rem; background: #fff; border: 1px solid #d9dde3;
  border-radius: 8px; }}
h1 {{ font-size: 1.25rem; margin: 0 0 .5rem; }}
p {{ margin: 0; }}
</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
# The pages are made of our own words alone: nothing of the request is repeated on them.
_DONE = ("Consent received", "You can close this window and go back to the terminal.")
_DECLINED = ("No consent was given", "The terminal says why. You can close this window.")
_STRANGE = ("This is not the answer we wait for", "Open the address that the terminal shows.")


def receivable(redirect_uri: str) -> bool:
    """Whether an answer sent there reaches this machine."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in _HOSTS


class Receiver:
    """Listens at a loopback redirect address until the answer to one question comes.

    Args:
        consent: the question.

    Raises:
        ConsentError: the port is taken.
    """

    def __init__(self, consent: Consent) -> None:
        """Listen from now on, so that no answer is missed."""
        parts = urlsplit(consent.redirect_uri)
        self._consent = consent
        self._path = parts.path or "/"
        self._answered = threading.Event()
        self._code: str | None = None
        self._refusal: ConsentError | None = None
        port = parts.port or _HTTP_PORT
        try:
            self._server = _Server(("127.0.0.1", port), self._handler())
        except OSError as error:
            message = (
                f"port {port} on 127.0.0.1 cannot be listened on ({error.strerror}); choose another return URL with "
                "--redirect-uri, and allow it in your security profile"
            )
            raise ConsentError(message) from error

    def wait(self, seconds: float) -> str:
        """The code.

        Raises:
            ConsentError: the user declined, or no answer came in time.
        """
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            self._answered.wait(seconds)
        finally:
            self._server.shutdown()
            self._server.server_close()
        if self._refusal is not None:
            raise self._refusal
        if self._code is None:
            message = f"no answer came within {seconds:.0f} seconds; start again"
            raise ConsentError(message)
        return self._code

    def _answer(self, target: str) -> tuple[int, tuple[str, str]]:
        """What a request means: only the answer to our own question ends the waiting."""
        if urlsplit(target).path != self._path:
            return 404, _STRANGE
        try:
            self._code = self._consent.code(target)
        except ConsentError as error:
            if self._consent.is_answer(target):
                self._refusal = error
                return 200, _DECLINED
            return 400, _STRANGE
        return 200, _DONE

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            # A browser may open a connection and send nothing.
            timeout = 5

            def do_GET(self) -> None:
                """Answer with a page."""
                status, (title, text) = receiver._answer(self.path)
                body = _PAGE.format(title=title, text=text).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(body)
                if receiver._code is not None or receiver._refusal is not None:
                    # Only now: the page has been sent.
                    receiver._answered.set()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """The address holds the code: nothing is logged."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """The base class looks up the host's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that breaks off is no event."""
