"""The command behind `make status`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from entities_runner.account import UsageError
from entities_status import document, monitor, source
from entities_status.reader import Reader
from entities_status.web import app

PORT = 8791
_BACKLOG, _AT_ONCE = 64, 24


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the page, or write what is asked for."""
    options = _options(arguments)
    # They end what was started with it as Ctrl-C does. What serves the page takes SIGTERM itself, and no other.
    signal.signal(signal.SIGTERM, _terminated)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        with source.reader(Path.cwd(), os.environ) as reader:
            if options.json:
                sys.exit(_json(reader))
            elif options.html:
                _html(reader, Path(options.html))
            else:
                with suppress(KeyboardInterrupt):
                    _serve(reader, options.port)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


def _terminated(number: int, _: object) -> None:
    sys.exit(128 + number)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make status", description="Show how everything is, without changing anything.")
    parser.add_argument("--port", type=int, default=PORT, help=f"of the page on 127.0.0.1 ({PORT})")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--html", metavar="FILE", help="write it as one file that needs nothing else")
    only.add_argument(
        "--json", action="store_true", help="print what is not well; the exit code is 0 only when all is well"
    )
    return parser.parse_args(arguments)


def _json(reader: Reader) -> int:
    report = monitor.report(reader)
    try:
        sys.stdout.write(f"{json.dumps(report, indent=2)}\n")
        sys.stdout.flush()
    except OSError as error:
        # Nothing more can be written there, at the end neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        message = f"The answer cannot be written: {error.strerror}."
        raise UsageError(message) from error
    return 0 if report["ok"] else 1


def _html(reader: Reader, path: Path) -> None:
    text = document.html(reader)
    try:
        # It holds the account's names: for the user alone, as the logs are.
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise UsageError(message) from error
    sys.stdout.write(f"Written: {path}\n")


def _serve(reader: Reader, port: int) -> None:
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            message = f'Port {port} of 127.0.0.1 cannot be used ({error}): choose another with ARGS="--port N".'
            raise UsageError(message) from error
        listener.listen(_BACKLOG)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        sys.stdout.write(f"{address} shows {reader.address} as {reader.user}. Ctrl-C ends it.\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app.make(reader), log_level="warning", access_log=False, server_header=False, limit_concurrency=_AT_ONCE
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
