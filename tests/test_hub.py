"""The tap's definition for Meltano Hub is one, and the project in the tap's folder is one that Meltano takes."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.project import ROOT
from jsonschema import Draft7Validator, Draft202012Validator

from tap_amazon_ads_entities.settings.model import OWN_SETTINGS, SECRET_SETTINGS

HUB: dict[str, Any] = yaml.safe_load((ROOT / "packaging/hub/tap-amazon-ads-entities.yml").read_text())
STANDALONE: dict[str, Any] = yaml.safe_load((ROOT / "tap-amazon-ads-entities/meltano.yml").read_text())
MELTANO: dict[str, Any] = json.loads((files("meltano") / "schemas/meltano.schema.json").read_text())
SCHEMAS = "MELTANO_HUB_SCHEMAS"

# What the Hub demands of an extractor and its settings, as its contributors' guide and schemas say it.
_TEXT = ("name", "namespace", "variant", "label", "pip_url", "description", "definition", "executable", "usage")
_KEYS = {*_TEXT, "capabilities", "domain_url", "keywords", "logo_url", "maintenance_status", "quality", "settings"}
_CAPABILITIES = {
    "properties",
    "catalog",
    "discover",
    "state",
    "about",
    "stream-maps",
    "schema-flattening",
    "activate-version",
    "batch",
    "test",
    "log-based",
    "structured-logging",
}
_KINDS = {
    "oauth",
    "date_iso8601",
    "file",
    "email",
    "integer",
    "decimal",
    "options",
    "object",
    "array",
    "boolean",
    "string",
}
_SETTING_KEYS = {"name", "label", "kind", "sensitive", "options", "value", "description"}
_OF_KIND: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "options": str,
    "integer": int,
    "decimal": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "date_iso8601": str,
}


def problems(definition: dict[str, Any]) -> list[str]:
    """What the Hub would refuse."""
    found = [f"unknown key {key}" for key in definition.keys() - _KEYS - {"settings_group_validation"}]
    found += [f"{key} is no text" for key in _TEXT if not isinstance(definition.get(key), str) or not definition[key]]
    found += [f"unknown capability {each}" for each in set(definition["capabilities"]) - _CAPABILITIES]
    if definition["maintenance_status"] not in {"active", "beta", "development", "inactive", "unknown"}:
        found.append("unknown maintenance_status")
    if definition["quality"] not in {"gold", "silver", "bronze", "unknown"}:
        found.append("unknown quality")
    names = [each["name"] for each in definition["settings"]]
    found += [f"{name} comes twice" for name in set(names) if names.count(name) > 1]
    for group in definition["settings_group_validation"]:
        found += [f"a group names {name}" for name in group if name not in names]
    for each in definition["settings"]:
        found += _setting_problems(each)
    return found


def _setting_problems(each: dict[str, Any]) -> list[str]:
    name, kind = each["name"], each["kind"]
    found = [f"{name}: unknown key {key}" for key in each.keys() - _SETTING_KEYS]
    if kind not in _KINDS:
        return [*found, f"{name}: unknown kind {kind}"]
    if "value" in each and not isinstance(each["value"], _OF_KIND[kind]):
        found.append(f"{name}: the default {each['value']!r} is no {kind}")
    values = [option["value"] for option in each.get("options", [])]
    if (kind == "options") != bool(values) or ("value" in each and values and each["value"] not in values):
        found.append(f"{name}: options {values} do not fit")
    if not each["label"] or not each["description"]:
        found.append(f"{name}: no label or description")
    return found


def test_the_definition_keeps_the_hubs_rules() -> None:
    assert problems(HUB) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"capabilities": ["fly"]}, "unknown capability fly"),
        ({"quality": "best"}, "unknown quality"),
        ({"settings_group_validation": [["nothing"]]}, "a group names nothing"),
        ({"label": ""}, "label is no text"),
        ({"homepage": "x"}, "unknown key homepage"),
        (
            {"settings": [*HUB["settings"], {"name": "a", "label": "A", "kind": "number", "description": "."}]},
            "a: unknown kind number",
        ),
    ],
)
def test_a_definition_that_breaks_a_rule_is_found(change: dict[str, Any], problem: str) -> None:
    assert problem in problems({**HUB, **change})


def test_it_has_every_setting_and_hides_the_secrets() -> None:
    names = {each["name"] for each in HUB["settings"]}
    assert names > OWN_SETTINGS
    assert {"stream_maps", "flattening_enabled"} <= names
    assert {each["name"] for each in HUB["settings"] if each.get("sensitive")} == SECRET_SETTINGS


def test_meltano_takes_the_project_in_the_taps_folder() -> None:
    faults = list(Draft202012Validator(MELTANO).iter_errors(STANDALONE))
    assert [fault.message for fault in faults] == []
    extractor = STANDALONE["plugins"]["extractors"][0]
    assert extractor["settings"] == HUB["settings"]
    assert extractor["capabilities"] == HUB["capabilities"]


@pytest.mark.skipif(not os.environ.get(SCHEMAS), reason=f"{SCHEMAS} names no folder with the Hub's schemas")
def test_the_hubs_own_schema_takes_the_definition() -> None:
    folder = Path(os.environ[SCHEMAS]).resolve()
    schema = json.loads((folder / "plugin_definitions/extractors.schema.json").read_text())
    # Their names for themselves are relative to one another in more than one way.
    parts = [part for part in schema["allOf"] if "$ref" not in part]
    for part in schema["allOf"]:
        if "$ref" in part:
            path = (folder / "plugin_definitions" / part["$ref"]).resolve()
            parts.append(json.loads(path.read_text()))
    setting = json.loads((folder / "common/base_setting.schema.json").read_text())
    for part in parts:
        part.pop("$id", None)
        if "settings" in part.get("properties", {}) and part["properties"]["settings"]:
            part["properties"]["settings"]["items"] = {key: setting[key] for key in setting if key != "$id"}
    assert [fault.message for part in parts for fault in Draft7Validator(part).iter_errors(HUB)] == []
