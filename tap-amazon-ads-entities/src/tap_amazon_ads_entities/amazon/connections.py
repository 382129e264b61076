"""Connections of urllib3 that the watchdog can end from the first packet on, and the pools that hold them."""

from __future__ import annotations

import http.client
import socket
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from tap_amazon_ads_entities.amazon import resolver
from tap_amazon_ads_entities.amazon.watchdog import Exchange, current

_FIRST_INTERIM, _FIRST_FINAL = 102, 200
"""100 is skipped by http.client itself, and 101 is the end of HTTP."""


class _Final(http.client.HTTPResponse):
    """The final answer to a request: http.client takes any interim one but 100 for it, and the next request its end."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not _FIRST_INTERIM <= status < _FIRST_FINAL:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Watched(HTTPConnection):
    """What both kinds of connections do for the exchange of the thread that uses them."""

    response_class = _Final

    def _new_conn(self) -> socket.socket:
        exchange = current()
        if exchange is None:
            return super()._new_conn()
        try:
            return self._connected(exchange)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            message = f"Connection to {self.host} timed out."
            raise ConnectTimeoutError(self, message) from error
        except (OSError, UnicodeError) as error:
            message = f"Failed to establish a new connection: {error}"
            raise NewConnectionError(self, message) from error

    def _connected(self, exchange: Exchange) -> socket.socket:
        """A socket to the first address that takes one; all addresses together have the time of one."""
        patience = self.timeout if isinstance(self.timeout, (int, float)) else exchange.remaining
        ends_at = time.monotonic() + min(patience, exchange.remaining)
        failed: OSError | None = None
        found = resolver.addresses(
            self._dns_host.strip("[]"), self.port or 0, lambda: exchange.over or time.monotonic() > ends_at
        )
        for family, kind, protocol, _, address in found:
            opened = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    opened.setsockopt(*option)
                if (left := ends_at - time.monotonic()) <= 0:
                    raise TimeoutError
                opened.settimeout(left)
                opened.connect(address)
                # As urllib3 leaves it: for a handshake, every wait is as long as the one to connect.
                opened.settimeout(patience)
                exchange.attach(self, opened.fileno())
            except OSError as error:
                failed = error
                opened.close()
            else:
                return opened
        if failed is None:
            message = "no address"
            raise OSError(message)
        raise failed

    def request(self, *args: Any, **kwargs: Any) -> None:
        exchange = current()
        if exchange is not None and self.sock is not None:
            exchange.attach(self, self.sock.fileno())
        super().request(*args, **kwargs)


class _Connection(_Watched):
    """Without TLS."""


class _TlsConnection(_Watched, HTTPSConnection):
    """With TLS."""


class _Returns(HTTPConnectionPool):
    """What both kinds of pools do with a connection that comes back."""

    def _put_conn(self, conn: Any) -> None:
        exchange = current()
        if conn is not None and exchange is not None and not exchange.detach(conn):
            # It was cut: whoever takes it next opens it again.
            conn.close()
        super()._put_conn(conn)


class _Pool(_Returns):
    """Connections without TLS to one host."""

    ConnectionCls = _Connection


class _TlsPool(_Returns, HTTPSConnectionPool):
    """Connections with TLS to one host."""

    ConnectionCls = _TlsConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}
"""By scheme, for `PoolManager.pool_classes_by_scheme`."""
