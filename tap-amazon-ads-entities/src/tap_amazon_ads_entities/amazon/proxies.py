"""Which proxy a request goes through: HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment, in either case.

A proxy's password may be part of its address: it is registered as a secret, and sentences name host and port only.
"""

from __future__ import annotations

import os
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from tap_amazon_ads_entities.errors import ProxyError
from tap_amazon_ads_entities.process.redaction import register
from tap_amazon_ads_entities.settings.validation import is_loopback

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Proxy:
    """A proxy that can be used.

    Args:
        url: without credentials.
        name: host and port, for people.
        variable: where it was set.
        headers: its credentials, if it has any.
    """

    url: str
    name: str
    variable: str
    headers: Mapping[str, str] = field(repr=False, hash=False, default_factory=dict)


class Proxies:
    """The proxies of the environment.

    Args:
        addresses: by scheme of the requests; under `no`, the hosts that are asked directly.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Judge none yet: an unusable one that is not needed does no harm."""
        self._addresses = dict(addresses)
        for address in self._addresses.values():
            _hide(address)

    @classmethod
    def of_environment(cls) -> Proxies:
        """What the variables say now."""
        return cls(urllib.request.getproxies_environment())

    def of(self, url: str) -> Proxy | None:
        """The proxy for a request; None where it goes to its host directly.

        Raises:
            ProxyError: the proxy's address cannot be used.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        address = self._addresses.get(parts.scheme)
        if not address or _is_here(host):
            return None
        place = f"{host}:{parts.port or _PORTS[parts.scheme]}"
        # The one without "environment" in its name asks the system's settings, on some systems.
        if urllib.request.proxy_bypass_environment(place, self._addresses):  # type: ignore[attr-defined]
            return None
        return _proxy(address, f"{parts.scheme.upper()}_PROXY")


def hide_passwords() -> None:
    """Register the passwords of the environment's proxies as secrets."""
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy"):
            _hide(value)


def _is_here(host: str) -> bool:
    """Whether a host is this machine: nothing between us and it can be a proxy."""
    if is_loopback(host) or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _credentials(address: str) -> str:
    """User and password, as they stand in an address, also in one that is no URL."""
    before, at, _ = address.rpartition("@")
    return before.rpartition("://")[2] if at else ""


def _hide(address: str) -> None:
    credentials = _credentials(address)
    password = credentials.partition(":")[2]
    if password:
        register([address, credentials, unquote(credentials), password, unquote(password)])


def _proxy(address: str, variable: str) -> Proxy:
    credentials = _credentials(address)
    scheme, found, rest = address.partition("://")
    rest = (rest if found else address).rpartition("@")[2]
    # An address without a scheme is an HTTP proxy, as everywhere.
    scheme = scheme.lower() if found else "http"
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host, port = parts.hostname, parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        host, port = None, 0
    if scheme not in _PORTS or not host or not rest.isascii() or not rest.isprintable() or " " in rest:
        message = (
            f"The proxy that {variable} names cannot be used: it must be an address such as "
            "http://proxy.example:3128, or http://user:password@proxy.example:3128."
        )
        raise ProxyError(message)
    shown = f"[{host}]" if ":" in host else host
    headers = {}
    if credentials:
        user, _, password = credentials.partition(":")
        token = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        headers["Proxy-Authorization"] = f"Basic {token}"
    return Proxy(f"{scheme}://{shown}:{port}", f"{shown}:{port}", variable, headers)
