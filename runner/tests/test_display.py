"""What a person sees of a run: bars on a terminal, lines elsewhere, readable with thousands of profiles."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from entities_runner.display import Bars, Lines, display, picture
from entities_runner.progress import Progress
from entities_runner.tally import Tally, duration

ENTITIES = ("portfolios", "campaigns", "ad_groups", "ads", "targets")
RUN = """
import os, sys
from pathlib import Path
from entities_runner import process
from entities_runner.progress import Progress
progress = Progress(Path(sys.argv[1]))
sys.exit(process.run([sys.executable, "-c", sys.argv[2]], os.environ, progress.follow, (), progress.idle))
"""
SLOW = """
import time
print("tap run r1: auto, 2000 profiles, each with entity_campaigns, entity_ads", flush=True)
print("tap slice done profile=1 entity=campaigns rows=1234 pages=2 retries=0 throttled=61.0", flush=True)
print("tap slice failed profile=1 entity=ads rows=0 error=[bold]x[/] \\u202e\\x1b[2J request_id=R1", flush=True)
time.sleep(60)
"""


def log(profiles: int) -> Iterator[bytes]:
    names = ", ".join(f"entity_{name}" for name in ENTITIES)
    yield f"tap run r1: auto, {profiles} profiles, each with {names}\n".encode()
    for profile in range(profiles):
        for name in ENTITIES:
            if name == "ads":
                yield f"tap slice failed profile={profile} entity=ads rows=0 error=HTTP 500 request_id=R\n".encode()
            else:
                text = f"tap slice done profile={profile} entity={name} rows=1000 pages=2 retries=0 throttled=0.1\n"
                yield text.encode()


@pytest.mark.parametrize("profiles", [2_000, 5_000])
def test_of_thousands_of_profiles_the_totals_are_said_and_a_failure_of_each_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], profiles: int
) -> None:
    Progress(tmp_path / "run.log", {}).follow(log(profiles))
    lines = capsys.readouterr().out.splitlines()
    assert sum("FAILED" in line for line in lines) == 1
    assert len(lines) < 20
    assert f"{profiles:,} of {profiles:,} profiles, 0 remain, {4_000 * profiles:,} rows" in lines[-1]
    assert f"{profiles:,} slices failed" in lines[-1]


def test_a_line_per_slice_comes_for_few_profiles_and_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for profiles, environment in ((3, {}), (300, {"PROGRESS": "slices"})):
        Progress(tmp_path / "run.log", environment).follow(log(profiles))
        assert capsys.readouterr().out.count("rows") == 4 * profiles
    Progress(tmp_path / "run.log", {"PROGRESS": "totals"}).follow(log(3))
    assert capsys.readouterr().out.count(" rows,") == 1


def test_totals_come_every_few_seconds_with_what_remains_and_how_long_it_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = [100.0]
    tally = Tally(lambda: now[0])
    lines = Lines(tally, "totals", lambda: now[0])
    for _ in range(5):
        lines.tick()
        now[0] += 8
    assert capsys.readouterr().out == "  Starting Meltano ...\n"
    tally.begin(100, ENTITIES)
    for profile in range(25):
        for name in ENTITIES:
            tally.end(str(profile), name, 100, 1)
        now[0] += 2
    tally.throttled = 75
    lines.tick()
    lines.tick()
    assert capsys.readouterr().out == (
        "  25 of 100 profiles, 75 remain, 12,500 rows, 125 pages, 250 rows/s, "
        "throttled 1:15 min (sum of all slices), about 2:32 min left\n"
    )


def test_how_long_it_takes_follows_from_the_latest_slices_and_is_not_said_of_a_few() -> None:
    now = [0.0]
    tally = Tally(lambda: now[0])
    tally.begin(100, ENTITIES)
    assert tally.seconds_left is None
    now[0] = 300.0
    tally.end("0", "portfolios", 1, 1)
    assert tally.seconds_left is None
    for slice_ in range(1, 250):
        assert slice_ > 25 or tally.seconds_left is None
        now[0] += 1
        tally.end(str(slice_ // 5), ENTITIES[slice_ % 5], 1, 1)
    assert tally.seconds_left == pytest.approx(250, rel=0.02)
    for slice_ in range(250, 500):
        tally.end(str(slice_ // 5), ENTITIES[slice_ % 5], 3, 1)
    now[0] += 1_000
    assert tally.rate == pytest.approx(1_000 / 549)


def test_what_is_going_on_is_said_while_no_slice_is_read() -> None:
    now = [0.0]
    tally = Tally(lambda: now[0])
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True, color_system=None)
    console.print(picture(tally, 80, 24))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().strip() == "Starting Meltano ..."


@pytest.mark.parametrize("environment", [{}, {"PROGRESS": "slices"}])
def test_what_every_profile_may_have_is_said_once_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], environment: dict[str, str]
) -> None:
    progress = Progress(tmp_path / "run.log", environment)
    lines = [b"tap run r1: auto, 2000 profiles, each with entity_ads\n"]
    for profile in range(1_000, 3_000):
        again = f"sp/ads/list (region NA, profile {profile}): HTTP 500 oops; trying again in 0.{profile} s"
        lines += [f"tap {again} (request id R{profile})\n".encode()]
        lines += [f"tap profile {profile}: sp/ads/list accepted: {profile} of 9,000 rows are missing\n".encode()]
        lines += [f"tap slice done profile={profile} entity=ads rows=1 pages=1\n".encode()]
    progress.follow(lines)
    shown = capsys.readouterr().out
    assert shown.count("trying again") == 1
    assert shown.count("accepted") == 1
    assert f"1,999 more lines like these: {progress.log}" in shown
    assert "2,000 requests tried again" in progress.tally.sentence()


@pytest.mark.parametrize(("width", "height"), [(120, 40), (80, 24), (40, 12), (20, 5)])
def test_bars_fit_the_terminal_however_many_profiles(width: int, height: int) -> None:
    tally = Tally()
    tally.begin(5_000, ENTITIES)
    for profile in range(3_000):
        tally.end(str(profile), "campaigns", 1_000, 2, failed=profile % 2 == 0)
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    console.print(picture(tally, width, height))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue().splitlines()
    assert all(len(line) <= width for line in shown)
    assert len(shown) <= max(height, 9)
    assert "3,000/25,000" in shown[0] or width < 60
    assert any("more prof" in line for line in shown)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}, {}, {"TERM": "xterm"}])
def test_without_a_terminal_there_are_lines(environment: dict[str, str]) -> None:
    assert isinstance(display(Tally(), environment), Lines)


def test_what_stays_above_the_bars_is_text_and_no_markup() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    Bars(Tally(), None, console).say("[bold]a[/bold] :smile:")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "[bold]a[/bold] :smile:\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_terminal_whole(tmp_path: Path, number: signal.Signals) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        command = [sys.executable, "-c", RUN, str(tmp_path / "run.log"), SLOW]
        os.execve(sys.executable, command, {**environment, "TERM": "xterm-256color"})  # noqa: S606 - our own command
    seen = ""
    ends = time.monotonic() + 30
    told = False
    while time.monotonic() < ends:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            seen += data.decode("utf-8", "replace")
        if not told and "1,999 remain" in re.sub(r"\x1b\[[0-9;]*m", "", seen):
            told = True
            os.kill(pid, number)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + number
    assert told
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")
    assert r"FAILED  [bold]x[/] \u202e\x1b[2J (request id R1)" in re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert "throttled 1:01 min (sum" in re.sub(r"\x1b\[[0-9;]*m", "", seen)


def test_durations_are_short() -> None:
    assert [duration(seconds) for seconds in (0, 59.4, 60, 185, 3_720)] == [
        "0 s",
        "59 s",
        "1:00 min",
        "3:05 min",
        "1:02 h",
    ]


def test_refusals_are_counted_and_a_stop_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        b"tap run r1: auto, 1 profiles, each with entity_campaigns, entity_ads\n",
        *[b"tap sp/ads/list (region NA, profile 1): HTTP 429 THROTTLED; trying again in 1.0 s (request id R)\n"] * 3,
        b"tap slice done profile=1 entity=campaigns rows=1 pages=1 retries=0 throttled=0.0\n",
        b"tap slice failed profile=1 entity=ads rows=0 error=stopped by SIGINT request_id=unknown\n",
    ]
    progress = Progress(tmp_path / "run.log", {"PROGRESS": "totals"})
    progress.follow(lines)
    text = capsys.readouterr().out
    assert "1 profile, each with campaigns, ads" in text
    assert text.splitlines()[-1].endswith("1 row, 1 page, 0 rows/s, 3 requests refused (HTTP 429)")
    assert "trying again" not in text
    assert "FAILED" not in text
