"""OpenMetrics text: every slice as a monitor sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import ALLOWUTF8, CONTENT_TYPE_LATEST, generate_latest

from entities_runner.account import UsageError
from entities_status.judgement import Judged
from entities_status.pages import health
from entities_status.reader import Reader

MEDIA_TYPE = CONTENT_TYPE_LATEST
_LABELS = ("profile_id", "country", "entity_type")
_Value = Callable[[Judged], Any]

_GAUGES: tuple[tuple[str, str, _Value], ...] = (
    (
        "level",
        "0 well, 1 warning, 2 unknown, 3 error: the worst of last run, freshness, completeness.",
        lambda s: s.level,
    ),
    ("running", "Whether it is being read.", lambda s: s.running),
    ("consecutive_errors", "Failed runs since the last complete one.", lambda s: s.row.get("consecutive_errors")),
    ("shortfall_rows", "Rows missing by Amazon's own totals.", lambda s: s.lists and s.lists.shortfall),
    ("last_run_rows", "Rows the last run stored.", lambda s: s.row.get("items_upserted")),
    ("last_run_pages", "Pages the last run read.", lambda s: s.row.get("pages_fetched")),
    ("last_run_throttled_seconds", "Seconds the last run waited.", lambda s: s.row.get("throttled_seconds")),
    ("last_full_timestamp_seconds", "When it was last read in full.", lambda s: s.row.get("last_full_sync_at")),
    (
        "last_incremental_timestamp_seconds",
        "When it was last read incrementally.",
        lambda s: s.row.get("last_incremental_sync_at"),
    ),
)


class _Collector:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def collect(self) -> Iterator[Metric]:
        """Ask the database now."""
        try:
            with self._reader.session() as session:
                grid = health.grid(session)
        except UsageError:
            yield GaugeMetricFamily("amazon_ads_up", "Whether database and tables can be read.", 0)
            return
        yield GaugeMetricFamily("amazon_ads_up", "Whether database and tables can be read.", 1)
        meaning = "Newest runs that failed beside all slices: profiles not listed, or as a whole."
        yield GaugeMetricFamily("amazon_ads_runs_failed", meaning, len(grid.whole))
        meaning = "Profiles that the account no longer lists; they have no slices here."
        yield GaugeMetricFamily("amazon_ads_profiles_gone", meaning, len(grid.gone))
        countries = {str(line.profile["profile_id"]): line.profile.get("country_code") or "" for line in grid.lines}
        for name, meaning, value_of in _GAUGES:
            family = GaugeMetricFamily(f"amazon_ads_slice_{name}", meaning, labels=_LABELS)
            for each in grid.slices:
                if (value := value_of(each)) is not None:
                    number = value.timestamp() if isinstance(value, datetime) else float(value)
                    family.add_metric([each.profile_id, countries[each.profile_id], each.entity_type], number)
            yield family


def text(reader: Reader) -> bytes:
    """All of them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(reader))
    # Names are plain, and are not looked through letter by letter for each of thousands of samples.
    return bytes(generate_latest(registry, ALLOWUTF8))  # type: ignore[no-untyped-call]
