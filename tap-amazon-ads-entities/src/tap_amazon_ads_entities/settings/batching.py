"""The SDK's setting `batch_config`: rows go into files, and BATCH messages name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tap_amazon_ads_entities.settings.shown import shown

_COMPRESSIONS = (None, "none", "gzip")
_ROWS = 10_000
"""The SDK's own default."""


@dataclass(frozen=True)
class Batching:
    """Where rows go that do not go through the pipe.

    Args:
        folder: of this machine; while it is not there, rows go through the pipe.
        prefix: what the names of files begin with.
        compressed: whether they are gzipped.
        rows: most rows of a file.
    """

    folder: Path
    prefix: str = ""
    compressed: bool = False
    rows: int = _ROWS

    @classmethod
    def parse(cls, value: Any) -> Batching | None:
        """Read the setting.

        Returns:
            None where it is empty.

        Raises:
            ValueError: it asks for what the tap cannot do; the message says what.
        """
        if not value:
            return None
        config = _object(value, "it")
        encoding, storage = _object(config.get("encoding") or {}, "encoding"), _object(config.get("storage"), "storage")
        if (kind := encoding.get("format") or "jsonl") != "jsonl":
            message = f"encoding.format is {shown(kind)}, and this tap writes jsonl"
            raise ValueError(message)
        if (compression := encoding.get("compression")) not in _COMPRESSIONS:
            message = f"encoding.compression is {shown(compression)}, which is none of none, gzip"
            raise ValueError(message)
        rows = config.get("batch_size") or _ROWS
        if not isinstance(rows, int) or rows < 1:
            message = f"batch_size is {shown(rows)}, which is no number of rows"
            raise ValueError(message)
        return cls(_folder(storage.get("root")), str(storage.get("prefix") or ""), compression == "gzip", rows)


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = f"{name} is to be an object, such as " + '{"storage": {"root": "/a/folder"}}'
        raise ValueError(message)  # noqa: TRY004 - as every wrong value of a setting
    return value


def _folder(root: Any) -> Path:
    parts = urlsplit(str(root or ""))
    if parts.scheme not in ("", "file") or not parts.path.startswith("/"):
        message = "storage.root is to be the absolute path of a folder of this machine"
        raise ValueError(message)
    return Path(unquote(parts.path) if parts.scheme else str(root))
