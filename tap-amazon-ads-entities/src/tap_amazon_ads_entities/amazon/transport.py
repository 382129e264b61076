"""One HTTP exchange over a pooled connection: no retries, no redirects, no opinions about statuses."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from requests import RequestException
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ProxyError as UnreachableProxyError

from tap_amazon_ads_entities.amazon.proxies import Proxies, Proxy
from tap_amazon_ads_entities.amazon.sessions import Session, prepared
from tap_amazon_ads_entities.amazon.watchdog import Exchange, Watchdog
from tap_amazon_ads_entities.errors import ProxyError, TransportError
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.process.room import Claim

MAX_BODY = 32 << 20
"""Bytes of an unpacked body. The largest page Amazon gives has 5,000 rows, of a kilobyte or two each: 10 MB."""

LONGEST_ERROR = 1 << 20
"""Bytes of the body of an error beyond which nobody looks into it: decoded, they take many times as much."""

Sink = Callable[[bytes], None]
"""Takes the next bytes of a body."""

_CHUNK = 1 << 18
_HTTP_OK = 200
_REQUEST_ID = re.compile("[!-~]{1,200}")
_TOO_LATE = "the response was not complete in time"
_REFUSED_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
_CREDENTIALS_WANTED = 407
_REQUEST_ID_HEADERS = (
    "x-amz-request-id",
    "x-amzn-requestid",
    "amazon-advertising-api-requestid",
    "amazon-ads-requestid",
    "x-amz-rid",
    "x-amzn-remapped-x-amzn-requestid",
)


@dataclass(frozen=True)
class Response:
    """A complete response.

    Args:
        status: HTTP status.
        headers: with lower-case names.
        body: decoded (gzip undone); empty where a sink took it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """Amazon's id of the request: several headers are in use, the first present counts; else an error's own."""
        named = next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)
        if named is not None or self.status == _HTTP_OK or len(self.body) > LONGEST_ERROR:
            return named
        try:
            document: Any = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        found = document.get("requestId") if isinstance(document, dict) else None
        return found if isinstance(found, str) and _REQUEST_ID.fullmatch(found) else None


class Transport:
    """A thread-safe pool of connections to all hosts, directly or through the environment's proxies.

    Args:
        connections: how many connections a host may have open.
        connect_timeout: seconds to establish a connection.
        read_timeout: seconds without a byte before a response is given up.
        max_body_bytes: a larger body is refused, so that no response can exhaust memory.
    """

    def __init__(
        self,
        *,
        connections: int,
        connect_timeout: float,
        read_timeout: float,
        user_agent: str,
        max_body_bytes: int = MAX_BODY,
    ) -> None:
        """Open nothing yet."""
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._max_body_bytes = max_body_bytes
        self._connections = connections
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._watchdog = Watchdog()
        self._proxies = Proxies.of_environment()
        self._sessions: dict[Proxy | None, Session] = {}
        self._lock = threading.Lock()

    def send(  # noqa: PLR0913 - a request has four parts, its circumstances are given by name
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        time_left: float,
        stop: Stop | None = None,
        claim: Claim | None = None,
        sink: Sink | None = None,
    ) -> Response:
        """Exchange one request for one complete response within `time_left` seconds.

        Args:
            method: GET or POST.
            url: absolute.
            headers: beside those that every request has.
            body: complete; None for a request without one.
            time_left: until the whole response is there, whatever the server does.
            stop: ends it earlier.
            claim: the memory that its body may take; it grows with the body.
            sink: takes the body of a 200 as it comes, of any size and still packed, in place of the response.

        Raises:
            TransportError: refused, reset, timed out, cut short, or too large.
            ProxyError: the proxy cannot be used, or wants other credentials.
        """
        proxy = self._proxies.of(url)
        with self._watchdog.watch(time.monotonic() + time_left, stop) as exchange:
            try:
                response = self._session(proxy).send(
                    prepared(method, url, {**self._headers, **headers}, body),
                    timeout=(min(self._connect_timeout, time_left), min(self._read_timeout, time_left)),
                    allow_redirects=False,
                    stream=True,
                )
                try:
                    if response.status_code < _HTTP_OK:
                        message = f"HTTP {response.status_code}, which ends the connection without an answer"
                        raise TransportError(message)  # noqa: TRY301 - as whatever else goes wrong while reading
                    if sink is not None and response.status_code == _HTTP_OK:
                        content = _pass_on(response.raw, exchange, sink)
                    else:
                        content = self._read(response.raw, exchange, claim)
                except BaseException:
                    response.raw.close()
                    raise
                response.raw.release_conn()
                if exchange.over:
                    # A connection that is cut among headers, or in a body without a length, looks like their end.
                    raise _ended(exchange)
            except (HTTPError, OSError) as error:
                if exchange.over:
                    raise _ended(exchange) from None
                cause = _cause(error)
                if proxy is None:
                    raise TransportError(_describe(cause)) from cause
                # Not chained: what urllib3 knows of the request to the proxy holds its password.
                raise _by_proxy(proxy, cause) from None
        return Response(
            response.status_code, {name.lower(): value for name, value in response.raw.headers.items()}, content
        )

    def _read(self, response: BaseHTTPResponse, exchange: Exchange, claim: Claim | None) -> bytes:
        """Read it all, unpacked piece by piece: neither a large body nor a bomb takes more than it may."""
        chunks: list[bytes] = []
        size = 0
        for chunk in response.stream(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._max_body_bytes:
                message = f"the response is larger than {self._max_body_bytes >> 20} MB"
                raise TransportError(message)
            if claim is not None:
                claim.grow(size, lambda: exchange.over)
            # The server may have sent all of it at once, and it unpacks to much more.
            if exchange.over:
                raise _ended(exchange)
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def close(self) -> None:
        """Close idle connections, and end what is under way."""
        self._watchdog.close()
        with self._lock:
            for session in self._sessions.values():
                session.close()

    def _session(self, proxy: Proxy | None) -> Session:
        with self._lock:
            if proxy not in self._sessions:
                self._sessions[proxy] = Session(connections=self._connections, proxy=proxy)
            return self._sessions[proxy]


def _pass_on(response: BaseHTTPResponse, exchange: Exchange, sink: Sink) -> bytes:
    """Hand on what comes, as it comes; nothing is left."""
    for chunk in response.stream(_CHUNK, decode_content=False):
        if exchange.over:
            raise _ended(exchange)
        sink(chunk)
    return b""


def _ended(exchange: Exchange) -> TransportError:
    """Why there is no response: whatever the layers below say of a connection that was cut."""
    return TransportError("given up: it is not wanted any more" if exchange.stopped else _TOO_LATE)


def _cause(error: Exception) -> Exception:
    """What urllib3 said: requests puts it into an exception of its own, on the way to the first byte of an answer."""
    if isinstance(error, RequestException) and error.args and isinstance(error.args[0], Exception):
        return error.args[0]
    return error


def _by_proxy(proxy: Proxy, error: Exception) -> TransportError | ProxyError:
    """What went wrong on the way through a proxy; it is named by host and port."""
    if refused := _REFUSED_TUNNEL.search(str(error)):
        status = int(refused[1])
        if status == _CREDENTIALS_WANTED:
            message = (
                f"The proxy {proxy.name} refused us (HTTP {status}): it wants a user and a password, or others than "
                f"those in {proxy.variable}."
            )
            return ProxyError(message)
        return TransportError(f"the proxy {proxy.name} refused to connect us (HTTP {status})")
    if isinstance(error, UnreachableProxyError):
        return TransportError(f"the proxy {proxy.name} cannot be used: {_describe(error.original_error)}")
    return TransportError(f"{_describe(error)}, through the proxy {proxy.name}")


def _describe(error: Exception) -> str:
    """A network error in words: the classes' own texts repeat object addresses and URLs."""
    names = {
        "NewConnectionError": "the connection was refused or the host is unreachable",
        "NameResolutionError": "the host name could not be resolved",
        "ConnectTimeoutError": "the connection could not be established in time",
        "ReadTimeoutError": "no answer within the read timeout",
        "ProtocolError": "the connection broke before the response was complete",
        "IncompleteRead": "the connection broke before the response was complete",
        "DecodeError": "the compressed response was cut short or damaged",
        "SSLError": "the TLS certificate could not be verified",
    }
    kind = type(error).__name__
    return f"{names.get(kind, 'the connection failed')} ({kind})"
