"""The command behind `make sync`: whatever becomes of it, it ends in words and with the exit code that fits."""

from __future__ import annotations

import contextlib
import sys
import warnings

from entities_runner import imports, stops, terminal

_SIGNALS = 128


def main() -> None:
    """Sync, and exit with what the run deserves."""
    terminal.open_streams()
    # Services outlive who starts them, which Python warns of where it is asked to.
    warnings.simplefilter("ignore", ResourceWarning)
    try:
        with stops.raised():
            # Imports take half a second, in which somebody may stop the run.
            with imports.kept():
                from entities_runner.begin import begin  # noqa: PLC0415

            code = begin()
    except stops.Stopped as stop:
        _say_last(stops.sentence(stop.number))
        code = _SIGNALS + stop.number
    except OSError as error:
        _say_last(terminal.refused(error))
        code = 1
    sys.exit(code)


def _say_last(text: str) -> None:
    """Where standard output takes nothing, on standard error."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        terminal.silence(terminal.STDOUT)
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
