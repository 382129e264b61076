"""The files that a BATCH message names: one JSON document a line, each a record."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from target_postgres_copy.errors import LoadError

_SCHEME = "file://"
_COMPRESSIONS = (None, "none", "gzip")


def paths(message: Mapping[str, Any]) -> list[Path] | None:
    """The files of this machine that a message names; None where it names others, or they hold no lines."""
    encoding, manifest = message.get("encoding") or {}, message.get("manifest") or ()
    if encoding.get("format") != "jsonl" or encoding.get("compression") not in _COMPRESSIONS:
        return None
    found = []
    for address in manifest:
        if "://" in address and not address.startswith(_SCHEME):
            return None
        path = Path(address.removeprefix(_SCHEME))
        # Writers differ in whether they quote.
        found.append(path if path.exists() else Path(unquote(str(path))))
    return found


def lines(message: Mapping[str, Any], path: Path) -> Iterator[bytes]:
    """The lines of a file of a message; it is removed, whatever becomes of them, where its writer says so.

    Raises:
        LoadError: it cannot be read.
    """
    compressed = message["encoding"].get("compression") == "gzip"
    try:
        with path.open("rb") as opened:
            if message.get("disposable"):
                # It is read through what is open: nothing is left over, however this ends.
                path.unlink()
            yield from gzip.GzipFile(fileobj=opened) if compressed else opened
    except (OSError, EOFError, zlib.error) as error:
        text = f"{message['stream']}: the file {path} of a BATCH message cannot be read ({error})."
        raise LoadError(text) from error
