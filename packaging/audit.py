"""Looks for known vulnerabilities in every lock file, and fails at the end where one is known or a file stays unknown.

Run by `make audit`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PROGRAM = Path(sys.executable).with_name("pip-audit")
_OPTIONS = ("--progress-spinner=off", "--disable-pip", "--require-hashes", "--strict", "--format=json")
_SECONDS = 600
_LONGEST = 200


class NotLookedUpError(Exception):
    """Nothing is known of a file; the message says why."""


def main(files: Sequence[str]) -> int:
    """Look at every file, and say what was found.

    Returns:
        The exit code: 0 only where all could be looked up and nothing is known.
    """
    vulnerable = unknown = 0
    for file in files:
        try:
            found = vulnerabilities(_asked(file))
        except NotLookedUpError as error:
            unknown += 1
            _say(f"{file}: could not be looked up ({error})")
            continue
        vulnerable += bool(found)
        _say(f"{file}: {'; '.join(found) or 'nothing is known'}")
    if unknown:
        _say(
            f"{unknown} of {len(files)} files could not be looked up: the Python Package Index knows of them "
            "and has to be reachable (a proxy in HTTPS_PROXY is used; a mirror does not do)."
        )
    if vulnerable:
        _say(f"{vulnerable} of {len(files)} files lock a package with a known vulnerability: update it with make lock.")
    return int(bool(unknown or vulnerable))


def _asked(file: str) -> str:
    """What pip-audit found, as JSON.

    Raises:
        NotLookedUpError: it found out nothing.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [str(_PROGRAM), *_OPTIONS, "-r", file], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        message = f"no answer within {_SECONDS} s"
        raise NotLookedUpError(message) from None
    if not done.stdout.strip():
        # The last line is the error itself, also of a traceback.
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise NotLookedUpError(lines[-1][:_LONGEST])
    return done.stdout


def vulnerabilities(report: str) -> list[str]:
    """What a report of pip-audit names, a text each.

    Raises:
        NotLookedUpError: of a package nothing could be found out.
    """
    packages = json.loads(report)["dependencies"]
    for each in packages:
        if reason := each.get("skip_reason"):
            raise NotLookedUpError(reason[:_LONGEST])
    return [
        f"{each['name']} {each['version']} has {known['id']}, repaired in {', '.join(known['fix_versions']) or 'none'}"
        for each in packages
        for known in each["vulns"]
    ]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
