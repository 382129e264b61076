"""Text from outside on its way to a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """One line of it, with what could drive the terminal or turn the line around spelled out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
