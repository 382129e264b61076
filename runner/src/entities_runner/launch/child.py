"""The program that a launcher stands for: started so that it ends with us, its exit code ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from entities_runner import ahead, guard
from entities_runner.account import UsageError
from entities_runner.private_file import LockError
from entities_runner.run import Run

FAILED = "FAILED: "
"""Begins the line that says why something failed."""

SIGNALS = 128
"""What is added to the number of the signal that ended a program."""


_stops: list[int] = []
"""Signals by which somebody has stopped the run."""


def stopped() -> bool:
    """Whether somebody has stopped the run since we began."""
    return bool(_stops)


def this_run() -> Run:
    """The run that Meltano has started us for.

    Raises:
        UsageError: account and database cannot be told.
    """
    return Run.of(_project(), os.environ)


def _project() -> Path:
    return Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path.cwd())


def command(name: str, plugin: str, *, own: bool = True) -> list[str]:
    """How to start a plugin's program: the one of the environment that Meltano has chosen, else the project's."""
    folder = os.environ.get("VIRTUAL_ENV") if own else None
    chosen = Path(folder) if folder and ".meltano" in folder else _project() / ".meltano" / plugin / "venv"
    return [str(chosen / "bin" / name)]


def say(words: str) -> None:
    """Say in a line why something failed."""
    sys.stderr.write(f"{FAILED}{words}\n")
    sys.stderr.flush()


def ended(code: int) -> str:
    """How a program ended that said nothing."""
    if code <= SIGNALS:
        return f"it gave no reason (exit code {code})"
    return f"signal {code - SIGNALS} ended it (9: somebody, or the system for want of memory)"


def exit_with(launch: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> None:
    """Run a launcher, and exit as what it launched."""
    guard.die_with(os.getppid())
    # Services that we start outlive us on purpose, and Meltano makes Python warn of it.
    warnings.simplefilter("ignore", ResourceWarning)
    try:
        sys.exit(launch(arguments))
    except (UsageError, LockError) as error:
        say(str(error))
        _tell(str(error))
        sys.exit(1)


def _tell(reason: str) -> None:
    """Tell who has to be told that a step has refused to begin."""
    from entities_runner.alerts import tell  # noqa: PLC0415 - start-up

    try:
        run = this_run()
    except UsageError:
        # The settings say nothing for sure, who has to be told neither.
        return
    tell.after(tell.Step("tap", run.run_id, reason), run.folder, run.environment({}))


def heard(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a program to its end; its exit code, and all that it wrote."""
    done = subprocess.run(  # noqa: S603 - the project's own programs
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    follow: Callable[[Iterable[bytes]], None] | None = None,
    *,
    errors_too: bool = False,
    holds: Sequence[int] = (),
) -> int:
    """Run a program to its end; what tells us to stop tells it.

    Args:
        command: the program and its arguments.
        environment: its environment.
        follow: takes its standard error line by line; with `errors_too` its standard output as well.
        errors_too: whether both are one.
        holds: locks that last as long as it lives.

    Returns:
        Its exit code; 128 and the signal's number where a signal ended it.
    """
    piped = subprocess.PIPE if follow else None
    process = subprocess.Popen(  # noqa: S603 - Meltano's plugins
        guard.guarded(command),
        env=dict(environment),
        stdout=piped if errors_too else None,
        stderr=subprocess.STDOUT if errors_too else piped,
        pass_fds=holds,
    )
    return _to_its_end(process, follow, process.stdout if errors_too else process.stderr)


@contextmanager
def waiting(command: Sequence[str], holds: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program that waits for what it shall do; killed at the end if it still lives.

    Args:
        command: as `ahead.waiting` makes it.
        holds: locks that last as long as it lives.
    """
    process = subprocess.Popen(guard.guarded(command), stdin=subprocess.PIPE, pass_fds=holds)  # noqa: S603 - as above
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


def end(process: subprocess.Popen[bytes], environment: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Let a program that waits run to its end, as `run` does; its exit code."""
    ahead.go(process.stdin, environment, arguments)
    return _to_its_end(process)


def _to_its_end(
    process: subprocess.Popen[bytes],
    follow: Callable[[Iterable[bytes]], None] | None = None,
    output: IO[bytes] | None = None,
) -> int:
    def pass_on(number: int, _: FrameType | None) -> None:
        # By SIGTERM Meltano ends a loader whose tap has failed. `make sync` passes every signal on as Ctrl-C.
        if number != signal.SIGTERM:
            _stops.append(number)
        # Ctrl-C reaches the whole group by itself.
        if number != signal.SIGINT:
            process.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    if follow and output is not None:
        with output:
            follow(output)
    code = process.wait()
    return SIGNALS - code if code < 0 else code
