"""A machine with nothing but a Python: what is published installs, says what it is, and syncs into files."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from pythons import SUPPORTED, CleanEnvironment, python
from targets import ROWS

from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
VERSION = (ROOT / "VERSION").read_text().strip()
PACKAGES = {
    "tap-amazon-ads-entities": ROOT / "tap-amazon-ads-entities",
    "target-postgres-copy": ROOT / "loader",
    "amazon-ads-sandbox": ROOT / "plugins/amazon-ads-sandbox",
}


def wheel(name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(DIST / f"{name.replace('-', '_')}-{VERSION}-py3-none-any.whl")


def metadata(name: str) -> Message:
    with wheel(name) as archive:
        return message_from_bytes(archive.read(f"{name.replace('-', '_')}-{VERSION}.dist-info/METADATA"))


def pip_lines(name: str) -> list[str]:
    """What the package's README tells to install."""
    blocks = re.findall(r"```sh\n(.*?)```", (PACKAGES[name] / "README.md").read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("pip install")]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_says_what_a_reader_of_an_index_wants_to_know(name: str) -> None:
    found = metadata(name)
    assert found["Version"] == VERSION
    assert found["License-Expression"] == "Apache-2.0"
    assert found["Author"]
    assert found["Summary"]
    assert found["Keywords"]
    assert found["Description-Content-Type"] == "text/markdown"
    with wheel(name) as archive:
        raw = archive.read(f"{name.replace('-', '_')}-{VERSION}.dist-info/METADATA").decode()
    assert raw.endswith("\n\n" + (PACKAGES[name] / "README.md").read_text())
    classified = {str(each).rpartition(" :: ")[2] for each in found.get_all("Classifier", [])}
    assert {"3.10", "3.11", "3.12", "3.13"} <= classified
    assert ("3.14" in classified) == ("<3.15" in found["Requires-Python"])


@pytest.mark.parametrize("name", PACKAGES)
def test_the_licence_is_in_wheel_and_sdist_and_tests_are_in_neither(name: str) -> None:
    text = (ROOT / "LICENSE").read_bytes()
    package = name.replace("-", "_")
    with wheel(name) as archive:
        assert archive.read(f"{package}-{VERSION}.dist-info/licenses/LICENSE") == text
        assert not [entry for entry in archive.namelist() if "tests/" in entry]
    with tarfile.open(DIST / f"{package}-{VERSION}.tar.gz") as source:
        licence = source.extractfile(f"{package}-{VERSION}/LICENSE")
        assert licence is not None
        assert licence.read() == text
        assert not [entry.name for entry in source if "/tests/" in entry.name or not entry.isfile()]


@pytest.fixture(scope="module")
def account() -> Iterator[SandboxProcess]:
    with SandboxProcess() as server:
        yield server


@pytest.fixture(scope="module", params=SUPPORTED)
def clean(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CleanEnvironment:
    program = python(request.param)
    if program is None:
        pytest.skip(f"no Python {request.param} on this machine")
    made = CleanEnvironment(program, tmp_path_factory.mktemp("clean") / "a folder")
    lines = pip_lines("tap-amazon-ads-entities")
    assert lines
    for line in lines:
        made.shell(line, PIP_FIND_LINKS=str(DIST))
    return made


def test_the_tap_of_the_readmes_pip_lines_knows_itself(clean: CleanEnvironment) -> None:
    about = json.loads(clean.shell("tap-amazon-ads-entities --about --format=json").stdout)
    assert about["version"] == VERSION
    assert "amazon-ads-connect" in clean.shell("amazon-ads-connect --help").stdout


def test_it_syncs_the_whole_account_into_files(clean: CleanEnvironment, account: SandboxProcess) -> None:
    files = CleanEnvironment(python("3.11") or python("3.12") or python("3.13") or "python3", clean.folder / "target")
    files.shell("pip install target-jsonl")
    (clean.folder / "config.json").write_text(
        json.dumps(
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "refresh_token": REFRESH_TOKEN,
                "api_url": f"{account.url}/{{region}}",
                "token_url": f"{account.url}/auth/o2/token",
            }
        )
    )
    (clean.folder / "target.json").write_text('{"destination_path": "rows", "do_timestamp_file": false}')
    (clean.folder / "rows").mkdir()
    clean.shell(
        "tap-amazon-ads-entities --config config.json | ./target/bin/target-jsonl --config target.json > state.json"
    )
    found = Counter(
        {
            path.stem.removeprefix("entity_"): len(path.read_text().splitlines())
            for path in (clean.folder / "rows").glob("entity_*.jsonl")
        }
    )
    assert found == ROWS
    assert json.loads((clean.folder / "state.json").read_text().splitlines()[-1])["bookmarks"]


def test_loader_and_sandbox_install_by_their_readmes(tmp_path: Path) -> None:
    program = next(filter(None, map(python, SUPPORTED[:4])))
    for name, command in {"target-postgres-copy": "--version", "amazon-ads-sandbox": "--help"}.items():
        environment = CleanEnvironment(program, tmp_path / name)
        for line in pip_lines(name):
            environment.shell(line, PIP_FIND_LINKS=str(DIST))
        environment.shell(f"{name} {command}")
