"""The SDK's standard tap tests, and the tap's command line, against the sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from harness.pipeline import BIN, Pipeline
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from tap_amazon_ads_entities.tap import TapAmazonAdsEntities


class _Standard:
    """A sandbox that lives as long as this module is collected and run."""

    server = SandboxProcess(profiles=2, campaigns=20)


_STANDARD = _Standard.server


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    _STANDARD.start()
    # Something has happened.
    _STANDARD.control.change(count=1)
    yield
    _STANDARD.stop()


CONFIG: dict[str, Any] = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "refresh_token": REFRESH_TOKEN,
    "api_url": f"{_STANDARD.url}/{{region}}",
    "token_url": f"{_STANDARD.url}/auth/o2/token",
    "mode": "full",
    "change_events": True,
}

TestStandard = get_tap_test_class(
    TapAmazonAdsEntities,
    config=CONFIG,
    # The run log's rows are written while the other streams are read; ad extensions are in the unified API alone.
    suite_config=SuiteConfig(ignore_no_records_for_streams=["entity_ad_extensions", "sync_differences", "sync_log"]),
)


def tap(pipeline: Pipeline, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "tap-amazon-ads-entities"), "--config=ENV", *arguments],
        env=pipeline.environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_about_and_discover_need_no_credentials(pipeline: Pipeline) -> None:
    about = tap(pipeline, "--about", "--format=json", client_id="", client_secret="", refresh_token="")
    assert about.returncode == 0
    assert json.loads(about.stdout)["settings"]["properties"]["client_secret"]["secret"] is True
    catalog = tap(pipeline, "--discover", client_id="", client_secret="", refresh_token="")
    assert catalog.returncode == 0
    streams = {stream["tap_stream_id"] for stream in json.loads(catalog.stdout)["streams"]}
    assert len(streams) == 10


def test_the_connection_test_succeeds_and_fails_in_words(pipeline: Pipeline) -> None:
    assert tap(pipeline, "--test").returncode == 0
    failed = tap(pipeline, "--test", client_secret="wrong")
    assert failed.returncode == 1
    assert "rejected the credentials" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_stream_maps_and_deselected_columns_work(pipeline: Pipeline, tmp_path: Any) -> None:
    catalog = json.loads(tap(pipeline, "--discover").stdout)
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == ["properties", "bidding"]:
                entry["metadata"]["selected"] = False
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog))
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"stream_maps": {"entity_ads": {"__alias__": "ads"}}}))
    done = tap(pipeline, "--config", str(config), "--catalog", str(path), mode="full")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    campaigns = [
        line["record"] for line in records if line["type"] == "RECORD" and line["stream"] == "entity_campaigns"
    ]
    assert len(campaigns) == 600
    assert all("bidding" not in row for row in campaigns)
    assert len([line for line in records if line["type"] == "RECORD" and line["stream"] == "ads"]) == 2400


def test_a_state_of_a_newer_version_is_refused_in_words(pipeline: Pipeline, tmp_path: Any) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"bookmarks": {"entity_ads": {"version": 99}}}))
    done = tap(pipeline, "--state", str(path))
    assert done.returncode == 1
    assert "The bookmark of entity_ads has version 99" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_last_state_holds_a_versioned_bookmark_per_slice(pipeline: Pipeline) -> None:
    done = tap(pipeline, mode="full")
    states = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"type":"STATE"')]
    bookmarks = states[-1]["value"]["bookmarks"]
    for name in ("entity_campaigns", "entity_ad_groups", "entity_ads", "entity_targets"):
        assert bookmarks[name]["version"] == 2
        assert len(bookmarks[name]["partitions"]) == 3
        # The lists of rows may come one by one.
        *_, (digest, shared) = bookmarks[name]["shared"].items()
        old = {"made_before": "old_rows"} if name in {"entity_ads", "entity_targets"} else {}
        assert set(shared) == {"replication_key", "run_id", "full_read", "rows_of", *old}
        for partition in bookmarks[name]["partitions"]:
            assert set(partition) == {"context", "replication_key_value", "rows", "shared", *old.values()}
        assert bookmarks[name]["partitions"][-1]["shared"] == digest
