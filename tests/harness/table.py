"""Plays every scenario, prints the fault table and writes docs/faults.md (`make faults`)."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from amazon_ads_sandbox.process import SandboxProcess
from harness.chaos import Outcome, heal, outcome, play
from harness.drift import play as drift_play
from harness.export_scenarios import EXPORT_SCENARIOS, FILE_SCENARIOS
from harness.kills import KILLS
from harness.pipeline import Pipeline, Result
from harness.postgres import running_postgres
from harness.project import ROOT
from harness.scenarios import SCENARIOS, SIZES
from harness.unified_scenarios import UNIFIED_SCENARIOS

SHOWN = (*SCENARIOS, *UNIFIED_SCENARIOS, *EXPORT_SCENARIOS, *FILE_SCENARIOS)

HEAD = """# Faults

What a run does under each fault: a real server that misbehaves, real tap and loader, a real Postgres; 3 profiles with
all three ad products. After each fault a clean run was made, and the tables compared with the ground truth, row by row.
Written by `make faults`; the same faults and 200 random schedules of them are part of `make test`, and `make schedules`
plays 1,000. In all of them a list that ends well has every row.

| fault | rows expected | rows loaded | slices failed | exit code | next clean run |
|---|---:|---:|---:|---:|---|
"""


DRIFT = """
## Lists that change while they are read

Entities come, go, move and change their state between two requests: random schedules over all lists, each with a number
by which it can be played again (`make schedules SEED=417`). What was there before, while and after a list was read must
come.

| every list is read | schedules | ended well without such a row | noticed to be short | requests |
|---|---:|---:|---:|---:|
"""
DRIFTS = 1_000


def row(outcome: Outcome, left: list[str]) -> str:
    """One line of the table."""
    healed = "equal to the truth" if not left else f"{len(left)} DIFFERENCES"
    numbers = (outcome.rows_expected, outcome.rows_loaded, outcome.slices_failed, outcome.exit_code)
    return f"| {outcome.name} | {' | '.join(map(str, numbers))} | {healed} |"


def drift() -> str:
    """The section about lists that change."""
    logging.disable(logging.WARNING)
    lines = []
    for name, confirm in (("once", False), ("until two reads agree (`confirm_reads`)", True)):
        played = [drift_play(seed, confirm=confirm) for seed in range(DRIFTS)]
        lost = sum(bool(each.green and each.missing) for each in played)
        noticed = sum(not each.green for each in played)
        lines.append(f"| {name} | {DRIFTS:,} | {lost} | {noticed} | {sum(each.requests for each in played):,} |")
    return DRIFT + "\n".join(lines) + "\n"


def _killed(pipeline: Pipeline, name: str, kill: Callable[[Pipeline], Result]) -> Outcome:
    return outcome(pipeline, name, kill(pipeline), 0.0)


def main() -> int:
    """Play them all; non-zero when one of them broke the promise."""
    lines = []
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        sandbox = SandboxProcess(**SIZES)
        with running_postgres(Path(folder)) as postgres, sandbox:
            pipeline = Pipeline(sandbox, postgres, Path(folder))
            plays: list[Callable[[Pipeline], Outcome]] = [
                *(partial(play, scenario=each) for each in SHOWN),
                *(partial(_killed, name=name, kill=kill) for name, kill in KILLS),
            ]
            for run in plays:
                ended = run(pipeline)
                left = heal(pipeline, ended.source)
                lines.append(row(ended, left))
                said = ended.exit_code != 0 and ended.slices_failed > 0
                broken += bool(left) or not (said or (ended.missing == 0 and ended.exit_code == 0))
                sys.stdout.write(f"{lines[-1]}\n")
                sys.stdout.flush()
    (ROOT / "docs" / "faults.md").write_text(HEAD + "\n".join(lines) + "\n" + drift())
    sys.stdout.write(f"{len(lines)} faults, {broken} broke the promise; written to docs/faults.md\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
