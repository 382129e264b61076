"""What the items of export files look like, by files that Amazon made: its OpenAPI files do not describe them.

A file shows what came once and not all that may come. So only a field that every item had is missed when it is gone,
and values are told when they are new.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.described import Field, FolderError, Operation

_WORD = re.compile(r"[A-Z][A-Z0-9_]+")
_CODES = frozenset({"productId", "asin"})
"""Fields whose values are no words of a vocabulary, although they look like some."""

_KINDS = {str: "string", bool: "boolean", int: "number", float: "number", dict: "object", list: "array"}


def seen(folder: Path) -> dict[str, Operation]:
    """By entity, what the items of its file are like; files are called as entities are, such as ad_groups.json.gz.

    Raises:
        FolderError: there is no such folder, or a file in it holds no array of objects.
    """
    if not folder.is_dir():
        raise FolderError(folder, "is not a folder", "EXPORTS_DIR")
    found = {}
    for path in sorted(folder.iterdir()):
        entity, _, kind = path.name.partition(".")
        if kind in ("json", "json.gz"):
            items = _items(path)
            if isinstance(items, list):
                found[entity] = Operation(response=_fields(path, items))
    return found


def _items(path: Path) -> Any:
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValueError) as error:
        raise FolderError(path, f"cannot be read as JSON: {error}", "EXPORTS_DIR") from None


def _fields(path: Path, items: list[Any]) -> dict[str, Field]:
    times: Counter[str] = Counter()
    found: dict[str, Field] = {}
    for item in items:
        if not isinstance(item, dict):
            raise FolderError(path, "holds something that is no object", "EXPORTS_DIR")
        met = dict(_walk(item, "[]"))
        times.update(met.keys())
        for name, each in met.items():
            found[name] = each.joined(found.get(name, Field()))
    return {
        name: Field(each.kind, tuple(sorted(each.values)), optional=times[name] < len(items))
        for name, each in found.items()
    }


def _walk(node: Any, path: str) -> Iterator[tuple[str, Field]]:
    if isinstance(node, dict):
        for name, value in node.items():
            below = f"{path}.{name}"
            word = isinstance(value, str) and name not in _CODES and _WORD.fullmatch(value)
            yield below, Field(_KINDS.get(type(value), ""), (value,) if word else ())
            yield from _walk(value, below)
    elif isinstance(node, list):
        for value in node:
            yield f"{path}[]", Field(_KINDS.get(type(value), ""))
            yield from _walk(value, f"{path}[]")
