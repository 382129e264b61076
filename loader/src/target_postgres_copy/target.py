"""The target: the parent's, with other sinks and another reader."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
        self._worker = ThreadPoolExecutor(1, "store")

    def taker(self, stream: str) -> CopySink | None:
        """What takes the records of a stream as they are written; None where they are mapped or checked."""
        config = self.config
        if config.get("stream_maps") or config.get("flattening_enabled") or not self.sink_exists(stream):
            return None
        sink = self.get_sink(stream)
        return sink if isinstance(sink, CopySink) and sink.rows else None

    def full(self, sink: CopySink) -> None:
        """Store a full batch while the next one is read."""
        sink.store_meanwhile(self._worker)

    def time_passes(self) -> None:
        """Store everything, and say so in STATE, when the oldest record has waited long enough."""
        self._handle_max_record_age()
