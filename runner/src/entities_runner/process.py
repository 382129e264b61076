"""Runs Meltano in a session of its own, and leaves none of it behind."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import FrameType

from entities_runner import ahead, stops
from entities_runner.guard import guarded
from entities_runner.session import Session
from entities_runner.terminal import STDERR, STDOUT, silence

_GRACE = 4.0
"""Seconds after a signal until everything is killed."""
_REST = 5.0
"""Seconds for what still writes when the command itself has ended."""
_ABANDON = 2.0
"""Seconds after that until whoever follows the output is interrupted, wherever that is stuck."""
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    follow: Callable[[Iterable[bytes]], None],
    pass_fds: Sequence[int] = (),
    idle: Callable[[], None] = lambda: None,
) -> int:
    """Run a command to its end.

    Args:
        command: Meltano.
        environment: its variables.
        follow: gets the lines of its output as they come.
        pass_fds: descriptors it inherits, such as a lock that shall be held as long as it lives.
        idle: called some times a second while no line comes.

    Returns:
        As `end` does.
    """
    return _Run(follow, idle).to_its_end(lambda: _start(command, environment, subprocess.DEVNULL, pass_fds))


@contextlib.contextmanager
def waiting(command: Sequence[str], pass_fds: Sequence[int] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command that waits for its environment before it does anything; killed at the end if it still lives.

    Args:
        command: as `ahead.waiting` makes it.
        pass_fds: descriptors it inherits.
    """
    started = _start(command, os.environ, subprocess.PIPE, pass_fds)
    try:
        yield started
    finally:
        if started.returncode is None:
            Session(started).end()
        for pipe in (started.stdin, started.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def end(
    started: subprocess.Popen[bytes],
    environment: Mapping[str, str],
    follow: Callable[[Iterable[bytes]], None],
    idle: Callable[[], None] = lambda: None,
) -> int:
    """Let a command that waits run to its end; Ctrl-C, SIGTERM and a closed terminal end everything it has started.

    Meltano itself hangs when it is interrupted while the tap is ahead of the loader, so it gets a SIGINT, some
    seconds, and then a SIGKILL; a second signal kills at once. When this process is killed, the command is too.

    Args:
        started: the command.
        environment: its variables.
        follow: gets the lines of its output as they come.
        idle: called some times a second while no line comes.

    Returns:
        Its exit code; 128 and the number of the signal when one ended it or interrupted us.
    """

    def told() -> subprocess.Popen[bytes]:
        ahead.go(started.stdin, environment)
        return started

    return _Run(follow, idle).to_its_end(told)


def _start(
    command: Sequence[str], environment: Mapping[str, str], stdin: int, pass_fds: Sequence[int]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - Meltano
        guarded(command),
        env=dict(environment),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=pass_fds,
        # What Meltano and its plugins write is for this user alone: settings with secrets are among it.
        umask=0o077,
    )


class _Abandoned(BaseException):
    """Everything is killed, and whoever follows the output is stuck."""


class _Run:
    """One command, the signals that came meanwhile, and what they lead to."""

    def __init__(self, follow: Callable[[Iterable[bytes]], None], idle: Callable[[], None]) -> None:
        self._follow = follow
        self._idle = idle
        self._following = False
        self._session: Session | None = None
        self._signals: list[int] = []
        self._killed = False
        self._latest = float("inf")

    def to_its_end(self, start: Callable[[], subprocess.Popen[bytes]]) -> int:
        with self._handlers():
            process = start()
            session = self._session = Session(process)
            assert process.stdout is not None  # noqa: S101 - it was asked for
            try:
                if self._signals:
                    session.signal(signal.SIGINT)
                self._following = True
                self._follow(self._lines(session, process.stdout.fileno()))
                self._following = False
                self._wait_for_leader(session)
            except _Abandoned:
                silence(STDOUT)
            except OSError:
                # A terminal that is closed takes no more output; what it was closed for has been handled.
                if not self._signals:
                    raise
            finally:
                self._following = False
                code = session.end()
                process.stdout.close()
        if signal.SIGHUP in self._signals:
            _silence_closed_terminal()
        return 128 + self._signals[0] if self._signals else code

    @contextlib.contextmanager
    def _handlers(self) -> Iterator[None]:
        numbers = stops.heeded()
        alarm = signal.signal(signal.SIGALRM, self._overdue)
        previous = {number: signal.signal(number, self._stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            # In this order: an alarm that came late would end the whole process.
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)

    def _stop(self, number: int, _: FrameType | None) -> None:
        self._signals.append(number)
        if len(self._signals) > 1:
            self._kill()
            return
        self._latest = time.monotonic() + _GRACE + 1
        signal.setitimer(signal.ITIMER_REAL, _GRACE)
        if self._session is not None:
            self._session.signal(signal.SIGINT)

    def _overdue(self, _: int, __: FrameType | None) -> None:
        if not self._killed:
            self._kill()
        elif self._following:
            raise _Abandoned

    def _kill(self) -> None:
        self._killed = True
        self._latest = min(self._latest, time.monotonic() + 1)
        signal.setitimer(signal.ITIMER_REAL, _ABANDON)
        if self._session is not None:
            self._session.kill()

    def _lines(self, session: Session, output: int) -> Iterator[bytes]:
        """The output by lines, until it ends or nobody is left who should write."""
        rest = b""
        ends = float("inf")
        while time.monotonic() < min(ends, self._latest):
            if select.select([output], [], [], 0.2)[0]:
                data = os.read(output, _CHUNK)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                yield from (line + b"\n" for line in lines)
                if len(rest) > _LONGEST_LINE:
                    yield rest
                    rest = b""
            else:
                self._idle()
            if ends == float("inf") and session.is_leaderless():
                ends = time.monotonic() + _REST
        if rest:
            yield rest

    def _wait_for_leader(self, session: Session) -> None:
        """It may have closed its output long before it ends."""
        while not session.is_leaderless() and time.monotonic() < self._latest:
            time.sleep(0.05)


def _silence_closed_terminal() -> None:
    """Whatever is said from here on is said to nobody, instead of ending in an error."""
    for descriptor in (STDOUT, STDERR):
        try:
            termios.tcgetattr(descriptor)
        except termios.error as error:
            if error.args[0] in {errno.EIO, errno.ENXIO}:
                silence(descriptor)
