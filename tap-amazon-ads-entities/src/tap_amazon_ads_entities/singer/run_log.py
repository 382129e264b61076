"""The tap's own run log: one row per run, profile and entity, from running to success or error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tap_amazon_ads_entities.process.redaction import redact, redact_all
from tap_amazon_ads_entities.rows.values import now

Row = dict[str, Any]
ALL_PROFILES = "*"
"""The profile of the slice that lists the profiles."""


@dataclass
class Entry:
    """The log row of one slice while it is filled.

    Args:
        profile_id: the profile, or `*`.
        entity_type: profiles, portfolios, campaigns, ad_groups, ads, targets or ad_extensions.
        mode: full or incremental.
        started_at: not later than its first request.
    """

    profile_id: str
    entity_type: str
    mode: str
    started_at: str
    status: str = "running"
    finished_at: str | None = None
    items_upserted: int = 0
    pages_fetched: int = 0
    retries: int = 0
    throttled_seconds: float = 0.0
    error: str | None = None
    request_id: str | None = None
    high_watermark: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class RunLog:
    """Turns entries into rows of the `sync_log` stream.

    Args:
        run_id: the run.
        tap_version: of this package.
        details: parts of `details` that every row has.
        write: takes finished rows to the stream; None when the stream is not selected.
    """

    def __init__(
        self,
        *,
        run_id: str,
        tap_version: str,
        details: dict[str, Any],
        write: Callable[[Row], None] | None,
    ) -> None:
        """Log nothing yet."""
        self.run_id = run_id
        self.started_at = now()
        self._tap_version = tap_version
        self._details = details
        self._write = write
        self._open: dict[tuple[str, str], Entry] = {}
        self.failed: list[Entry] = []
        self.succeeded = 0
        self.left_out: Counter[tuple[str, str]] = Counter()
        """Lists that an account of its kind cannot have, by profile and kind."""

    def start(self, profile_id: str, entity_type: str, mode: str) -> Entry:
        """A slice is going to be read, in full or incrementally."""
        entry = Entry(profile_id, entity_type, mode, self.started_at)
        self._open[(profile_id, entity_type)] = entry
        self._emit(entry)
        return entry

    def entry(self, profile_id: str, entity_type: str) -> Entry:
        """The open entry of a slice."""
        return self._open[(profile_id, entity_type)]

    def finish(self, entry: Entry, error: str | None = None, request_id: str | None = None) -> None:
        """A slice has ended; without an error it is complete."""
        entry.finished_at = now()
        entry.error, entry.request_id = error and redact(error), request_id and redact(request_id)
        # Of what comes from outside, ids too: one of a server that gives back what it is sent.
        entry.details = redact_all(entry.details)
        entry.status = "error" if error else "success"
        self._open.pop((entry.profile_id, entry.entity_type), None)
        if error:
            self.failed.append(entry)
        else:
            self.succeeded += 1
        self._emit(entry)

    def abort(self, reason: str) -> None:
        """The run ends: every slice that is still open ends as an error."""
        for entry in tuple(self._open.values()):
            self.finish(entry, reason)

    def _emit(self, entry: Entry) -> None:
        if self._write is None:
            return
        self._write(
            {
                "run_id": self.run_id,
                "profile_id": redact(entry.profile_id),
                "entity_type": entry.entity_type,
                "mode": entry.mode,
                "status": entry.status,
                "started_at": entry.started_at,
                "finished_at": entry.finished_at,
                "updated_at": now(),
                "items_upserted": entry.items_upserted,
                "pages_fetched": entry.pages_fetched,
                "retries": entry.retries,
                "throttled_seconds": round(entry.throttled_seconds, 3),
                "error": entry.error,
                "request_id": entry.request_id,
                "high_watermark": entry.high_watermark,
                "details": {**self._details, **entry.details},
                "tap_version": self._tap_version,
            },
        )
