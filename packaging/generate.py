"""Writes what must not drift from the tap's settings: its definition for Meltano Hub, and a Meltano project of its own.

Run `make docs` after changing a setting; a test compares the committed files with what this would write.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from tap_amazon_ads_entities.settings.model import CHOICES, CONFIG_SCHEMA, LIST_SETTINGS
from tap_amazon_ads_entities.tap import TapAmazonAdsEntities

ROOT = Path(__file__).resolve().parent.parent
HUB = ROOT / "packaging/hub/tap-amazon-ads-entities.yml"
STANDALONE = ROOT / "tap-amazon-ads-entities/meltano.yml"

_NOTE = "# Generated from the tap's settings by packaging/generate.py; do not edit.\n"
_KINDS = {"number": "decimal", "integer": "integer", "boolean": "boolean", "object": "object", "array": "array"}
_UPPER = {"id": "ID", "ids": "IDs", "url": "URL", "api": "API"}
_GROUPS = [
    ["client_id", "client_secret", "refresh_token"],
    ["client_id", "client_secret", "connections_url", "encryption_keys"],
]
_PIPE = "`tap-amazon-ads-entities` exits with 1 when any profile and entity could not be read to its end."


def settings() -> list[dict[str, Any]]:
    """Every setting as the Hub describes one, those that the SDK adds included."""
    schema = copy.deepcopy(CONFIG_SCHEMA)
    TapAmazonAdsEntities.append_builtin_config(schema)
    return [_setting(name, declared) for name, declared in schema["properties"].items()]


def _setting(name: str, declared: dict[str, Any]) -> dict[str, Any]:
    label = declared.get("title") or " ".join(_UPPER.get(word, word.capitalize()) for word in name.split("_"))
    made: dict[str, Any] = {"name": name, "label": label, "kind": _kind(name, declared)}
    if declared.get("secret"):
        made["sensitive"] = True
    if name in CHOICES:
        made["options"] = [{"label": word.replace("_", " ").capitalize(), "value": word} for word in CHOICES[name]]
    if (default := declared.get("default")) not in (None, []):
        made["value"] = default
    made["description"] = declared.get("description", "")
    return made


def _kind(name: str, declared: dict[str, Any]) -> str:
    if name in CHOICES:
        return "options"
    if name in LIST_SETTINGS:
        return "array"
    if name == "start_date":
        return "date_iso8601"
    # The first is what a value is; further ones are how environment variables spell it.
    first = declared["type"][0] if isinstance(declared["type"], list) else declared["type"]
    return _KINDS.get(first, "string")


def definition() -> dict[str, Any]:
    """What both files say of the tap."""
    return {
        "name": TapAmazonAdsEntities.name,
        "namespace": TapAmazonAdsEntities.name.replace("-", "_"),
        "label": "Amazon Ads entities",
        "capabilities": sorted(capability.value for capability in TapAmazonAdsEntities.capabilities),
        "settings_group_validation": _GROUPS,
        "settings": settings(),
    }


def hub() -> str:
    """The definition for Meltano Hub; whoever hands it in adds `repo` and `variant`, which name who publishes it."""
    document = {
        **definition(),
        "variant": "local",
        "description": "Account structure of Amazon Ads: profiles, portfolios, campaigns, ad groups, ads, all targets",
        "definition": "reads the structure of Amazon Ads accounts, and says of every list whether it is complete.",
        "pip_url": "tap-amazon-ads-entities[connect]",
        "executable": TapAmazonAdsEntities.name,
        "logo_url": "/assets/logos/extractors/amazon-advertising.png",
        "domain_url": "https://advertising.amazon.com/API/docs",
        "keywords": ["api", "advertising", "meltano_sdk"],
        "maintenance_status": "beta",
        "quality": "unknown",
        "usage": _PIPE,
    }
    return _NOTE + _dump(dict(sorted(document.items())))


def standalone() -> str:
    """meltano.yml in the tap's folder, for whoever takes the tap alone."""
    extractor = {**definition(), "variant": "local", "pip_url": "-e .[connect]"}
    loader = {
        "name": "target-jsonl",
        "namespace": "target_jsonl",
        "variant": "andyh1203",
        "pip_url": "target-jsonl",
        "settings": [{"name": "destination_path"}, {"name": "do_timestamp_file", "kind": "boolean"}],
        "config": {"destination_path": "output", "do_timestamp_file": False},
    }
    document = {
        "version": 1,
        "project_id": TapAmazonAdsEntities.name,
        "send_anonymous_usage_stats": False,
        "default_environment": "dev",
        "environments": [{"name": "dev"}],
        "plugins": {"extractors": [extractor], "loaders": [loader]},
    }
    return (
        _NOTE
        + "# In this folder: `meltano install`, `mkdir output`, `meltano run tap-amazon-ads-entities target-jsonl`.\n"
        + _dump(document)
    )


class _Dumper(yaml.SafeDumper):
    """Writes a value that comes twice as it is, twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        """No anchors."""
        return True


def _dump(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


FILES = {HUB: hub, STANDALONE: standalone}


def main() -> None:
    """Write both."""
    for path, write in FILES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write())


if __name__ == "__main__":
    main()
