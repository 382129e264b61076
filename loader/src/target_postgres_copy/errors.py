"""What goes wrong while loading, in a sentence."""

from __future__ import annotations


class LoadError(Exception):
    """Rows cannot be stored; the message says which and why."""
