from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from harness.account import Account, run_tap
from harness.rogue import Rogue


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    with Rogue(made) as server:
        made.url = server.url
        yield made


@pytest.fixture
def run(account: Account, tmp_path: Path) -> Any:
    return partial(run_tap, account, tmp_path)
