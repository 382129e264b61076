"""Ends exchanges that are not over in time, whatever layer of them waits for whatever a server drips.

A timeout of a socket is one of a single read, and starts again with every byte. Only the end of the connection ends
all that is above it: the handshake, an answer of a proxy, headers without end, a line, a chunk, a body.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

from tap_amazon_ads_entities.process.deadline import Stop

INTERVAL = 0.2
"""Seconds between two looks at what is under way, and so how late an end may be."""

_IDLE_LOOKS = 25
"""Looks without anything under way after which the thread ends; the next exchange starts another."""

_current = threading.local()


class Exchange:
    """One request and its response, while a thread waits for it.

    Its lock is its own: closing a handle gives way to other threads, and if all of them waited for one lock, each
    request would take its turn behind every other.

    Args:
        ends_at: its deadline, on the monotonic clock.
        stop: ends it as well.
    """

    def __init__(self, ends_at: float, stop: Stop | None) -> None:
        """Without a connection."""
        self.ends_at = ends_at
        self._stop = stop
        self._lock = threading.Lock()
        self._connection: object = None
        self._handle: socket.socket | None = None
        self._cut = False

    @property
    def remaining(self) -> float:
        """Seconds left; negative when it is over."""
        return self.ends_at - time.monotonic()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop is not None and self._stop.requested

    @property
    def over(self) -> bool:
        """Whether there is no time left, or nobody who wants it."""
        return self._cut or self.stopped or self.remaining <= 0

    def attach(self, connection: object, descriptor: int) -> None:
        """From now on the exchange waits for this connection.

        Args:
            connection: who owns it, for `detach`.
            descriptor: of its socket. It is duplicated: TLS takes the socket away from who opened it, and a number
                that was closed meanwhile may belong to another connection.
        """
        with self._lock:
            if self._connection is connection:
                return
            self._close()
            self._connection = connection
            # Neither family nor kind matter to who only shuts it down.
            self._handle = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(descriptor))
            if self._cut:
                self._shut()

    def detach(self, connection: object) -> bool:
        """The connection is about to be handed back: it must not be cut any more; False when it has been."""
        with self._lock:
            if self._connection is connection:
                self._close()
            return not self._cut

    def cut(self) -> None:
        """End it."""
        with self._lock:
            if not self._cut:
                self._cut = True
                self._shut()

    def close(self) -> None:
        """Forget the connection."""
        with self._lock:
            self._close()

    def _shut(self) -> None:
        if self._handle is not None:
            # The other side may have been first.
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._handle = self._connection = None


class Watchdog:
    """One thread that looks at all exchanges of a transport; there is none while nothing is under way for long."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._lock = threading.Lock()
        self._under_way: set[Exchange] = set()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @contextlib.contextmanager
    def watch(self, ends_at: float, stop: Stop | None) -> Iterator[Exchange]:
        """Watch what this thread does meanwhile, as its current exchange."""
        exchange = Exchange(ends_at, stop)
        with self._lock:
            self._under_way.add(exchange)
            if self._thread is None:
                self._closed = threading.Event()
                self._thread = threading.Thread(target=self._look, args=(self._closed,), name="watchdog", daemon=True)
                self._thread.start()
        _current.exchange = exchange
        try:
            yield exchange
        finally:
            _current.exchange = None
            with self._lock:
                self._under_way.discard(exchange)
            exchange.close()

    def close(self) -> None:
        """End all exchanges that are under way, and the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
            under_way = [*self._under_way]
            self._closed.set()
        for exchange in under_way:
            exchange.cut()
        if thread is not None:
            thread.join()

    def _look(self, closed: threading.Event) -> None:
        idle = 0
        while not closed.wait(INTERVAL):
            with self._lock:
                under_way = [*self._under_way]
                idle = 0 if under_way else idle + 1
                if idle > _IDLE_LOOKS and not closed.is_set():
                    self._thread = None
                    return
            for exchange in under_way:
                if exchange.over:
                    exchange.cut()


def current() -> Exchange | None:
    """The exchange that this thread is at."""
    return getattr(_current, "exchange", None)
