"""However a run ends, nothing of it is left, and it never takes long."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from entities_runner import guard, process, stops
from entities_runner.lock import Busy, only_one
from entities_runner.process import run

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a parent's death is not told to its children")

RUNNER = """
import os, sys
from pathlib import Path
from entities_runner.process import run

def show(lines):
    for line in lines:
        sys.stdout.write(line.decode())
        sys.stdout.flush()

code = run([sys.executable, "-c", sys.argv[1], *sys.argv[3:]], os.environ, show)
print("a summary", flush=True)
Path(sys.argv[2]).write_text(str(code))
sys.exit(code)
"""
STUBBORN = """
import os, signal, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
folder = sys.argv[1]
if os.fork() == 0:
    if os.fork() == 0:
        os.setpgid(0, 0)
        open(f"{folder}/grandchild", "w").write(str(os.getpid()))
        time.sleep(60)
    os._exit(0)
open(f"{folder}/child", "w").write(str(os.getpid()))
time.sleep(60)
"""
POLITE = """
import sys, time
open(f"{sys.argv[1]}/child", "w").write("ready")
time.sleep(60)
"""


class Runner:
    """A process that runs code as `make sync` runs Meltano."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: subprocess.Popen[bytes] | None = None

    def command(self, code: str) -> list[str]:
        return [sys.executable, "-c", RUNNER, code, str(self.folder / "code"), str(self.folder)]

    def start(
        self, code: str, stdout: int = subprocess.DEVNULL, before: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        self.started = subprocess.Popen([*before, *self.command(code)], stdout=stdout)
        return self.started

    def told(self, name: str) -> str:
        """What has been written to a file of that name, once it has."""
        path = self.folder / name
        until(lambda: path.exists() and path.read_text() != "")
        return path.read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    made = Runner(tmp_path)
    yield made
    if made.started is not None:
        made.started.kill()
        made.started.wait()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def is_gone(pid: str) -> bool:
    """Whether a process has ended, asked after by its parent or not."""
    try:
        os.kill(int(pid), 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc").is_dir()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_and_is_its_exit_code(runner: Runner, number: signal.Signals) -> None:
    started = runner.start(POLITE)
    runner.told("child")
    began = time.monotonic()
    started.send_signal(number)
    assert started.wait(10) == 128 + number
    assert time.monotonic() - began < 3


def test_children_that_ignore_signals_are_killed_in_time(runner: Runner) -> None:
    started = runner.start(STUBBORN)
    pids = [runner.told("child")]
    grandchild = runner.told("grandchild")
    if Path("/proc").is_dir():
        # Elsewhere those who left the group cannot be found.
        pids.append(grandchild)
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    assert started.wait(10) == 143
    assert 3 < time.monotonic() - began < 10
    assert all(map(is_gone, pids))


def test_a_second_signal_kills_at_once(runner: Runner) -> None:
    started = runner.start(STUBBORN)
    child = runner.told("child")
    began = time.monotonic()
    started.send_signal(signal.SIGINT)
    time.sleep(0.3)
    started.send_signal(signal.SIGTERM)
    assert started.wait(10) == 130
    assert time.monotonic() - began < 2.5
    assert is_gone(child)


def test_a_closed_terminal_ends_a_run_and_what_is_said_after_is_no_error(runner: Runner) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        code = STUBBORN.replace("time.sleep(60)", "[(time.sleep(0.1), print(1, flush=True)) for _ in range(600)]")
        os.execv(sys.executable, runner.command(code))  # noqa: S606 - our own command
    child = runner.told("child")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 129
    assert runner.told("code") == "129"
    assert is_gone(child)


def test_nohup_keeps_a_run_through_a_closed_terminal(runner: Runner) -> None:
    started = runner.start(POLITE.replace("60", "1"), before=("nohup",))
    runner.told("child")
    started.send_signal(signal.SIGHUP)
    assert started.wait(10) == 0


def test_nobody_reads_what_a_run_says_and_it_ends_in_time(runner: Runner) -> None:
    chatty = STUBBORN.replace("\ntime.sleep(60)", "\nwhile True: print('x' * 1000, flush=True)")
    started = runner.start(chatty, stdout=subprocess.PIPE)
    child = runner.told("child")
    time.sleep(0.5)
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    assert started.wait(10) == 143
    assert time.monotonic() - began < 10
    assert is_gone(child)
    assert started.stdout is not None
    started.stdout.close()


@linux
def test_a_killed_run_takes_its_command_along(runner: Runner) -> None:
    started = runner.start(STUBBORN)
    child = runner.told("child")
    started.kill()
    until(lambda: is_gone(child))


def test_after_a_killed_run_the_next_begins_when_its_command_is_gone(tmp_path: Path) -> None:
    """On Linux at once; elsewhere the command holds the lock until it ends."""
    code = f"""
import os, sys
from pathlib import Path
from entities_runner.lock import only_one
from entities_runner.process import run
with only_one(Path(sys.argv[2])) as held:
    run([sys.executable, "-c", {POLITE.replace("60", "5")!r}, sys.argv[1]], os.environ, list, pass_fds=[held.fd])
"""
    folder = tmp_path / ".sandbox"
    started = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(folder)])
    until((tmp_path / "child").exists)
    with pytest.raises(Busy), only_one(folder):
        pass
    began = time.monotonic()
    started.kill()
    started.wait()

    def can_begin() -> bool:
        try:
            with only_one(folder):
                return True
        except Busy:
            return False

    until(can_begin)
    assert sys.platform != "linux" or time.monotonic() - began < 2


@linux
def test_a_command_whose_parent_died_first_never_begins(tmp_path: Path) -> None:
    command = guard.guarded(["touch", str(tmp_path / "begun")])
    command[command.index(str(os.getpid()))] = "1"
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "begun").exists()


@pytest.mark.parametrize("leave", ["", "os.setpgid(0, 0)", "os.setsid()"])
@pytest.mark.parametrize("last", ["time.sleep(60)", "while True: print('more', flush=True)"])
def test_output_that_somebody_keeps_open_ends_soon_after_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave: str, last: str
) -> None:
    monkeypatch.setattr(process, "_REST", 1.0)
    code = f"""
import os, sys, time
if os.fork() == 0:
    {leave or "pass"}
    open(sys.argv[1], "w").write(str(os.getpid()))
    {last}
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
print("done", flush=True)
sys.exit(5)
"""
    said: list[bytes] = []
    began = time.monotonic()
    assert run([sys.executable, "-c", code, str(tmp_path / "left")], os.environ, said.extend) == 5
    assert time.monotonic() - began < 5
    assert b"done" in b"".join(said)
    left = (tmp_path / "left").read_text()
    if "setsid" in leave:
        os.kill(int(left), signal.SIGKILL)
    elif not leave or Path("/proc").is_dir():
        assert is_gone(left)


def test_lines_come_as_they_are_written_the_last_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LONGEST_LINE", 200_000)
    said: list[bytes] = []
    code = "import sys; sys.stdout.write('a\\n\\nb\\n' + 'c' * 300_000 + 'd'); sys.stdout.flush(); sys.stdout.close()"
    assert run([sys.executable, "-c", code], os.environ, said.extend) == 0
    assert said[:3] == [b"a\n", b"\n", b"b\n"]
    assert b"".join(said[3:]) == b"c" * 300_000 + b"d"


def test_a_command_that_a_signal_ends_has_the_shells_exit_code() -> None:
    assert run(["sh", "-c", "kill -KILL $$"], os.environ, list) == 137


def test_a_command_that_is_not_there_is_said() -> None:
    said: list[bytes] = []
    assert run(["/no/such/meltano"], os.environ, said.extend) == 127
    assert said == [b"/no/such/meltano cannot be run: No such file or directory\n"]


def test_an_error_of_whoever_follows_ends_the_run_too(tmp_path: Path) -> None:
    def fail(lines: object) -> None:
        until((tmp_path / "child").exists)
        message = f"no room for {lines}"
        raise OSError(message)

    with pytest.raises(OSError, match="no room"):
        run([sys.executable, "-c", STUBBORN, str(tmp_path)], os.environ, fail)
    assert is_gone((tmp_path / "child").read_text())


def test_handlers_and_alarms_are_as_before() -> None:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM]
    before = [signal.getsignal(number) for number in numbers]
    run(["true"], os.environ, list)
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_descriptors_that_are_passed_stay_open(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        code = "import os, sys; os.write(int(sys.argv[1]), b'here')"
        assert run([sys.executable, "-c", code, str(file.fileno())], os.environ, list, pass_fds=[file.fileno()]) == 0
    assert (tmp_path / "file").read_text() == "here"


@pytest.mark.parametrize("number", stops.BY)
def test_a_signal_before_the_command_runs_is_raised_once_what_is_being_started_is_started(
    number: signal.Signals,
) -> None:
    done = []
    with pytest.raises(stops.Stopped) as stopped, stops.raised():
        try:
            with stops.later():
                os.kill(os.getpid(), number)
                done.append("started")
            done.append("begun")
        finally:
            with stops.later():
                os.kill(os.getpid(), number)
                done.append("stopped")
    assert stopped.value.number == number
    assert done == ["started", "stopped"]


def test_whoever_insists_does_not_wait_for_what_is_being_started() -> None:
    with pytest.raises(stops.Stopped), stops.raised(), stops.later():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("it went on")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_output_that_takes_nothing_ends_a_sync_in_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from entities_runner.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "The run has ended, because the system refused it something (No space left on device)."
    )
    assert len(done.stderr.splitlines()) == 1


def test_a_sync_whose_output_is_closed_opens_nothing_in_its_place(tmp_path: Path) -> None:
    said = "import os; from entities_runner import terminal; terminal.open_streams(); print('nobody'); "
    said += "os._exit(os.open('a', os.O_CREAT | os.O_WRONLY) <= 2)"
    closed = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", said]
    assert subprocess.run(closed, cwd=tmp_path, check=False, timeout=60).returncode == 0
