from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.postgres import running_postgres
from targets import ROWS, Messages

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

TAP = Path(sys.executable).with_name("tap-amazon-ads-entities")


@pytest.fixture(scope="session")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Messages:
    folder = tmp_path_factory.mktemp("messages")
    config = folder / "config.json"
    with SandboxProcess() as account, (folder / "out.jsonl").open("w") as out:
        settings = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
        urls = {"api_url": f"{account.url}/{{region}}", "token_url": f"{account.url}/auth/o2/token"}
        config.write_text(json.dumps(settings | urls))
        subprocess.run([TAP, "--config", config], stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=300)
    found = Messages(folder / "out.jsonl")
    assert {name: len(found.records(f"entity_{name}")) for name in ROWS} == ROWS
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running
