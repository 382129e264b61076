"""Variables of plugins that inherit from the tap do not look like misspelt settings of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from entities_runner.launch.siblings import without_siblings

MELTANO = """
plugins:
  extractors:
  - name: tap-amazon-ads-entities
  - name: tap-amazon-ads-entities-na
    inherit_from: tap-amazon-ads-entities
  - name: tap-other
"""
VARIABLES = {
    "TAP_AMAZON_ADS_ENTITIES_MODE": "full",
    "TAP_AMAZON_ADS_ENTITIES_NA_MODE": "auto",
    "TAP_AMAZON_ADS_ENTITIES_NAME": "misspelt",
    "TAP_AMAZON_ADS_ENTITIES_EU_MODE": "of no plugin",
    "PATH": "/bin",
}


def test_only_what_belongs_to_an_inherited_plugin_goes(tmp_path: Path) -> None:
    (tmp_path / "meltano.yml").write_text(MELTANO)
    kept = without_siblings(VARIABLES, tmp_path)
    assert set(VARIABLES) - set(kept) == {"TAP_AMAZON_ADS_ENTITIES_NA_MODE"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[tap-amazon-ads-entities-",
        "plugins: tap-amazon-ads-entities-na",
        "plugins: {extractors: [{}, 1, {name: 2}, tap-amazon-ads-entities-na]}",
        "plugins: 1",
        "plugins: {extractors: [{}, 1, {name: 2}]}",
        None,
    ],
)
def test_without_inherited_plugins_nothing_goes(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "meltano.yml").write_text(text)
    assert without_siblings(VARIABLES, tmp_path) == VARIABLES
