"""Standard output, wherever it goes, and text from outside on its way to a terminal."""

from __future__ import annotations

import os
import sys

STDOUT, STDERR = 1, 2


def printable(text: str) -> str:
    """One line of it, with what could drive the terminal or turn the line around spelled out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def silence(descriptor: int) -> None:
    """Whatever is written to it from here on is said to nobody, instead of ending in an error."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def open_streams() -> None:
    """Standard streams that were closed lead nowhere: else the next file that is opened gets their number."""
    while (nothing := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(nothing)
    for name, descriptor in (("stdout", STDOUT), ("stderr", STDERR)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def refused(error: OSError) -> str:
    """What is said where the system refuses to read or write something."""
    place = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    return (
        f"The run has ended, because the system refused it something ({error.strerror or error}{place}). "
        "What it has stored stays; the next run reads what it had not."
    )
