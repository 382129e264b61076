"""A file of settings: JSON as the standard has it, in UTF-8."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn


class ConfigFileError(ValueError):
    """It cannot be used; the message says why and repeats nothing of it but the names of settings."""


def read(path: Path) -> dict[str, Any]:
    """The settings in a file.

    Raises:
        ConfigFileError: it cannot be read, or is not one JSON object.
    """
    try:
        document = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_named_once, parse_constant=_no_number
        )
    except ConfigFileError:
        raise
    except FileNotFoundError:
        problem = "cannot be read (it does not exist)"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = "is not text in UTF-8: save it as UTF-8"
    except json.JSONDecodeError as error:
        marked = error.msg.startswith("Unexpected UTF-8 BOM")
        problem = "begins with a byte order mark: save it as UTF-8 without" if marked else _not_json(error.lineno)
    except (ValueError, RecursionError):
        problem = "holds a number or brackets beyond all measure"
    else:
        if isinstance(document, dict):
            return document
        problem = "does not hold a JSON object"
    raise ConfigFileError(problem)


def _not_json(line: int) -> str:
    return f"is not JSON (line {line}): JSON has double quotes, no comments, and no comma before a closing bracket"


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One of two values would be dropped without a word."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            message = f"names {name!r} twice: keep the one that shall be used"
            raise ConfigFileError(message)
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    message = f"holds {text}, which is no number of JSON"
    raise ConfigFileError(message)
