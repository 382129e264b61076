"""What the status page costs: 500 profiles, five entities, a year of runs; the tree of a million-target account."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import urllib3
from harness.pipeline import Pipeline
from harness.status import serving
from harness.warehouse import renew
from log_history import PROFILE, write

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess

LOG_ROWS = 5_500_000
"""Of 400 days: 2,200 runs of 2,502 rows each."""

LARGE = "9000000000001"
"""The profile with a million targets."""

_TIMES = 5
_ACCOUNT = """
insert into amazon_ads.entity_profiles (profile_id, account_name, country_code, currency_code, region, synced_at)
select (7000000000000 + n)::text, 'Profile ' || n, 'US', 'USD', 'NA', now() from generate_series(1, 500) as n
union all select '9000000000001', 'Large', 'US', 'USD', 'NA', now()
on conflict do nothing;
insert into amazon_ads.entity_campaigns
    (profile_id, campaign_id, name, campaign_type, state, computed_status, daily_budget_micros, synced_at)
select '9000000000001', n::text, 'Campaign ' || md5(n::text), 'sp', 'ENABLED', 'delivering', n * 1000000::bigint, now()
from generate_series(1, 20000) as n;
insert into amazon_ads.entity_ad_groups
    (profile_id, ad_group_id, campaign_id, name, ad_product, state, computed_status, default_bid_micros, synced_at)
select '9000000000001', n::text, (1 + n % 20000)::text, 'Ad group ' || n, 'sp', 'ENABLED', 'delivering', 500000, now()
from generate_series(1, 100000) as n;
insert into amazon_ads.entity_ads
    (profile_id, ad_id, ad_group_id, campaign_id, ad_product, asin, state, computed_status, synced_at)
select '9000000000001', n::text, (1 + n % 100000)::text, (1 + n % 20000)::text, 'sp',
    'B' || lpad((n % 5000)::text, 9, '0'), 'ENABLED', 'delivering', now()
from generate_series(1, 200000) as n;
insert into amazon_ads.entity_targets
    (profile_id, target_id, ad_group_id, campaign_id, ad_product, target_type, target_level, negative, match_type,
        expression, state, computed_status, bid_micros, synced_at)
select '9000000000001', n::text, (1 + n % 100000)::text, (1 + n % 20000)::text, 'sp', 'keyword', 'ad_group', false,
    'exact', jsonb_build_object('text', 'keyword ' || md5(n::text)), 'ENABLED', 'delivering', 10000 * (n % 900), now()
from generate_series(1, 1000000) as n;
"""

QUESTIONS = {
    "Health, every slice": "/",
    "a slice": f"/slice/{PROFILE}/campaigns",
    "Runs, 7 days": "/runs?days=7",
    "Runs, 30 days": "/runs?days=30",
    "Throttling, a day": "/throttling?days=1",
    "Throttling, 30 days": "/throttling?days=30",
    "metrics": "/metrics",
    "tree: the profile": f"/part/tree?kind=profile&profile={LARGE}",
    "tree: 20,000 campaigns, the first page": f"/part/tree?kind=no_portfolio&profile={LARGE}&id=",
    "tree: 20,000 campaigns, a page in the middle": (
        f"/part/tree?kind=no_portfolio&profile={LARGE}&id=&after=campaign%208&after_id=campaign8"
    ),
    "tree: a campaign": f"/part/tree?kind=campaign&profile={LARGE}&id=4711",
    "tree: an ad group": f"/part/tree?kind=ad_group&profile={LARGE}&id=4712",
    "search: campaigns by name": f"/part/search?kind=campaign&profile={LARGE}&text=4e732ced",
    "search: a million targets by keyword": f"/part/search?kind=target&profile={LARGE}&text=4e732ced3463d06d",
    "counts of all entities": "/part/counts?",
    "distributions of budgets and bids": "/part/amounts?",
    "ASINs": "/part/asins?",
    "where an ASIN runs": "/part/asins?asin=B000000042",
}


@contextmanager
def _database() -> Iterator[Pipeline]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sandbox = stack.enter_context(SandboxProcess(profiles=1, campaigns=1))
        server = stack.enter_context(EmbeddedPostgres(folder, free_port()))
        pipeline = Pipeline(sandbox, server, folder)
        renew(pipeline)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(_ACCOUNT)
            write(connection, LOG_ROWS)
            connection.execute("create role one login password 'one' in role amazon_ads_analyst")
            connection.execute(
                "insert into amazon_ads.profile_access (member, profile_id) values ('one', %s), ('one', %s)",
                (PROFILE, LARGE),
            )
        yield pipeline


def status_page() -> Iterator[str]:
    """Milliseconds from a request to the last byte, by who asks."""
    with _database() as pipeline:
        analyst = {"TARGET_POSTGRES_USER": "one", "TARGET_POSTGRES_PASSWORD": "one"}
        with serving(pipeline) as owner, serving(pipeline, **analyst) as member:
            yield "\n## The status page\n"
            yield "500 profiles by five entities over 400 days, and a profile with 20,000 campaigns, 100,000 ad groups,"
            yield "200,000 ads and a million targets. Milliseconds from a request to its last byte, connection to the"
            yield "database included:\n"
            yield "| | the owner | a member of two profiles |"
            yield "|---|---:|---:|"
            for question, path in QUESTIONS.items():
                yield f"| {question} | {_milliseconds(owner + path):,.0f} | {_milliseconds(member + path):,.0f} |"
            load = os.getloadavg()[0]
            yield f"\nMedians of {_TIMES}, with a load of {load:.1f} on {os.cpu_count()} cores; this part alone:"
            yield "`PYTHONPATH=tests .venv/bin/python benchmarks/bench.py status_page`."


def _milliseconds(url: str) -> float:
    return 1000 * statistics.median(_seconds(url) for _ in range(_TIMES))


def _seconds(url: str) -> float:
    started = time.perf_counter()
    answer = urllib3.request("GET", url, timeout=60, retries=False)
    ended = time.perf_counter()
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise RuntimeError(answer.data[-500:])
    return ended - started


PARTS = (status_page,)
