"""Ways out of the process: promptly, with a non-zero code, and never hanging on a full pipe or a lost parent."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from tap_amazon_ads_entities.process.logs import LOGGER

GRACE = 10.0
"""Seconds a stopping tap may take to hand over what it has."""

_PARENT_INTERVAL = 1.0


def exit_now(reason: str, code: int) -> NoReturn:
    """Leave without waiting for threads or buffers."""
    LOGGER.error("%s", reason)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


def exit_within(seconds: float, reason: str, code: int) -> threading.Timer:
    """Leave after that time unless the timer is cancelled: a write to a full pipe cannot be interrupted otherwise."""
    timer = threading.Timer(seconds, exit_now, (reason, code))
    timer.daemon = True
    timer.start()
    return timer


@contextlib.contextmanager
def interrupt_after(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call something in the main thread after that time, in the middle of whatever it does or waits for then.

    Args:
        seconds: of the clock on the wall.
        call: may raise, as a handler of a signal may.
    """
    before = signal.signal(signal.SIGALRM, lambda *_: call())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def watch_parent(code: int = 1) -> None:
    """Leave when the process that started the tap is gone: nobody would stop it any more."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_INTERVAL)
        exit_now("the process that started the tap is gone", code)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
