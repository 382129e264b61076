"""The image's steps without an engine: in a clean copy, by an ordinary user whose environment is empty.

The copy has a name with a space and an umlaut, the user no home and the C locale: what works here works anywhere.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from dockerfile_parse import DockerfileParser
from harness.installation import EVERYTHING
from harness.programs import run_to_end
from harness.project import ROOT
from ruamel.yaml import YAML

from amazon_ads_sandbox.places import free_port

STEPS = [(step["instruction"], step["value"]) for step in DockerfileParser(str(ROOT / "Dockerfile")).structure]
USER = STEPS.index(("USER", "amazon-ads"))
UID = pwd.getpwnam("nobody").pw_uid
"""Whom every machine knows: the server of a database does not start for a number without a name."""

CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "PIP_INDEX_URL", "UV_DEFAULT_INDEX")


def steps(instruction: str) -> list[str]:
    return [value for name, value in STEPS if name == instruction]


def ignored(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {line.removeprefix("**/").rstrip("/") for line in lines if line and not line.startswith("#")}


class Container:
    """A machine as the image makes it, as far as its user can tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tracked = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - the first on the PATH
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for name in filter(None, tracked.decode().split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
        if os.geteuid() == 0:
            for parent, _, files in os.walk(folder.parent):
                for path in (Path(parent), *(Path(parent, name) for name in files)):
                    os.chown(path, UID, UID, follow_symlinks=False)
        self._environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "AMAZON_ADS_SANDBOX_PORT": str(free_port()),
            "AMAZON_ADS_SANDBOX_PG_PORT": str(free_port()),
            **{name: os.environ[name] for name in CERTIFICATES if name in os.environ},
        }

    def run(self, command: list[str], **more: str) -> str:
        become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"] if os.geteuid() == 0 else []
        environment = {**self._environment, **more}
        code, output = run_to_end([*become, *command], environment, folder=self.folder, timeout=1800)
        assert code == 0, output[-4000:]
        return output


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    # Below a folder that the user may enter, which those of pytest are not.
    made = Path(mkdtemp(prefix="container-"))
    made.chmod(0o755)
    yield Container(made / "mein projekt, übung")
    shutil.rmtree(made)


def test_nothing_of_the_users_gets_into_a_layer() -> None:
    assert ignored(".gitignore") <= ignored(".dockerignore")
    assert steps("COPY") == ["--chown=amazon-ads . ."]
    assert not steps("ENV")
    assert not [value for value in steps("ARG") if re.search("(?i)secret|token|password|key", value)]


def test_it_runs_for_an_ordinary_user_and_knows_whether_it_is_healthy() -> None:
    assert [value for name, value in STEPS if name == "USER"][-1] == "amazon-ads"
    assert re.fullmatch(r"python:\$\{PYTHON\}-slim-\w+", steps("FROM")[0])
    assert len(steps("HEALTHCHECK")) == 1
    for value in (steps("CMD")[0], steps("ENTRYPOINT")[0]):
        assert isinstance(json.loads(value), list), "no shell stands between a signal and the run"


def test_its_packages_are_debians() -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("no apt on this machine")
    names = re.findall(r"--no-install-recommends ([^&]+)", STEPS[USER - 1][1])[0].split()
    known = subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True, check=True).stdout.split()  # noqa: S607
    assert set(names) <= set(known)


def test_its_steps_make_a_machine_that_syncs_and_is_healthy_then(container: Container) -> None:
    for instruction, value in STEPS[USER:]:
        if instruction == "RUN":
            container.run(["/bin/sh", "-c", value], LC_ALL="C")
    output = container.run(json.loads(steps("CMD")[0]))
    for name, rows in EVERYTHING.items():
        assert re.search(rf"entity_{name} +{rows:,}\n", output), output
    # The made-up account's database has ended with the run.
    container.run([".venv/bin/amazon-ads-sandbox", "up"])
    container.run(json.loads(steps("HEALTHCHECK")[0].partition("CMD ")[2]))
    container.run([".venv/bin/amazon-ads-sandbox", "down"])
    assert "(20 incremental)" in container.run(["make", "sync"], LC_ALL="C")


def test_compose_asks_for_the_password_and_waits_for_the_database() -> None:
    compose = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"sync", "postgres"}
    assert services["sync"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    secrets = [
        value
        for service in services.values()
        for name, value in service["environment"].items()
        if "PASSWORD" in name or "URI" in name
    ]
    assert len(secrets) == 3
    assert all("${TARGET_POSTGRES_PASSWORD" in value for value in secrets)
    for kind in ("volumes", "configs"):
        used = [each for service in services.values() for each in service.get(kind, ())]
        assert {each["source"] if kind == "configs" else each.partition(":")[0] for each in used} == set(compose[kind])
    # Every run of the service asks the image's own question; the server's is a program of its own.
    assert "healthcheck" not in services["sync"]
    command, *arguments = services["postgres"]["healthcheck"]["test"]
    assert (command, arguments[0]) == ("CMD", "pg_isready")


def test_every_argument_of_the_build_is_named_by_itself() -> None:
    names = {value.partition("=")[0] for value in steps("ARG")}
    assert names == {"PYTHON", *CERTIFICATES}
