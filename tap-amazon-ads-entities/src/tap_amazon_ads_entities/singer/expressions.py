"""What the expressions of stream maps have to say when they fail."""

from __future__ import annotations

from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError


def in_words(error: Exception) -> str:
    """The SDK's own sentence, or the error of Python that an expression of the user has raised."""
    words = str(error).rstrip(".")
    own = isinstance(error, (MapExpressionError, StreamMapConfigError))
    return words if own else f"{type(error).__name__}: {words}"
