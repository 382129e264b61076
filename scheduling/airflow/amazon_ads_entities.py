"""The schedules of meltano.yml as Airflow DAGs, cut into shards: one task for some profiles of one region.

The environment of the scheduler and of every worker says where and how wide:

    AMAZON_ADS_PROJECT             the folder in which `make install` ran, at one path on all of them
    AMAZON_ADS_REGIONS             regions that have profiles (NA,EU,FE)
    AMAZON_ADS_SHARDS_PER_REGION   shards of a region, at most (8); another number reads most profiles in full once
    AMAZON_ADS_SHARDS_FOLDER       where shards keep locks and logs; a disk of the worker's own
    MELTANO_DATABASE_URI           a Postgres for Meltano's STATE, which a shard finds on whichever worker it runs

Credentials and the database of the data are in the project's .env, or in the same environment. Each region has a pool,
`amazon_ads_na` and so on (pools.json): its slots are the shards that ask the region at once.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

PROJECT = Path(os.environ["AMAZON_ADS_PROJECT"])
REGIONS = os.environ.get("AMAZON_ADS_REGIONS", "NA,EU,FE").split(",")
PER_REGION = os.environ.get("AMAZON_ADS_SHARDS_PER_REGION", "8")


@task(retries=3, retry_delay=timedelta(minutes=2))
def list_profiles() -> dict[str, Any]:
    """The shards of all profiles that there are now, and whether every region and connection answered."""
    done = subprocess.run(
        [PROJECT / ".venv/bin/entities-shards", f"--per-region={PER_REGION}"],
        cwd=PROJECT,
        env={**os.environ, "TAP_AMAZON_ADS_ENTITIES_REGIONS": json.dumps(REGIONS)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not done.stdout:
        message = "no profiles could be listed; the lines above say why"
        raise RuntimeError(message)
    return {"shards": json.loads(done.stdout), "whole": done.returncode == 0}


@task
def every_profile_was_listed(found: dict[str, Any]) -> None:
    """Fail, beside the shards that run, where a region or a connection did not answer."""
    if not found["whole"]:
        message = "not every profile could be listed; the log of list_profiles says why"
        raise AirflowFailException(message)


@task
def shards_of(region: str, found: dict[str, Any], variables: dict[str, str]) -> list[dict[str, str]]:
    """The shards of a region, each with what the schedule adds."""
    prefix = f"{region.lower()}-"
    return [{**shard, **variables} for shard in found["shards"] if shard["AMAZON_ADS_SHARD"].startswith(prefix)]


for each in yaml.safe_load((PROJECT / "meltano.yml").read_text())["schedules"]:

    @dag(
        dag_id=f"amazon_ads_{each['name'].replace('-', '_')}",
        schedule=each["interval"],
        max_active_runs=1,
        tags=["amazon-ads"],
        doc_md=__doc__,
    )
    def schedule(variables: dict[str, str]) -> None:
        """One schedule."""
        found = list_profiles()
        every_profile_was_listed(found)
        for region in REGIONS:
            BashOperator.partial(
                task_id=f"sync_{region.lower()}",
                bash_command="exec .venv/bin/entities-sync",
                cwd=str(PROJECT),
                append_env=True,
                pool=f"amazon_ads_{region.lower()}",
                # A shard that another schedule is still reading refuses to begin.
                retries=3,
                retry_delay=timedelta(minutes=10),
                map_index_template="{{ task.env['AMAZON_ADS_SHARD'] }}",
            ).expand(env=shards_of.override(task_id=f"shards_{region.lower()}")(region, found, variables))

    schedule(each.get("env") or {})
