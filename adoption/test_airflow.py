"""The DAG in a real Airflow: parsed, and run once against the made-up account with Meltano's STATE in Postgres."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from harness.installation import EVERYTHING, Installation
from harness.programs import run_to_end
from harness.project import ROOT

AIRFLOW = ROOT / ".tools/airflow/bin"
FOLDER = ROOT / "scheduling/airflow"
SHARDS = {"eu-2-of-2", "fe-2-of-2", "na-2-of-2"}
POOLS_OF_TASKS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
print(json.dumps({name: {task.task_id: task.pool for task in dag.tasks} for name, dag in bag.dags.items()}))
"""


class Airflow:
    """An Airflow of its own, on SQLite."""

    def __init__(self, project: Installation, home: Path) -> None:
        postgres = project.postgres("meltano")
        secret = quote(postgres.password, safe="")
        self._environment = project.environment(
            AIRFLOW_HOME=str(home),
            AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__CORE__DAGS_FOLDER=str(FOLDER),
            AMAZON_ADS_PROJECT=str(project.folder),
            AMAZON_ADS_SHARDS_PER_REGION="2",
            MELTANO_DATABASE_URI=f"postgresql+psycopg://amazon_ads:{secret}@127.0.0.1:{postgres.port}/meltano",
        )

    def run(self, program: str, *arguments: str) -> str:
        code, output = run_to_end([AIRFLOW / program, *arguments], self._environment, timeout=1800)
        assert code == 0, output[-8000:]
        return output


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("airflow") / "project")
    made.control()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def airflow(project: Installation, tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    made = Airflow(project, tmp_path_factory.mktemp("home"))
    made.run("airflow", "db", "migrate")
    return made


def test_every_schedule_is_a_dag_whose_shards_share_the_pool_of_their_region(airflow: Airflow) -> None:
    pools = json.loads(airflow.run("python", "-c", POOLS_OF_TASKS, str(FOLDER)).splitlines()[-1])
    assert set(pools) == {f"amazon_ads_entities_{name}" for name in ("incremental", "full", "reconcile")}
    asking = {"sync_na": "amazon_ads_na", "sync_eu": "amazon_ads_eu", "sync_fe": "amazon_ads_fe"}
    for tasks in pools.values():
        assert {task: pool for task, pool in tasks.items() if task.startswith("sync_")} == asking
    assert set(json.loads((FOLDER / "pools.json").read_text())) == set(asking.values())


def test_a_run_reads_every_profile_in_shards_of_their_own(airflow: Airflow, project: Installation) -> None:
    airflow.run("airflow", "pools", "import", str(FOLDER / "pools.json"))
    log = airflow.run("airflow", "dags", "test", "amazon_ads_entities_full")
    assert "state:success" in log or "successful" in log
    assert project.counts() == EVERYTHING
    assert project.query("select distinct status, mode from amazon_ads.sync_runs where entity_type <> 'run'") == [
        ("success", "full")
    ]
    assert project.query("select count(distinct run_id) from amazon_ads.sync_runs") == [(len(SHARDS),)]
    states = {row[0].rpartition(":")[2] for row in project.query("select state_id from state", "meltano")}
    assert states == SHARDS
    assert {path.name for path in (project.folder / ".sandbox/shards").iterdir()} == SHARDS
    assert not os.path.lexists(project.folder / ".meltano/meltano.db")


def test_shards_that_begin_at_once_on_an_empty_database_do_not_meet(airflow: Airflow, project: Installation) -> None:
    """Dags test runs one task after the other; a scheduler does not."""
    del airflow
    for schema in ("amazon_ads_fivetran", "amazon_ads"):
        project.query(f"drop schema {schema} cascade")
    found = project.run("entities-shards", "--per-region=2")
    assert found.code == 0, found.output
    shards = json.loads(found.lines(r"^\[")[0])
    runs = [
        subprocess.Popen(
            [str(project.folder / ".venv/bin/entities-sync")],
            cwd=project.folder,
            env=project.environment(**shard),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for shard in shards
    ]
    for run in runs:
        output, _ = run.communicate(timeout=900)
        assert run.returncode == 0, output
    assert project.counts() == EVERYTHING
