"""What a page of the documentation tells its reader to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_COMMAND = re.compile(r"""(?:[A-Z_]+=(?:'[^']*'|\S+) )*(?:make|meltano|git|cp|pip)(?!\S)""")
_COMMENT = re.compile(r"(?:^|\s+)# .*")


def blocks(page: Path, *languages: str) -> list[str]:
    """The code blocks in one of these languages."""
    return [text for _, language, text in _BLOCK.findall(page.read_text()) if language in languages]


def languages(page: Path) -> set[str]:
    """The languages of all code blocks."""
    return {language for _, language, _ in _BLOCK.findall(page.read_text())}


def commands(page: Path) -> Iterator[str]:
    """Every command for the shell, as it comes: the lines of shell blocks, and what the text between them names."""
    text, end = page.read_text(), 0
    for block in _BLOCK.finditer(text):
        yield from _spans(text[end : block.start()])
        if block[2] == "sh":
            yield from (line for raw in block[3].splitlines() if (line := _COMMENT.sub("", raw).strip()))
        end = block.end()
    yield from _spans(text[end:])


def _spans(text: str) -> Iterator[str]:
    for span in _SPAN.findall(text):
        line = " ".join(span.split())
        if _COMMAND.match(line):
            yield line


def statements(page: Path) -> Iterator[str]:
    """The blocks of SQL."""
    yield from blocks(page, "sql")
