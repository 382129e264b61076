"""Sessions of requests that do what they are told and nothing else: no retries, redirects, cookies or `.netrc`.

`requests` has opinions for people at a prompt. Those that could send a secret elsewhere, trust somebody else's
certificates or read a body without a limit are switched off here, at the seams it has for that.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from threading import Lock
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse, ProxyManager, Retry
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util import parse_url

from tap_amazon_ads_entities.amazon.connections import POOLS
from tap_amazon_ads_entities.amazon.proxies import Proxy


class Session(requests.Session):
    """Connections to all hosts, directly or through one proxy.

    One is shared by all threads, and what they share of it is safe: settings and adapters are only read once it is
    made, every request has a PreparedRequest and a Response of its own, the cookie jar has a lock and stays empty, and
    urllib3's pools, where the sockets are, are made for threads.

    Args:
        connections: how many idle connections to a host are kept; more are opened when more threads ask at once.
        proxy: what all requests go through; None for directly to their hosts.
    """

    def __init__(self, *, connections: int, proxy: Proxy | None) -> None:
        """Open nothing yet."""
        super().__init__()
        # No .netrc, no proxies and no CA bundles of the environment but those that proxies.py and _tls() let in.
        self.trust_env = False
        self.proxies = {} if proxy is None else {"all": proxy.url}
        # Allows no domain to set a cookie or to get one; with no kind of cookie wanted, none is even parsed.
        policy = DefaultCookiePolicy(allowed_domains=[], netscape=False, rfc2965=False)
        self.cookies = RequestsCookieJar(policy=policy)
        adapter = _Adapter(connections, proxy)
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter)
        logging.getLogger("urllib3.connectionpool").addFilter(_is_news)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the base class has it
        """Nowhere: even where no redirect is to be followed, requests reads the whole body of one, without a limit."""
        return None


def prepared(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    """A request as it will be sent: these headers, the length of the body, and what the protocol itself needs.

    `Session.prepare_request` would decode parts of the URL, and add `Accept` and `Connection`.

    Args:
        url: absolute; what may not stand in a URL is percent-encoded, and nothing that is encoded is decoded.
        headers: all of them; names that differ in case only are one.
        body: complete; None for a request without one.

    Raises:
        urllib3.exceptions.LocationParseError: it is no URL.
    """
    request = requests.PreparedRequest()
    request.method = method.upper()
    request.url = parse_url(url).url
    request.headers = CaseInsensitiveDict(headers)
    request.body = body
    if body is not None:
        # Without it, requests sends the body in chunks.
        request.headers["Content-Length"] = str(len(body))
    return request


class _Adapter(HTTPAdapter):
    """The pools, with our certificates and the proxy's credentials.

    Args:
        connections: how many a pool keeps.
        proxy: the only one that is used.
    """

    def __init__(self, connections: int, proxy: Proxy | None) -> None:
        self._proxy = proxy
        self._tls = _tls()
        self._lock = Lock()
        # Not the number 0: urllib3 would wrap the error there is in one that says how often it tried.
        super().__init__(pool_maxsize=connections, pool_block=False, max_retries=Retry(total=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the base class has it
        super().init_poolmanager(connections, maxsize, block=block, ssl_context=self._tls, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> ProxyManager:
        # Two threads that are the first would each make one.
        with self._lock:
            manager: ProxyManager = super().proxy_manager_for(
                proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **proxy_kwargs
            )
            manager.pool_classes_by_scheme = POOLS
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:  # noqa: ARG002 - the base class has it
        return {} if self._proxy is None else dict(self._proxy.headers)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        # Without what it says of certificates: `verify=False` would open a pool that verifies none.
        return host, {}

    def cert_verify(self, conn: HTTPConnectionPool, url: str, verify: Any, cert: Any) -> None:
        """Change nothing: our context verifies, and requests would put its own bundle in."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Status, headers and stream; the base class also reads cookies from it."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        response.url = req.url or ""
        return response


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of urllib3 is worth a warning: that a connection beyond those we keep is closed is not."""
    return not str(record.msg).startswith("Connection pool is full")


def _tls() -> ssl.SSLContext:
    """Certificates and host names are verified against the system's authorities, whatever the environment says.

    Made by hand: the ready-made contexts of Python and urllib3 write every session's keys to SSLKEYLOGFILE.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context
