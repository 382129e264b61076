"""Which profiles there are now, as the tap lists them."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from entities_runner.account import UsageError
from entities_runner.launch import child
from entities_runner.run import Run
from entities_runner.services import running

_STREAM = "entity_profiles"


def profiles(run: Run) -> tuple[list[tuple[str, str]], bool]:
    """The profiles that a run would read, with their regions; what the tap has to say goes to standard error.

    Returns:
        Those that could be listed, and whether these are all: a region or connection that fails costs no other.

    Raises:
        UsageError: the account cannot be told, or the tap does not start.
    """
    command = child.command("tap-amazon-ads-entities", "extractors/tap-amazon-ads-entities", own=False)
    with (
        running(run.choice, run.home, run.variables) as services,
        tempfile.TemporaryDirectory(prefix="shards-") as folder,
    ):
        environment = run.environment(services)
        discovered = _run([*command, "--discover"], environment)
        if discovered.returncode:
            message = "The tap does not start; the lines above say why."
            raise UsageError(message)
        catalog = Path(folder, "catalog.json")
        catalog.write_text(json.dumps(_alone(json.loads(discovered.stdout))))
        done = _run([*command, f"--catalog={catalog}"], environment)
    messages = map(json.loads, done.stdout.splitlines())
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    return [(str(record["profile_id"]), str(record["region"])) for record in records], done.returncode == 0


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the project's tap
        [*command, "--config=ENV"], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )


def _alone(catalog: dict[str, Any]) -> dict[str, Any]:
    """The catalog with the stream of profiles alone."""
    for stream in catalog["streams"]:
        for each in stream["metadata"]:
            if not each["breadcrumb"]:
                each["metadata"]["selected"] = stream["tap_stream_id"] == _STREAM
    return catalog
