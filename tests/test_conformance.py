"""Sandbox and tap against Amazon's own OpenAPI files, where their folder is named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from harness.openapi import OpenAPI
from harness.pipeline import Pipeline

from amazon_ads_sandbox.exports.catalogue import EXPORTS
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID
from tap_amazon_ads_entities.endpoints import CATALOGUE, unified

FOLDER = os.environ.get("AMAZON_ADS_OPENAPI_DIR")
# What Amazon really sends, by its own list of known issues and by its samples, against its own files.
KNOWN = (re.compile(r"resolvedExpression/\d+: .*'category=\"\d+\" lookback=30'"),)


HISTORY = "history"
"""A file of its own, which not every folder has."""

LISTS = {endpoint.path for endpoint in CATALOGUE} | {"sd/adGroups", HISTORY}
UNIFIED = {endpoint.path for endpoint in unified.ENDPOINTS} | {"portfolios/list"}
STATUS = "exports/"
PORTFOLIOS = "portfolios/list"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=200, extensions=1) as server:
        yield server


@pytest.mark.skipif(not FOLDER, reason="AMAZON_ADS_OPENAPI_DIR does not name the folder of Amazon's OpenAPI files")
@pytest.mark.parametrize(
    ("source", "wanted"),
    [("lists", LISTS), ("unified", UNIFIED), ("exports", {*EXPORTS, STATUS, PORTFOLIOS})],
    ids=["lists", "unified", "exports"],
)
def test_every_request_of_the_tap_and_every_answer_conforms(
    pipeline: Pipeline,
    sandbox: SandboxProcess,
    capsys: pytest.CaptureFixture[str],
    source: str,
    wanted: set[str],
) -> None:
    specification = OpenAPI(Path(FOLDER or ""))
    sandbox.control.clear_requests()
    if source == "lists":
        assert sandbox.control.change(count=3)["updated"]
    assert pipeline.direct(mode="full", page_size=60, source=source, change_events=source == "lists").code == 0
    # What the address of a file is at is no operation of the API.
    requests = [request for request in sandbox.control.requests() if request["region"]]
    http = urllib3.PoolManager(retries=False)
    token = sandbox.token()
    problems: list[str] = []
    endpoints: set[str] = set()
    payloads = 0
    for request in requests:
        route = f"/{request['endpoint']}"
        endpoints.add(STATUS if request["endpoint"].startswith(STATUS) else request["endpoint"])
        headers = {**request["headers"], "authorization": f"Bearer {token}"}
        query = f"?{request['query']}" if request["query"] else ""
        described = request["endpoint"] != HISTORY or bool(specification.operations("POST", route))
        if described:
            problems += specification.request(request["method"], route, request["query"], headers, request["body"])
        answer = http.request(
            request["method"],
            f"{sandbox.url}/{request['region'].lower()}{route}{query}",
            body=request["body"] or None,
            headers=headers,
        )
        assert answer.status == (202 if request["endpoint"] in EXPORTS else 200), route
        assert headers["amazon-advertising-api-clientid"] == CLIENT_ID
        if described:
            problems += specification.response(request["method"], route, answer.headers["content-type"], answer.data)
        payloads += 2 * described
    with capsys.disabled():
        print(f"\nchecked {len(endpoints)} endpoints and {payloads} payloads against {FOLDER}")  # noqa: T201
    assert wanted | {"v2/profiles"} == endpoints
    unexpected = sorted({problem for problem in problems if not any(known.search(problem) for known in KNOWN)})
    assert unexpected == []
