"""Whole runs of the tap against a small account of which a test says what every list answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import forks
from harness.rogue import Answer, Asked
from tap_amazon_ads_entities.endpoints import CATALOGUE
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks

PROFILE = "4711"
LISTS: dict[str, ListEndpoint] = {endpoint.path: endpoint for endpoint in CATALOGUE}
OLD, NEW = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"


def campaign(number: int, changed: str = OLD) -> dict[str, Any]:
    return {
        "campaignId": str(number),
        "name": f"campaign {number}",
        "state": "ENABLED",
        "extendedData": {"creationDateTime": OLD, "lastUpdateDateTime": changed},
    }


@dataclass
class Account:
    """One profile. Every list is empty but those that a test fills.

    Args:
        rows: by list.
        broken: lists that answer with an error.
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    url: str = ""
    answers: dict[str, Callable[[Asked, int], Answer]] = field(default_factory=dict)
    """Instead of `rows`, by path: from a request, and how many of that path there were before it, to its answer."""

    profiles: list[dict[str, Any]] | None = None
    """Instead of the one."""

    more_profiles: list[Any] = field(default_factory=list)
    """Beside the one."""

    counts: dict[str, int] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        region, _, path = path.removeprefix("/").partition("/")
        if region == "token":
            return as_json({"access_token": "Atza|x", "refresh_token": "unchanged", "expires_in": 3600})
        if path == "v2/profiles" and path not in self.answers:
            profile = {"profileId": int(PROFILE), "currencyCode": "USD", "accountInfo": {"type": "seller", "id": "A"}}
            profiles = [profile, *self.more_profiles] if self.profiles is None else self.profiles
            return as_json(profiles if region == "na" else [])
        if path in self.broken:
            return Answer(b"{}", 400)
        if path in self.answers:
            self.counts[path] = self.counts.get(path, 0) + 1
            return self.answers[path](asked, self.counts[path] - 1)
        rows = self.rows.get(path, [])
        envelope = LISTS[path].envelope if path in LISTS else None
        if envelope is None:
            return as_json(rows if "startIndex=0" in query else [])
        return as_json({envelope: rows, "totalResults": len(rows), "totalCount": len(rows)})


def as_json(document: Any) -> Answer:
    """An answer."""
    return Answer(json.dumps(document).encode())


@dataclass
class Run:
    """How a run ended.

    Args:
        code: its exit code.
        messages: what it wrote.
        log: its lines for people.
    """

    code: int
    messages: list[dict[str, Any]]
    log: str

    @property
    def state(self) -> dict[str, Any]:
        """The last STATE."""
        states: list[dict[str, Any]] = [each["value"] for each in self.messages if each["type"] == "STATE"]
        return states[-1]

    def bookmark(self, entity: str) -> dict[str, Any]:
        """The bookmark of the profile's slice."""
        return Bookmarks(self.state["bookmarks"].get(f"entity_{entity}", {})).of(PROFILE)

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of a stream."""
        return [each["record"] for each in self.messages if each["type"] == "RECORD" and each["stream"] == stream]

    @property
    def slices(self) -> dict[str, dict[str, Any]]:
        """The last log row of each slice, by entity."""
        return {row["entity_type"]: row for row in self.records("sync_log")}


def run_tap(
    account: Account,
    tmp_path: Path,
    state: Any = None,
    *arguments: str,
    config: dict[str, Any] | None = None,
    variables: dict[str, str] | None = None,
    text: str | None = None,
) -> Run:
    """Run the tap to its end.

    Args:
        account: what it reads.
        tmp_path: a folder for its files.
        state: the STATE it is handed.
        arguments: instead of that.
        config: settings beside the usual ones.
        variables: environment variables beside the usual ones.
        text: what is in the file of the STATE, whatever it is.
    """
    base = {
        "client_id": "id",
        "client_secret": "not-a-secret",
        "refresh_token": "unchanged",
        "api_url": f"{account.url}/{{region}}",
        "token_url": f"{account.url}/token",
        "max_retries": 0,
    }
    settings, handed = tmp_path / "config.json", tmp_path / "state.json"
    settings.write_text(json.dumps({**base, **(config or {})}))
    handed.write_text(text if text is not None else json.dumps(state or {}))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TAP_AMAZON_ADS")}
    given = arguments or ("--state", str(handed))
    code, written, log = forks.run_tap(
        ["--config", str(settings), *(["--config=ENV"] if variables else []), *given],
        {**inherited, **(variables or {})},
    )
    assert "Traceback" not in log, log
    return Run(code, [json.loads(line) for line in written.splitlines()], log)


def modes(done: Run) -> dict[str, str]:
    """How each slice was read."""
    return {entity: row["mode"] for entity, row in done.slices.items()}
