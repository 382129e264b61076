"""What dbt compiled is kept whole or not at all, and holds for nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entities_runner.launch import kept_checks

RUN = "8c1f0f7e-1111-2222-3333-444455556666"
USUAL = {"fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0", "limit": None, "severity": "ERROR"}


def compiled(folder: Path, *tests: tuple[str, str | None, dict[str, Any]]) -> Path:
    """What dbt leaves behind."""
    folder.mkdir(exist_ok=True)
    nodes = {f"test.{name}": {"name": name, "resource_type": "test", "config": config} for name, _, config in tests}
    nodes["model.a"] = {"name": "a", "resource_type": "model", "config": {}}
    results = [{"unique_id": f"test.{name}", "compiled_code": code} for name, code, _ in tests]
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (folder / "run_results.json").write_text(json.dumps({"results": results}))
    return folder


def test_a_check_asks_for_the_run_that_is_checked(tmp_path: Path) -> None:
    target = compiled(
        tmp_path / "target",
        ("one", f"select 1 from t where run_id = '{RUN}' and name like 'a%'", USUAL),
        ("two", "select 2", {**USUAL, "severity": "warn"}),
    )
    kept_checks.keep(tmp_path / "checks.json", "key", target, RUN)
    assert kept_checks.kept(tmp_path / "checks.json", "key") == [
        {"name": "one", "statement": "select 1 from t where run_id = %(run_id)s and name like 'a%%'", "fails": True},
        {"name": "two", "statement": "select 2", "fails": False},
    ]
    assert kept_checks.kept(tmp_path / "checks.json", "another key") == []
    assert (tmp_path / "checks.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "second",
    [
        ("two", None, USUAL),
        ("two", "select 2", {**USUAL, "fail_calc": "sum(n)"}),
        ("two", "select 2", {**USUAL, "error_if": "> 10"}),
        ("two", "select 2", {**USUAL, "limit": 1}),
    ],
)
def test_nothing_is_kept_where_a_check_is_missing_or_counts_in_another_way(
    tmp_path: Path, second: tuple[str, str | None, dict[str, Any]]
) -> None:
    target = compiled(tmp_path / "target", ("one", "select 1", USUAL), second)
    kept_checks.keep(tmp_path / "checks.json", "key", target, RUN)
    assert kept_checks.kept(tmp_path / "checks.json", "key") == []


def test_an_id_that_other_texts_may_hold_is_not_looked_for(tmp_path: Path) -> None:
    target = compiled(tmp_path / "target", ("one", "select 1 where run_id = '1' and state = '1'", USUAL))
    kept_checks.keep(tmp_path / "checks.json", "key", target, "1")
    assert kept_checks.kept(tmp_path / "checks.json", "key") == []


def test_a_file_that_cannot_be_read_holds_nothing(tmp_path: Path) -> None:
    assert kept_checks.kept(tmp_path / "none.json", "key") == []
    (tmp_path / "broken.json").write_text("[1")
    assert kept_checks.kept(tmp_path / "broken.json", "key") == []
