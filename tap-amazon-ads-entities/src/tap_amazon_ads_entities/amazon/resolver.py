"""Looks up host names for no longer than there is time: nothing can interrupt the system's own look-up."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any

Address = tuple[Any, ...]
"""What `socket.getaddrinfo` says of one address: family, kind, protocol, name, address."""

_LOOK = 0.2
_under_way: dict[tuple[str, int], Future[list[Address]]] = {}
_lock = threading.Lock()


def addresses(host: str, port: int, over: Callable[[], bool]) -> list[Address]:
    """The addresses of a host, in the system's order.

    All who ask for a host at the same time wait for one look-up in a thread of its own. One that hangs is left to
    end when the system gives it up, which takes half a minute or so: at most one thread per host.

    Args:
        host: a name or an address.
        port: of TCP.
        over: whether to give up.

    Raises:
        socket.gaierror: the name cannot be resolved.
        TimeoutError: given up.
    """
    with contextlib.suppress(socket.gaierror):
        # An address needs no look-up, and no thread.
        return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST))
    with _lock:
        found = _under_way.get((host, port))
        if found is None:
            found = _under_way[(host, port)] = Future()
            threading.Thread(target=_look_up, args=(host, port, found), name="resolver", daemon=True).start()
    while not over():
        with contextlib.suppress(NotYet):
            return found.result(_LOOK)
    message = "the host name was not resolved in time"
    raise TimeoutError(message)


def _look_up(host: str, port: int, found: Future[list[Address]]) -> None:
    try:
        result = list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
    except BaseException as error:  # noqa: BLE001 - it travels to those who wait
        outcome: BaseException | list[Address] = error
    else:
        outcome = result
    with _lock:
        del _under_way[(host, port)]
    if isinstance(outcome, BaseException):
        found.set_exception(outcome)
    else:
        found.set_result(outcome)
