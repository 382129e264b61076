"""Keeps the process as small as what it holds."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_GC_THRESHOLD = 50_000
_M_MMAP_THRESHOLD = -3
_LARGE = 128 << 10


def tune() -> None:
    """Collect garbage less often, not among what was imported; give pages back to the system when they are freed.

    glibc raises the size from which it does so with every large block it frees, up to 32 MB (man 3 mallopt): pages of
    half a megabyte, freed by many threads, would stay in its pools. A size that was set stays. Other systems need no
    such help.
    """
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
