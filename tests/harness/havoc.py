"""Whole runs that lose a part of themselves at a random moment, each followed by plain ones until one is green."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.installation import Installation
from harness.pipeline import BIN, Result
from harness.truth import all_differences

PROGRAMS = {
    "tap": "/bin/tap-amazon-ads-entities ",
    "loader": "/bin/target-postgres-copy ",
    "meltano": "/bin/meltano run",
}
VICTIMS = ("loader", "postgres", "tap", "meltano", "disk")
_VERDICTS = """
select run_id, profile_id, entity_type, settled_status, settled_error from amazon_ads.sync_log
where settled_at is not null
"""
_TRIES = 3
_BALLAST_LEAVES = 1_000_000


@dataclass(frozen=True)
class Round:
    """What one round did.

    Args:
        victim: what was taken away.
        moment: seconds after the start.
        code: exit code of the run that lost it.
        greens: how many plain runs it took until one was green.
        problems: how the tables differed from the truth, and verdicts that had changed.
    """

    victim: str
    moment: float
    code: int
    greens: int
    problems: list[str]


@dataclass
class _Seen:
    """A database and an account, as the comparison with the truth wants them."""

    postgres: Any
    sandbox: Any

    @property
    def control(self) -> Any:
        return self.sandbox


class Havoc:
    """A project on a small volume of its own.

    Args:
        project: the project; its services run.
        volume: where its data lies.
        seed: chooses victims and moments; a round that failed can be played again.
    """

    def __init__(self, project: Installation, volume: Path, seed: int) -> None:
        self._project = project
        self._ballast = volume / "ballast"
        self._victims: list[str] = []
        self._chance = random.Random(seed)  # noqa: S311 - chosen once, so that a failure can be repeated

    def play(self) -> Round:
        """One round."""
        if not self._victims:
            self._victims = self._chance.sample(VICTIMS, len(VICTIMS))
        victim = self._victims.pop()
        moment = self._chance.uniform(0.0, 6.0)
        control = self._project.control()
        control.change(fraction=0.05, create=1, seed=self._chance.randrange(10**6))
        control.configure(latency_ms=60)
        before = self._verdicts()
        failed = self._run(victim, moment, "full" if self._chance.random() < 0.5 else "auto")
        control.configure(latency_ms=0)
        problems = self._changed(before)
        if "Traceback" in failed.output:
            problems.append(f"a traceback: {failed.output[-2000:]}")
        settled = self._verdicts()
        greens = 0
        while (result := self._project.sync()).code != 0 and greens < _TRIES:
            greens += 1
        if result.code != 0:
            problems.append(f"no green run after {_TRIES}: {result.output[-2000:]}")
        problems += self._changed(settled)
        seen = _Seen(self._project.postgres(), type("Account", (), {"control": control})())
        problems += all_differences(seen, vanished_stay=True)  # type: ignore[arg-type]
        return Round(victim, moment, failed.code, greens + 1, problems)

    def _run(self, victim: str, moment: float, mode: str) -> Result:
        settings = {"MODE": mode, "TAP_AMAZON_ADS_ENTITIES_PAGE_SIZE": "20", "TAP_AMAZON_ADS_ENTITIES_WORKERS": "3"}
        runner = subprocess.Popen(
            [str(BIN / "entities-sync")],
            cwd=self._project.folder,
            env=self._project.environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        strike: dict[str, Callable[[], None]] = {"postgres": self._kill_postgres, "disk": self._fill}
        # The clock starts when rows may be on their way; Meltano may as well die before.
        if victim != "meltano":
            self._wait_for(runner, "loader")
        else:
            self._wait_for(runner, "meltano")
            moment *= 4
        time.sleep(moment)
        strike.get(victim, lambda: self._kill(victim))()
        output, _ = runner.communicate(timeout=300)
        self._ballast.unlink(missing_ok=True)
        self._project.postgres()
        return Result(runner.returncode, output, "")

    def _wait_for(self, runner: subprocess.Popen[str], name: str) -> None:
        while runner.poll() is None and not self._processes(name):
            time.sleep(0.05)

    def _processes(self, name: str) -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                inside = (process / "cwd").resolve() == self._project.folder.resolve()
                if inside and PROGRAMS[name] in command and "--discover" not in command:
                    found.append(int(process.name))
        return found

    def _kill(self, name: str) -> None:
        for pid in self._processes(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _kill_postgres(self) -> None:
        self._project.postgres().kill()
        if self._chance.random() < 0.5:
            time.sleep(0.5)
            self._project.postgres()

    def _fill(self) -> None:
        room = shutil.disk_usage(self._ballast.parent).free - _BALLAST_LEAVES
        with contextlib.suppress(OSError):
            self._ballast.write_bytes(bytes(max(room, 0)))

    def _verdicts(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        if self._project.query("select to_regclass('amazon_ads.sync_slices') is null")[0][0]:
            return {}
        return {row[:3]: row[3:] for row in self._project.query(_VERDICTS)}

    def _changed(self, before: dict[tuple[str, ...], tuple[str, ...]]) -> list[str]:
        after = self._verdicts()
        return [
            f"verdict {key}: {value} became {after.get(key)}"
            for key, value in before.items()
            if after.get(key) != value
        ]
