"""Processes and services that die in the middle of a run, at random moments chosen once."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from functools import partial

from harness.chaos import prepare
from harness.pipeline import Direct, Pipeline, Result

_CHANCE = random.Random(20_261_124)  # noqa: S311 - chosen once, so that a failure can be repeated
MOMENTS = [round(_CHANCE.uniform(0.3, 2.4), 2) for _ in range(10)]
"""Seconds after the start; the whole run takes about three."""


def _started(pipeline: Pipeline) -> Direct:
    prepare(pipeline)
    pipeline.sandbox.control.configure(latency_ms=60)
    return pipeline.start_direct(mode="full", page_size=10, workers=4)


def _end(pipeline: Pipeline, run: Direct) -> Result:
    result = run.wait()
    pipeline.sandbox.control.configure(latency_ms=0)
    # The run's mark may still be young, and a young one counts as alive.
    pipeline.query_none(
        "update amazon_ads.sync_log set created_at = created_at - interval '2 minutes' where entity_type = 'run'"
    )
    return result


def signal_tap(number: signal.Signals, moment: float, pipeline: Pipeline) -> Result:
    """Send the tap a signal."""
    run = _started(pipeline)
    time.sleep(moment)
    finished = run.tap.poll() is not None
    run.tap.send_signal(number)
    result = _end(pipeline, run)
    assert finished or result.code != 0, "a stopped run is no success"
    return result


def kill_loader(moment: float, pipeline: Pipeline) -> Result:
    """Kill the loader."""
    run = _started(pipeline)
    time.sleep(moment)
    run.target.kill()
    result = _end(pipeline, run)
    assert result.code != 0
    return result


def restart_postgres(pipeline: Pipeline) -> Result:
    """Kill Postgres and start it again."""
    run = _started(pipeline)
    time.sleep(1.5)
    pipeline.postgres.kill()
    time.sleep(0.5)
    pipeline.postgres.start()
    return _end(pipeline, run)


def read_only_database(pipeline: Pipeline) -> Result:
    """Refuse every write."""
    prepare(pipeline)
    setting = "default_transaction_read_only"
    try:
        run = pipeline.start_direct(
            lambda: pipeline.query_none(f"alter database sandbox set {setting} = on"), mode="full"
        )
        run.tap.wait()
        run.target.wait()
    finally:
        pipeline.query_none(f"set transaction_read_only = off; alter database sandbox reset {setting}")
    result = _end(pipeline, run)
    assert result.code != 0
    return result


KILLS: list[tuple[str, Callable[[Pipeline], Result]]] = [
    *((f"SIGTERM of the tap after {each} s", partial(signal_tap, signal.SIGTERM, each)) for each in MOMENTS),
    *((f"SIGKILL of the tap after {each} s", partial(signal_tap, signal.SIGKILL, each)) for each in MOMENTS),
    *((f"SIGKILL of the loader after {each} s", partial(kill_loader, each)) for each in MOMENTS[:3]),
    ("Postgres killed and started again mid-run", restart_postgres),
    ("read-only database", read_only_database),
]
