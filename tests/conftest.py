from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.connections import Connections
from harness.pipeline import Pipeline
from harness.postgres import running_postgres
from harness.warehouse import renew

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from amazon_ads_sandbox.process import SandboxProcess

# So that what fails in it says of what it was.
pytest.register_assert_rewrite("harness.fault_checks")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=200) as server:
        yield server


@pytest.fixture(scope="module")
def pipeline(postgres: EmbeddedPostgres, sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    made = Pipeline(sandbox, postgres, Path(tmp_path_factory.mktemp("state")))
    renew(made)
    return made


@pytest.fixture
def connections(postgres: EmbeddedPostgres, sandbox: SandboxProcess, tmp_path: Path) -> Iterator[Connections]:
    made = Connections(sandbox, postgres, tmp_path)
    made.reset()
    sandbox.control.clear_faults()
    sandbox.control.clear_requests()
    yield made
    made.reset()
