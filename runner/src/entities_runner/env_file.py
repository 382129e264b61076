"""The file .env: read as Meltano reads it, and what it would leave out without a word."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

OURS = ("TAP_AMAZON_ADS_ENTITIES_", "TARGET_POSTGRES_", "AMAZON_ADS_")
"""What the names of settings begin with."""


def read(path: Path) -> tuple[dict[str, str], list[str]]:
    """The settings of the file, none where there is no file, and every problem, in words that repeat no value."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [f"{path.name} is not text in UTF-8: save it as UTF-8."]
    except OSError as error:
        return {}, [f"{path.name} cannot be read ({error.strerror})."]
    if "\0" in text:
        return {}, [f"{path.name} holds a character with the number 0, as no text does: write it anew."]
    if found := list(_problems(path.name, text)):
        return {}, found
    values = dotenv_values(stream=StringIO(text))
    return {name: value for name, value in values.items() if value}, []


def _problems(file: str, text: str) -> Iterator[str]:
    seen: dict[str, Binding] = {}
    for binding in parse_stream(StringIO(text)):
        blank = binding.original.string[: len(binding.original.string) - len(binding.original.string.lstrip())]
        line = binding.original.line + blank.count("\n")
        if binding.error:
            yield f"Line {line} of {file} cannot be read: write NAME=value, and close every quote that is opened."
        elif (name := binding.key or "").startswith(OURS):
            if binding.value is None:
                yield f"Line {line} of {file} names {name} without a value: write {name}=value, or remove it."
            elif name in seen and seen[name].value != binding.value:
                yield f"{file} sets {name} twice, to different values, the second time in line {line}: keep one."
            seen[name] = binding
