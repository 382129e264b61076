"""What is written in two places says the same in both."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from harness.project import ROOT

from tap_amazon_ads_entities.settings.model import DEFAULTS, OWN_SETTINGS, SECRET_SETTINGS

PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "meltano.yml").read_text())
README = (ROOT / "README.md").read_text()


def generator(path: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", ROOT / path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", ["transform/generate.py", "packaging/generate.py"])
def test_the_generated_files_are_up_to_date(script: str) -> None:
    for path, write in generator(script).FILES.items():
        assert Path(path).read_text() == write(), f"run `make docs`: {path}"


def test_meltano_knows_every_setting_of_the_tap_and_hides_the_secrets() -> None:
    settings = PROJECT["plugins"]["extractors"][0]["settings"]
    assert {setting["name"] for setting in settings} == OWN_SETTINGS
    assert {setting["name"] for setting in settings if setting.get("sensitive")} == SECRET_SETTINGS
    assert all(setting["description"] for setting in settings)


def test_the_readme_names_every_setting_and_its_default() -> None:
    for name in OWN_SETTINGS - {"user_agent", "loader_session"}:
        assert f"`{name}`" in README, name
    for name in ("lookback_hours", "initial_window_days", "workers", "max_retries"):
        assert f"| `{name}` | {DEFAULTS[name]} |" in README


def test_the_schedules_and_the_job_are_as_documented() -> None:
    assert {each["name"]: each["interval"] for each in PROJECT["schedules"]} == {
        "entities-incremental": "0 */4 * * *",
        "entities-full": "30 2 * * *",
        "entities-reconcile": "30 4 * * 0",
    }
    assert PROJECT["default_environment"] == "auto"
    assert [each["name"] for each in PROJECT["environments"]] == ["auto", "sandbox", "prod"]
    assert PROJECT["send_anonymous_usage_stats"] is False


def test_an_audit_goes_through_every_file_and_says_which_could_not_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody listens on this port.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    files = [tmp_path / "a.txt", tmp_path / "not-there.txt"]
    files[0].write_text(f"alembic==1.0.0 --hash=sha256:{'0' * 64}\n")
    assert generator("packaging/audit.py").main([str(file) for file in files]) == 1
    said = capsys.readouterr().out
    assert all(f"{file}: could not be looked up (" in said for file in files)
    assert "2 of 2 files could not be looked up: the Python Package Index" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("packages", "found"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], []),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2", "3"]}]}],
            ["a 1 has CVE-1, repaired in 2, 3"],
        ),
    ],
)
def test_what_is_vulnerable_is_named_with_what_repairs_it(packages: list[Any], found: list[str]) -> None:
    assert generator("packaging/audit.py").vulnerabilities(json.dumps({"dependencies": packages})) == found


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_the_actions_of_a_workflow_are_named_by_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (.*)", workflow.read_text())
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used)
