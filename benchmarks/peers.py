"""The latency cases, alone and side by side with Airbyte's source-amazon-ads in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import HERE, Measurement, config, repeated, tap
from tap_cases import account

from amazon_ads_sandbox.process import SandboxProcess

AIRBYTE = "airbyte-source-amazon-ads==7.2.3"
TOOLS = HERE.parent / ".tools"
HOME = TOOLS / "airbyte"
LITERALS = {
    "https://api.amazon.com/auth/o2/token": "/auth/o2/token",
    "https://advertising-api.amazon.com/": "/na/",
    "https://advertising-api-eu.amazon.com/": "/eu/",
    "https://advertising-api-fe.amazon.com/": "/fe/",
}
"""What its manifest holds as literals, and what stands for it in the sandbox."""

CASES: tuple[tuple[str, dict[str, Any], tuple[str, ...], float], ...] = (
    ("20,000 campaigns, one profile", {"profiles": 1, "campaigns": 20_000}, ("campaigns",), 3.0),
    ("three lists × 20,000, one profile", {"profiles": 1, "campaigns": 20_000}, ("campaigns", "ad_groups", "ads"), 3.0),
    ("20,000 campaigns over ten profiles", {"profiles": 10, "campaigns": 2_000}, ("campaigns",), 0.3),
)


def ours_alone() -> Iterator[str]:
    """The latency cases."""
    yield "\n## 150 ms a call, start-up included\n"
    yield "| case | rows | seconds | longest chain of calls | CPU seconds | peak memory |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, sizes, entities, chain in CASES:
        with account(150, region="NA", **sizes) as sandbox:
            each = tap(sandbox, entities=list(entities))
        yield f"| {name} | {each.rows:,} | {each.wall:.2f} | {chain} | {each.cpu:.2f} | {each.memory:.0f} MB |"


def side_by_side() -> Iterator[str]:
    """The latency cases with Airbyte's source on the same account."""
    manifest = _install()
    yield f"\n## 150 ms a call, start-up included, beside {AIRBYTE}\n"
    yield "| case | rows | longest chain of calls | the tap | Airbyte | times faster | memory: the tap, Airbyte |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, sizes, entities, chain in CASES:
        with account(150, region="NA", **sizes) as sandbox:
            ours = tap(sandbox, entities=list(entities))
            theirs = _airbyte(sandbox, manifest, entities)
        wanted = sizes["profiles"] * sizes["campaigns"] * len(entities)
        if ours.rows < wanted:
            message = f"{name}: {ours.rows} rows instead of {wanted}"
            raise RuntimeError(message)
        # Airbyte's source does not ask for profiles that the user may only view, and so misses theirs.
        rows = f"{wanted:,}" if theirs.rows >= wanted else f"{wanted:,} (Airbyte: {theirs.rows:,})"
        memory = f"{ours.memory:.0f} MB, {theirs.memory:.0f} MB"
        times = f"{theirs.wall / ours.wall:.1f}"
        yield f"| {name} | {rows} | {chain} s | {ours.wall:.2f} s | {theirs.wall:.2f} s | {times} | {memory} |"


def _install() -> Path:
    """Set its environment up; returns its manifest, kept beside a copy of the original."""
    python = next((found for name in ("python3.11", "python3.10") if (found := shutil.which(name))), None)
    if python is None:
        sys.exit("Airbyte's source needs Python 3.10 or 3.11; none was found on the PATH.")
    if not (HOME / "bin/source-amazon-ads").exists():
        uv = str(TOOLS / "bin/uv")
        for command in (
            [uv, "venv", "--quiet", "--python", python, str(HOME)],
            [uv, "pip", "install", "--quiet", "--python", str(HOME / "bin/python"), AIRBYTE],
        ):
            subprocess.run(command, check=True)  # noqa: S603 - uv
    manifest = next(HOME.glob("lib/python3.*/site-packages/source_amazon_ads/manifest.yaml"))
    original = manifest.with_suffix(".original")
    if not original.exists():
        shutil.copy(manifest, original)
    return manifest


def _airbyte(sandbox: SandboxProcess, manifest: Path, entities: tuple[str, ...]) -> Measurement:
    text = manifest.with_suffix(".original").read_text()
    for literal, path in LITERALS.items():
        text = text.replace(literal, f"{sandbox.url}{path}")
    manifest.write_text(text)
    program = str(HOME / "bin/source-amazon-ads")
    settings = HOME / "config.json"
    credentials = {name: config(sandbox)[name] for name in ("client_id", "client_secret", "refresh_token")}
    settings.write_text(json.dumps({**credentials, "region": "NA"}))
    found = subprocess.run([program, "discover", "--config", str(settings)], capture_output=True, check=True)  # noqa: S603
    messages = [json.loads(line) for line in found.stdout.splitlines() if b'"CATALOG"' in line]
    wanted = {f"sponsored_product_{entity}" for entity in entities}
    streams = [
        {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
        for stream in messages[0]["catalog"]["streams"]
        if stream["name"] in wanted
    ]
    catalog = HOME / "catalog.json"
    catalog.write_text(json.dumps({"streams": streams}))
    command = [program, "read", "--config", str(settings), "--catalog", str(catalog)]
    return repeated(command, 1, record=b'{"type":"RECORD"')


PARTS = (side_by_side,)
