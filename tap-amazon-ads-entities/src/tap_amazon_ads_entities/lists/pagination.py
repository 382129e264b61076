"""Requests for one page after the other: never stopping early, never looping.

A paginator knows how to ask for the next page of a list and when the list has ended; it does no I/O.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec

from tap_amazon_ads_entities.endpoints.model import WHOLE, ListEndpoint, Paging, Part
from tap_amazon_ads_entities.errors import SliceError
from tap_amazon_ads_entities.lists.pages import Page


@dataclass(frozen=True)
class Cursor:
    """Where a list goes on: a next token, or a start index."""

    token: str | None = None
    start: int = 0


@dataclass
class Paginator:
    """Walks one list, or a part of it.

    Args:
        endpoint: the list.
        part: narrows it.
        cursor: where to begin.
        end: start index at which to end; None for the end of the list.
    """

    endpoint: ListEndpoint
    part: Part = WHOLE
    cursor: Cursor = field(default_factory=Cursor)
    end: int | None = None
    finished: bool = False
    ended: bool = False
    """Whether the list itself has ended, and not only what was asked for."""

    _tokens: set[bytes] = field(default_factory=set)
    _last_page: bytes | None = None

    def query(self, page_size: int) -> str:
        """The query string of the next request, with its question mark; empty for POST."""
        if self.endpoint.paging is Paging.NEXT_TOKEN:
            return ""
        if self.end is not None:
            page_size = min(page_size, self.end - self.cursor.start)
        parameters = {
            **self.endpoint.query,
            **self.part.query,
            "startIndex": str(self.cursor.start),
            str(self.endpoint.size_field): str(page_size),
        }
        return f"?{urlencode(parameters)}"

    def body(self, page_size: int) -> bytes | None:
        """The body of the next request; None for GET."""
        if self.endpoint.paging is not Paging.NEXT_TOKEN:
            return None
        document: dict[str, Any] = {**self.endpoint.body, **self.part.body}
        if self.endpoint.size_field:
            document[self.endpoint.size_field] = page_size
        if self.cursor.token is not None:
            document["nextToken"] = self.cursor.token
        return msgspec.json.encode(document)

    def advance(self, page: Page) -> None:
        """Move past a page.

        Raises:
            SliceError: the page or its token repeats, so that the list would never end.
        """
        fingerprint = hashlib.blake2b(page.rows, digest_size=16).digest() if page.size else None
        if fingerprint is not None and fingerprint == self._last_page:
            raise SliceError(self._problem("a page repeats the one before it"), request_id=page.request_id)
        self._last_page = fingerprint
        if self.endpoint.paging is Paging.OFFSET:
            self.cursor = Cursor(start=self.cursor.start + page.size)
            past_the_end = self.end is not None and self.cursor.start >= self.end
            self.ended = page.size == 0
            self.finished = self.ended or past_the_end
            return
        self.ended = self.finished = page.next_token is None
        if page.next_token is None:
            return
        seen = hashlib.blake2b(page.next_token.encode(), digest_size=16).digest()
        if seen in self._tokens:
            raise SliceError(self._problem("a next token repeats"), request_id=page.request_id)
        self._tokens.add(seen)
        self.cursor = Cursor(token=page.next_token)

    def ask_again(self, cursor: Cursor) -> None:
        """Ask once more from there: the answer said that the list has ended."""
        self.cursor = cursor
        self.finished = self.ended = False
        self._last_page = None

    def restart(self) -> None:
        """Begin the list again: rows read so far will come again and be upserted again."""
        self.cursor = Cursor()
        self._tokens.clear()
        self._last_page = None

    def _problem(self, what: str) -> str:
        return f"{self.endpoint.name}: {what}; the list cannot be read to its end"
