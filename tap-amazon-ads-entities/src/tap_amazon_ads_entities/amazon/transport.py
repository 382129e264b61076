"""One HTTP exchange over a pooled connection: no retries, no redirects, no opinions about statuses."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from requests import RequestException
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ProxyError as UnreachableProxyError

from tap_amazon_ads_entities.amazon.proxies import Proxies, Proxy
from tap_amazon_ads_entities.amazon.sessions import Session, prepared
from tap_amazon_ads_entities.errors import ProxyError, TransportError

_CHUNK = 1 << 18
_REFUSED_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
_CREDENTIALS_WANTED = 407
_REQUEST_ID_HEADERS = ("x-amz-request-id", "x-amzn-requestid", "x-amz-rid", "x-amzn-remapped-x-amzn-requestid")


@dataclass(frozen=True)
class Response:
    """A complete response.

    Args:
        status: HTTP status.
        headers: with lower-case names.
        body: decoded (gzip undone).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """Amazon's id of the request: several headers are in use, the first present counts."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)


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
        max_body_bytes: int = 256 << 20,
    ) -> None:
        """Open nothing yet."""
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._max_body_bytes = max_body_bytes
        self._connections = connections
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._proxies = Proxies.of_environment()
        self._sessions: dict[Proxy | None, Session] = {}
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        time_left: float,
    ) -> Response:
        """Exchange one request for one complete response within `time_left` seconds.

        Raises:
            TransportError: refused, reset, timed out, cut short, or too large.
            ProxyError: the proxy cannot be used, or wants other credentials.
        """
        proxy = self._proxies.of(url)
        ends_at = time.monotonic() + time_left
        try:
            response = self._session(proxy).send(
                prepared(method, url, {**self._headers, **headers}, body),
                timeout=(min(self._connect_timeout, time_left), min(self._read_timeout, time_left)),
                allow_redirects=False,
                stream=True,
            )
            try:
                content = self._read(response.raw, ends_at)
            except BaseException:
                response.raw.close()
                raise
            response.raw.release_conn()
        except (HTTPError, OSError) as error:
            cause = _cause(error)
            if proxy is None:
                raise TransportError(_describe(cause)) from cause
            # Not chained: what urllib3 knows of the request to the proxy holds its password.
            raise _by_proxy(proxy, cause) from None
        return Response(
            response.status_code, {name.lower(): value for name, value in response.raw.headers.items()}, content
        )

    def _read(self, response: BaseHTTPResponse, ends_at: float) -> bytes:
        """Read it all; a server that drips bytes must not hold us past the deadline."""
        chunks: list[bytes] = []
        size = 0
        for chunk in response.stream(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_body_bytes:
                message = f"the response is larger than {self._max_body_bytes >> 20} MB"
                raise TransportError(message)
            if time.monotonic() > ends_at:
                message = "the response was not complete in time"
                raise TransportError(message)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            for session in self._sessions.values():
                session.close()

    def _session(self, proxy: Proxy | None) -> Session:
        with self._lock:
            if proxy not in self._sessions:
                self._sessions[proxy] = Session(connections=self._connections, proxy=proxy)
            return self._sessions[proxy]


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
