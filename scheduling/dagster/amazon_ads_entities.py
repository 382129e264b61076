"""The tables as Dagster assets: one run fills them all, and each says how many rows it has.

The environment names the project's folder in AMAZON_ADS_PROJECT; credentials and database are in its .env. Where a run
fails, so do the assets, after everything that could be read was stored.
"""

# Without `from __future__ import annotations`: Dagster looks at the type of `context` itself.
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

TABLES = ("profiles", "portfolios", "campaigns", "ad_groups", "ads", "targets")
_ROWS = re.compile(r"^entity_(\w+) +([\d,]+)$")


@dg.multi_asset(
    specs=[dg.AssetSpec(f"entity_{table}", group_name="amazon_ads", kinds={"postgres"}) for table in TABLES],
    pool="amazon_ads",
)
def amazon_ads_entities(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Sync everything."""
    project = Path(os.environ["AMAZON_ADS_PROJECT"])
    found = {}
    with subprocess.Popen(
        [project / ".venv/bin/entities-sync"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        for line in run.stdout or ():
            context.log.info(line.rstrip())
            if row := _ROWS.match(line):
                found[row[1]] = int(row[2].replace(",", ""))
    if run.returncode:
        message = f"the run failed with exit code {run.returncode}; its last lines say why"
        raise dg.Failure(message)
    for table in TABLES:
        yield dg.MaterializeResult(f"entity_{table}", metadata={"dagster/row_count": found[table]})


schedule = dg.ScheduleDefinition("amazon_ads_entities", target=[amazon_ads_entities], cron_schedule="0 */4 * * *")
definitions = dg.Definitions(assets=[amazon_ads_entities], schedules=[schedule])
