"""Unpacks gzip piece by piece, to its end with the checksum: memory does not depend on the size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tap_amazon_ads_entities.errors import TapError

_GZIP = 16 + zlib.MAX_WBITS
PIECE = 1 << 18
"""Most bytes of one unpacked piece."""


class FileError(TapError):
    """The file is not what an export makes: cut short, damaged, or something else."""


class Gunzip:
    """One file that is unpacked as it comes; files may be several put together (RFC 1952, 2.2)."""

    def __init__(self) -> None:
        """At its start."""
        self._unpacker = zlib.decompressobj(_GZIP)
        self._begun = False
        self.packed = 0
        self.unpacked = 0

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What some more of the file holds.

        Raises:
            FileError: it is no gzip, or damaged.
        """
        self.packed += len(data)
        while data:
            if self._unpacker.eof:
                self._unpacker, self._begun = zlib.decompressobj(_GZIP), False
            self._begun = True
            try:
                piece = self._unpacker.decompress(data, PIECE)
            except zlib.error as error:
                message = "its file is damaged, or not compressed by gzip"
                raise FileError(message) from error
            self.unpacked += len(piece)
            if piece:
                yield piece
            data = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail

    def end(self) -> None:
        """There is no more of the file.

        Raises:
            FileError: but there should be.
        """
        if not self._begun:
            message = "its file is empty"
            raise FileError(message)
        if not self._unpacker.eof:
            message = "its file was cut short"
            raise FileError(message)
