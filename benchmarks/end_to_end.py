"""From the API into Postgres under Meltano: what it takes, and where the time goes."""

from __future__ import annotations

import json
import pstats
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from harness.pipeline import BIN, TARGET, Direct, Pipeline
from harness.project import project
from harness.warehouse import renew
from measure import HERE, Measurement, median, run
from tap_cases import account

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.postgres import EmbeddedPostgres

SIZES = {"profiles": 1, "campaigns": 10_000, "ad_groups": 2, "ads": 2, "keywords": 4, "targets": 1}
"""170,000 rows in all four tables."""

GROWING = (500, 6_000, 60_000)
"""Campaigns: 8,500 rows, 102,000 and a million."""

FEW = {"profiles": 1, "campaigns": 500, "ad_groups": 2, "ads": 2, "keywords": 4, "targets": 1}
SETTINGS = {"mode": "full", "ad_products": ["SP"]}
Load = Callable[[], Measurement]
STOCK = TARGET.with_name("target-postgres")
BOTH = ("run", "tap-amazon-ads-entities", "target-postgres")
REPEAT = 3

VARIANTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as shipped here", {}),
    ("batch_size_rows: 1000", {"batch_size_rows": 1000}),
    ("batch_size_rows: 50000", {"batch_size_rows": 50_000}),
    ("use_copy: false", {"use_copy": False}),
    ("validate_records: true", {"validate_records": True}),
    ("sanitize_null_text_characters: false", {"sanitize_null_text_characters": False}),
    ("the loader's own defaults", {"use_copy": False, "validate_records": True, "add_record_metadata": True}),
)


@dataclass
class Bench:
    """One account, one database, and what the tap wrote."""

    pipeline: Pipeline
    folder: Path

    @property
    def written(self) -> Path:
        """The tap's output."""
        return self.folder / "tap.jsonl"

    def prepare(self) -> None:
        """Empty landing tables, as `prepare` makes them."""
        renew(self.pipeline)

    def tap(self) -> Measurement:
        """The tap into a file."""
        command = [str(BIN / "tap-amazon-ads-entities"), "--config=ENV"]
        return run(command, self.pipeline.environment(**SETTINGS), keep=self.written)

    def target(self, program: Path = TARGET, **settings: Any) -> Measurement:
        """The loader from that file."""
        return self._load([str(program)], settings)

    def target_again(self, program: Path) -> Measurement:
        """The same rows once more."""
        return run([str(program), "--config", str(self.config({}))], source=self.written)

    def bare(self) -> Measurement:
        """The same file by COPY and nothing else."""
        self.prepare()
        return self.bare_again()

    def bare_again(self) -> Measurement:
        """The same rows once more."""
        return run([sys.executable, str(HERE / "bare_load.py"), str(self.written), str(self.config({}))])

    def target_with_parallel_drains(self) -> Measurement:
        """The same, merging four streams at once at the end: the loader has one at a time built in."""
        code = (
            "from target_postgres.target import TargetPostgres\n"
            "TargetPostgres.max_parallelism = property(lambda self: 4, lambda self, value: None)\n"
            "TargetPostgres.cli()\n"
        )
        return self._load([str(TARGET.parent / "python"), "-c", code], {})

    def _load(self, command: Sequence[str], settings: Mapping[str, Any]) -> Measurement:
        self.prepare()
        return run([*command, "--config", str(self.config(settings))], source=self.written)

    def config(self, settings: Mapping[str, Any]) -> Path:
        """The loader's settings in a file."""
        path = Direct.config(self.pipeline)
        path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
        return path

    def meltano(self, loader: str = "copy") -> Measurement:
        """`meltano run` of both."""
        self.prepare()
        command = [str(BIN / "meltano"), "--environment=prod", *BOTH]
        return run(command, {**self.pipeline.environment(**SETTINGS), "AMAZON_ADS_LOADER": loader})


@contextmanager
def benches(sizes: Mapping[str, Any]) -> Iterator[Bench]:
    """A bench with an account of that size."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder), free_port()) as postgres,
        account(**sizes) as sandbox,
    ):
        yield Bench(Pipeline(sandbox, postgres, Path(folder)), Path(folder))


def loaders() -> Iterator[str]:
    """The loader by COPY beside the one it rests on, and beside COPY and nothing else."""
    yield "\n## Loading the same lines through standard input, all indexes on\n"
    yield "| loader | rows | rows a second, new | the same again | CPU seconds, new | again | peak memory |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    with benches(SIZES) as bench:
        rows = bench.tap().rows
        ways: tuple[tuple[str, Load, Load], ...] = (
            ("meltanolabs-target-postgres 0.8.1", lambda: bench.target(STOCK), lambda: bench.target_again(STOCK)),
            ("by COPY", bench.target, lambda: bench.target_again(TARGET)),
            ("COPY and nothing else", bench.bare, bench.bare_again),
        )
        for name, first, once_more in ways:
            pairs = [(first(), once_more()) for _ in range(REPEAT)]
            new, again = (median([pair[place] for pair in pairs]) for place in (0, 1))
            speed = f"{rows / new.wall:,.0f} | {rows / again.wall:,.0f}"
            memory = max(new.memory, again.memory)
            yield f"| {name} | {rows:,} | {speed} | {new.cpu:.2f} | {again.cpu:.2f} | {memory:.0f} MB |"


def growing_load() -> Iterator[str]:
    """The loader as the account grows."""
    yield "\n## Loading as the account grows, all rows new\n"
    yield "| rows | by COPY, rows a second | COPY and nothing else | share | peak memory: by COPY, nothing else |"
    yield "|---:|---:|---:|---:|---:|"
    for campaigns in GROWING:
        with benches({**SIZES, "campaigns": campaigns}) as bench:
            rows = bench.tap().rows
            repeat = REPEAT if campaigns < GROWING[-1] else 1
            ours = median([bench.target() for _ in range(repeat)])
            bare = median([bench.bare() for _ in range(repeat)])
        speeds = f"{rows / ours.wall:,.0f} | {rows / bare.wall:,.0f} | {bare.wall / ours.wall:.2f}"
        yield f"| {rows:,} | {speeds} | {ours.memory:.0f} MB, {bare.memory:.0f} MB |"


def whole_chain() -> Iterator[str]:
    """`meltano run` against the slower of its two parts."""
    yield "\n## From the API into Postgres (no latency)\n"
    yield "| | rows | seconds | rows a second | CPU seconds |"
    yield "|---|---:|---:|---:|---:|"
    with benches(FEW) as few:
        few.tap()
        start = median([few.meltano() for _ in range(REPEAT)]).wall
        parts = max(few.tap().wall, median([few.target() for _ in range(REPEAT)]).wall)
    with benches(SIZES) as bench:
        bench.tap()
        tap = median([bench.tap() for _ in range(REPEAT)])
        target = median([bench.target() for _ in range(REPEAT)])
        chain = median([bench.meltano() for _ in range(REPEAT)])
        stock, stock_chain = bench.target(STOCK), bench.meltano("stock")
        rows = tap.rows
        shares = _cpu_by_program(bench)
    measured = {
        "tap alone": tap,
        "the loader alone": target,
        "`meltano run`": chain,
        "the stock loader alone, once": stock,
        "`meltano run` with it, once": stock_chain,
    }
    for name, each in measured.items():
        yield f"| {name} | {rows:,} | {each.wall:.2f} | {rows / each.wall:,.0f} | {each.cpu:.2f} |"
    own = start - parts
    slower = max(tap.wall, target.wall)
    yield f"\nMeltano's own start-up (a run of {few_rows()} rows beyond its slower part): {own:.1f} s. Apart from it,"
    yield f"`meltano run` takes **{(chain.wall - own) / slower:.2f}** times the slower part alone.\n"
    yield "CPU seconds of one such run by program: " + ", ".join(
        f"{name} {seconds:.1f}" for name, seconds in sorted(shares.items(), key=lambda item: -item[1])
    )


def few_rows() -> str:
    """Rows of the small account, in words."""
    return f"{FEW['campaigns'] * 17:,}"


def loader_settings() -> Iterator[str]:
    """target-postgres under other settings, and what it spends its time on."""
    yield "\n## target-postgres alone under other settings\n"
    yield "| setting | rows a second |"
    yield "|---|---:|"
    with benches({**SIZES, "campaigns": 4_000}) as bench:
        rows = bench.tap().rows
        bench.target(STOCK)
        for name, settings in VARIANTS:
            each = median([bench.target(STOCK, **settings) for _ in range(2)])
            yield f"| {name} | {rows / each.wall:,.0f} |"
        each = median([bench.target_with_parallel_drains() for _ in range(2)])
        yield f"| four drains at once (patched: there is no setting) | {rows / each.wall:,.0f} |"
        profile = list(_profile(bench))
    yield "\nWhere its own time goes (cProfile; self time, with what it calls in other packages apart):\n"
    yield "| function | share |"
    yield "|---|---:|"
    yield from profile


def _profile(bench: Bench) -> Iterator[str]:
    """The loader's most expensive functions."""
    bench.prepare()
    result = bench.folder / "profile"
    code = (
        "import cProfile, sys\n"
        "from target_postgres.target import TargetPostgres\n"
        f"sys.argv = ['target-postgres', '--config', {str(bench.config({}))!r}]\n"
        "profile = cProfile.Profile()\n"
        "try:\n    profile.runcall(TargetPostgres.cli)\n"
        f"finally:\n    profile.dump_stats({str(result)!r})\n"
    )
    run([str(TARGET.parent / "python"), "-c", code], source=bench.written)
    stats = pstats.Stats(str(result)).stats  # type: ignore[attr-defined]
    total = sum(values[2] for values in stats.values())
    for (file, _, name), values in sorted(stats.items(), key=lambda item: -item[1][2])[:12]:
        package = "/".join(Path(file).parts[-2:]) if file != "~" else "built-in"
        yield f"| `{package}` {name} | {values[2] / total:.0%} |"


def _cpu_by_program(bench: Bench) -> dict[str, float]:
    """CPU seconds of everything that takes part in one `meltano run`, read while it runs."""
    bench.prepare()
    seen: dict[tuple[int, float], tuple[str, float]] = {}
    before = {process.pid: sum(process.cpu_times()[:2]) for process in psutil.process_iter()}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            for process in psutil.process_iter(["cmdline", "cpu_times", "create_time"]):
                line = " ".join(process.info["cmdline"] or ())
                name = next((name for mark, name in _MARKS if mark in line), None)
                if name and process.info["cpu_times"]:
                    used = sum(process.info["cpu_times"][:2]) - before.get(process.pid, 0.0)
                    seen[(process.pid, process.info["create_time"])] = (name, used)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        command = [str(BIN / "meltano"), "--environment=prod", *BOTH]
        environment = bench.pipeline.environment(**SETTINGS)
        subprocess.run(command, env=environment, cwd=project(), capture_output=True, check=True)  # noqa: S603
    finally:
        ended.set()
        watcher.join()
    totals: dict[str, float] = {}
    for name, used in seen.values():
        totals[name] = totals.get(name, 0.0) + used
    return totals


_MARKS = (
    ("bin/tap-amazon-ads-entities", "tap"),
    ("bin/target-postgres", "target-postgres"),
    ("bin/meltano", "Meltano"),
    ("amazon_ads_sandbox serve", "sandbox"),
    ("postgres", "Postgres"),
)

PARTS = (whole_chain, loaders, growing_load, loader_settings)
