"""Text from outside on a person's terminal."""

from __future__ import annotations


def visible(text: object) -> str:
    """A text without anything that could move the cursor, change colours or reverse its direction."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in str(text)
    )
