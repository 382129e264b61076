"""What a run costs that finds nothing new, and what each thing that is remembered between runs saves."""

from __future__ import annotations

import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.installation import Installation
from harness.pipeline import BIN
from harness.programs import run_to_end

from amazon_ads_sandbox.postgres import SANDBOX_DATABASE

ROUNDS = 3


class Project:
    """A copy of the project with its made-up account, synced already.

    Args:
        folder: where; created.
    """

    def __init__(self, folder: Path) -> None:
        """Sync twice: the first run makes everything, the second remembers what only a run can tell."""
        self.installation = Installation(folder)
        self.first = self.seconds("entities-sync")
        self.seconds("entities-sync")

    def seconds(self, *command: str) -> tuple[float, float]:
        """Seconds and CPU seconds of a command, whose services stay or go as it wants.

        Raises:
            RuntimeError: it failed.
        """
        before, started = _cpu(), time.perf_counter()
        program, *arguments = command
        code, output = run_to_end(
            [BIN / program, *arguments], self.installation.environment(), folder=self.installation.folder, timeout=600
        )
        wall, cpu = time.perf_counter() - started, _cpu() - before
        if code:
            raise RuntimeError(output[-2000:])
        return wall, cpu

    def forget_checks(self) -> None:
        """What the checks of the post-step compile to."""
        for file in self.installation.home.glob("checks-*.json"):
            file.unlink()

    def forget_preparation(self) -> None:
        """That the database is as it was made."""
        self.installation.query("update amazon_ads.sync_meta set value = '' where name = 'catalog'", SANDBOX_DATABASE)
        self.installation.stop()

    def forget_parsing(self) -> None:
        """What dbt has read of its project."""
        shutil.rmtree(self.installation.folder / "transform" / "target")

    def forget_catalog(self) -> None:
        """What the tap has said of its streams."""
        (self.installation.home / "catalog.json").unlink()


def _cpu() -> float:
    """CPU seconds of everything that was started and has ended; services that a run stops itself are not among it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _median(runs: list[tuple[float, float]]) -> str:
    wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
    return f"{wall:.1f} | {cpu:.1f}"


def nothing_new() -> Iterator[str]:
    """`make sync` again and again, and the same without one thing that it remembers."""
    sync = ("entities-sync",)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        without: dict[str, tuple[Callable[[], None], ...]] = {
            "`make sync`, nothing new": (),
            "without the tap's catalog, which Meltano asks for before every run": (project.forget_catalog,),
            "without the compiled checks of the post-step": (project.forget_checks,),
            "without knowing that the database is prepared": (project.forget_preparation,),
            "without any of these, and nothing of dbt's project parsed": (
                project.forget_catalog,
                project.forget_checks,
                project.forget_preparation,
                project.forget_parsing,
            ),
        }
        found: dict[str, list[tuple[float, float]]] = {what: [] for what in without}
        up = "the services up already (`make up`): `make sync`", "the same: `meltano run sync`"
        found |= {what: [] for what in up}
        for _ in range(ROUNDS):
            for what, forgotten in without.items():
                for forget in forgotten:
                    forget()
                found[what].append(project.seconds(*sync))
            project.seconds("amazon-ads-sandbox", "up")
            for what, command in zip(up, (sync, ("meltano", "run", "--force", "sync")), strict=True):
                found[what].append(project.seconds(*command))
            project.installation.stop()
    yield "## A run that finds nothing new\n"
    yield "The made-up account: 4 profiles, 4,294 rows, 20 slices. Medians of three rounds of all of them; services"
    yield "that are not up are started and stopped in the time, and their CPU seconds are not counted. The first run,"
    yield f"on nothing at all, took {project.first[0]:.1f} s.\n"
    yield "| | seconds | CPU seconds |"
    yield "|---|---:|---:|"
    for what, runs in found.items():
        yield f"| {what} | {_median(runs)} |"


PARTS = (nothing_new,)
