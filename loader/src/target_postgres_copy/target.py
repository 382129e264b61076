"""The target: the parent's, with other sinks and another reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from target_postgres.target import TargetPostgres

from target_postgres_copy.reader import LineReader
from target_postgres_copy.sink import CopySink


class TargetPostgresCopy(TargetPostgres):
    """Loads by COPY what it can."""

    default_sink_class = CopySink

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As the parent."""
        super().__init__(*args, **kwargs)
        self.message_reader = LineReader(self)

    def taker(self, stream: str) -> Callable[[Any], bool] | None:
        """What takes the records of a stream as they are written; None where they are mapped or checked."""
        config = self.config
        if config.get("stream_maps") or config.get("flattening_enabled") or not self.sink_exists(stream):
            return None
        sink = self.get_sink(stream)
        return sink.take if isinstance(sink, CopySink) and sink.rows else None

    def full(self, stream: str) -> None:
        """Store a full batch."""
        self.drain_one(self.get_sink(stream))

    def time_passes(self) -> None:
        """Store everything, and say so in STATE, when the oldest record has waited long enough."""
        self._handle_max_record_age()
