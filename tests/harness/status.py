"""The status page on a real database: a server of its own, as a role, and an account with every kind of trouble."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import urllib3

from harness.pipeline import BIN, Direct, Pipeline

AXE = Path(__file__).parent / "axe" / "axe.min.js"
HOSTILE = [
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">",
    "right-to-left \u202egnp.exe\u202c \u2067x\u2069",
    "'); drop table amazon_ads.sync_log; --",
    "{{ 7 * 7 }} {% include 'base.html' %}",
    "M" * 1_000_000,
]
_SECONDS = 20.0
_OURS = ("TARGET_POSTGRES", "AMAZON_ADS_", "TAP_AMAZON_ADS", "PG", "MELTANO")


def command(pipeline: Pipeline, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`make status ARGS=...` to its end."""
    return subprocess.run(
        [str(BIN / "entities-status"), *arguments],
        env=environment(pipeline, settings),
        cwd=pipeline.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environment(pipeline: Pipeline, settings: Mapping[str, str]) -> dict[str, str]:
    """What an analyst has: a database, and no credentials of Amazon."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**plain, **pipeline.postgres.environment(), **settings}


@contextmanager
def serving(pipeline: Pipeline, **settings: str) -> Iterator[str]:
    """The page; its address."""
    with subprocess.Popen(
        [str(BIN / "entities-status"), "--port=0"],
        env=environment(pipeline, settings),
        cwd=pipeline.folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.match(r"http://127\.0\.0\.1:\d+", line)
            assert found, line
            yield found.group(0)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(_SECONDS) in {0, -signal.SIGINT, 130}


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of an address."""
    answer = urllib3.request("GET", url, headers=headers or None, retries=False, timeout=30)
    return answer.status, answer.data.decode()


def trouble(pipeline: Pipeline) -> Direct:
    """Sync with faults: a good run, hostile names, a run with errors, shortfalls and waiting, a dead one, a living one.

    Returns:
        The run that is still at work.
    """
    control = pipeline.sandbox.control
    assert pipeline.direct(mode="full").code == 0
    first, second, third, *_ = sorted(control.counts()["entity_profiles"])
    control.change(fraction=0.2, texts=HOSTILE, tables=["entity_campaigns"])
    control.fault("status", match={"endpoint": "sp/keywords/list", "profile_id": first}, times=None, status=500)
    control.fault("total", match={"endpoint": "sp/campaigns/list", "profile_id": second}, times=None, add=50)
    control.fault("status", match={"endpoint": "sb/*"}, times=3, status=429, headers={"Retry-After": "1"})
    assert pipeline.direct(mode="full", max_retries=1).code == 1
    control.clear_faults()
    # Slow enough to be killed in the midst of it, whatever else the machine does.
    control.configure(latency_ms=1000)
    dead = pipeline.start_direct(mode="full", workers=2, profile_ids=[third])
    _until(pipeline, dead)
    for part in (dead.tap, dead.target):
        part.send_signal(signal.SIGKILL)
    dead.wait()
    living = pipeline.start_direct(mode="incremental", workers=1)
    _until(pipeline, living)
    # It is to be seen for as long as the tests take.
    control.configure(latency_ms=3000)
    return living


CHANGES = """
create table if not exists amazon_ads.entity_changes (
    profile_id text, entity_type text, entity_id text, campaign_id text, ad_group_id text, ad_product text, kind text,
    column_name text, path text, old_value jsonb, new_value jsonb, changed_at timestamptz,
    seen_at timestamptz default now(), run_id text, primary key (profile_id, entity_type, entity_id, seen_at, path)
);
insert into amazon_ads.entity_changes (
    profile_id, entity_type, entity_id, campaign_id, ad_product, kind, column_name, path, old_value, new_value, seen_at
)
select
    profile_id, 'campaigns', campaign_id, campaign_id, campaign_type,
    (array['changed', 'changed', 'archived', 'created', 'vanished'])[1 + row_number() over () % 5],
    (array['daily_budget_micros', 'name', 'state', 'created_at', 'vanished_since'])[1 + row_number() over () % 5],
    'made up', to_jsonb(daily_budget_micros), to_jsonb('<b>' || chr(8238) || left(name, 50)),
    now() - make_interval(days => 40 + (random() * 20)::integer)
from amazon_ads.entity_campaigns
limit 150
"""
"""Changes of long ago, whether or not a history is kept."""


def _until(pipeline: Pipeline, run: Direct) -> None:
    """Wait until the database has heard of its slices."""
    ends = time.monotonic() + 3 * _SECONDS
    named = "select count(*) from amazon_ads.sync_log where run_id = %s and entity_type = 'targets'"
    while not pipeline.query(named, run.run_id)[0][0]:
        assert time.monotonic() < ends, "the run log does not come"
        time.sleep(0.2)
