"""The sandbox's exports: what they refuse, what they hold, and who may have their files."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from amazon_ads_sandbox.exports.catalogue import EXPORTS, MOST_IN_PROGRESS, Export
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID

HTTP = urllib3.PoolManager(retries=False)
TARGETS = EXPORTS["targets/export"]
CAMPAIGNS = EXPORTS["campaigns/export"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=4, campaigns=30, region="NA") as server:
        yield server


@pytest.fixture(autouse=True)
def _at_once(sandbox: SandboxProcess) -> Iterator[None]:
    yield
    sandbox.control.configure(export_seconds=0, export_url_seconds=3600)


def ask(
    sandbox: SandboxProcess, method: str, path: str, media: str, body: Any = None, **headers: str
) -> urllib3.BaseHTTPResponse:
    sent = {
        "Authorization": f"Bearer {sandbox.token()}",
        "Amazon-Advertising-API-ClientId": CLIENT_ID,
        "Amazon-Advertising-API-Scope": sandbox.control.health()["profiles"][0],
        "Accept": media,
        **({"Content-Type": media} if method == "POST" else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    content = None if body is None else json.dumps(body)
    return HTTP.request(method, f"{sandbox.url}/na/{path}", headers=sent, body=content)


def create(sandbox: SandboxProcess, export: Export, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
    return ask(sandbox, "POST", export.path, export.media, {} if body is None else body, **headers)


def completed(sandbox: SandboxProcess, export: Export, body: Any = None) -> dict[str, Any]:
    made = create(sandbox, export, body)
    assert made.status == 202
    assert made.json()["status"] == "PROCESSING"
    answer = ask(sandbox, "GET", f"exports/{made.json()['exportId']}", export.media)
    assert answer.status == 200
    return dict(answer.json())


def rows(sandbox: SandboxProcess, export: Export, body: Any = None) -> list[dict[str, Any]]:
    answer = completed(sandbox, export, body)
    file = HTTP.request("GET", answer["url"])
    assert len(file.data) == answer["fileSize"]
    return list(json.loads(gzip.decompress(file.data)))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"stateFilter": ["enabled"]}, {}, 400),
        ({"stateFilter": []}, {}, 400),
        ({"stateFilter": "ENABLED"}, {}, 400),
        ({"adProductFilter": ["SPONSORED_TELEVISION"]}, {}, 400),
        ({"negativeFilter": [True]}, {}, 400),
        ({"campaignIdFilter": ["1"]}, {}, 400),
        ([], {}, 400),
        ({}, {"Accept": "application/json"}, 406),
        ({}, {"Accept": TARGETS.media}, 406),
        ({}, {"Content_Type": "application/json"}, 415),
        ({}, {"Accept": CAMPAIGNS.media.upper(), "Content_Type": CAMPAIGNS.media.upper()}, 202),
    ],
)
def test_what_amazon_refuses_is_refused(
    sandbox: SandboxProcess, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = create(sandbox, CAMPAIGNS, body, **headers)
    assert answer.status == status
    assert status == 202 or answer.json().keys() == {"message"}


def test_the_defaults_leave_archived_rows_out_and_filters_choose(sandbox: SandboxProcess) -> None:
    assert {row["state"] for row in rows(sandbox, TARGETS)} == {"ENABLED", "PAUSED"}
    chosen = {
        "stateFilter": ["ARCHIVED"],
        "adProductFilter": ["SPONSORED_PRODUCTS"],
        "negativeFilter": [True],
        "targetLevelFilter": ["CAMPAIGN"],
        "targetTypeFilter": ["KEYWORD"],
    }
    found = rows(sandbox, TARGETS, chosen)
    assert found
    kinds = Counter((row["state"], row["adProduct"], row["negative"], row["targetType"]) for row in found)
    assert kinds.keys() == {("ARCHIVED", "SPONSORED_PRODUCTS", True, "KEYWORD")}
    assert all("adGroupId" not in row and row["campaignId"] for row in found)


def test_only_the_profile_that_asked_and_the_same_media_type_see_an_export(sandbox: SandboxProcess) -> None:
    path = f"exports/{create(sandbox, CAMPAIGNS).json()['exportId']}"
    other = sandbox.control.health()["profiles"][1]
    assert ask(sandbox, "GET", path, TARGETS.media).status == 406
    assert ask(sandbox, "GET", path, CAMPAIGNS.media, Amazon_Advertising_API_Scope=other).status == 404
    assert ask(sandbox, "GET", "exports/nonsense", CAMPAIGNS.media).status == 404


def test_a_file_is_had_without_credentials_until_its_address_expires(sandbox: SandboxProcess) -> None:
    url = completed(sandbox, CAMPAIGNS)["url"]
    assert HTTP.request("GET", url).status == 200
    assert HTTP.request("GET", url, headers={"Authorization": "Bearer x"}).status == 400
    assert HTTP.request("GET", url, headers={"Amazon-Advertising-API-ClientId": CLIENT_ID}).status == 400
    assert HTTP.request("GET", url[:-1]).status == 403
    sandbox.control.configure(export_url_seconds=-1)
    expired = HTTP.request("GET", completed(sandbox, CAMPAIGNS)["url"])
    assert (expired.status, b"Request has expired" in expired.data) == (403, True)


def test_a_client_has_five_exports_of_a_kind_in_progress_over_all_profiles(sandbox: SandboxProcess) -> None:
    sandbox.control.configure(export_seconds=600)
    profiles = sandbox.control.health()["profiles"]
    scopes = [profiles[number % 2] for number in range(MOST_IN_PROGRESS + 1)]
    made = [create(sandbox, EXPORTS["ads/export"], Amazon_Advertising_API_Scope=scope).status for scope in scopes]
    assert made == [202] * MOST_IN_PROGRESS + [429]
    assert create(sandbox, CAMPAIGNS).status == 202
